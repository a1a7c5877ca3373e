"""A catalogue of changes, each with what its review must say: nothing that matters may go unsaid."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.aws.files import account
from generator.components import registry
from generator.diff.change import changes
from generator.diff.source import Comparison
from generator.environment.load import build, completed, load, merge, read
from generator.environment.model import Environment
from generator.environment.nodes import parse
from generator.impacts.registry import impacts
from generator.kubernetes.emit import emit
from generator.trees.rendered import rendered

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "environments"
CATALOGUE = yaml.safe_load((Path(__file__).parent / "catalogue.yaml").read_text())
LEAST = 40
pytestmark = pytest.mark.thorough


Files = dict[str, Any]
"""Path to object or template: a text is made only of what differs."""


@cache
def before(name: str) -> tuple[Environment, Files]:
    env = load(FOLDER, name)
    return env, files(env)


def files(env: Environment) -> Files:
    made: Files = dict(account(env).templates)
    for part in registry.render(env):
        made |= rendered(f"rendered/{env.name}/{part.name}", part.objects)
    return made


def edited(name: str, edits: dict[str, Any]) -> Environment:
    """The environment with some keys set; a key of null is removed."""
    tree = merge(read(FOLDER / "defaults.yaml", "defaults"), read(FOLDER / f"{name}.yaml", name))
    for path, value in edits.items():
        nested: Any = value
        for key in reversed(path.split(".") if "gpt-5.4" not in path else ["models", "gpt-5.4", "id"]):
            nested = {key: nested}
        tree = merge(tree, parse(yaml.safe_dump(nested), "edit"))
    return build(*completed(tree, FOLDER, name))


def said(name: str, edits: dict[str, Any]) -> list[str]:
    old, old_files = before(name)
    new = edited(name, edits)
    new_files = files(new)
    differing: dict[str, Any] = {
        path: tuple(emit(side[path]) if path in side else "" for side in (old_files, new_files))
        for path in sorted(old_files.keys() | new_files.keys())
        if old_files.get(path) != new_files.get(path)
    }
    found = Comparison("base", tuple(changes(differing)), {name: old}, {name: new})
    assert found.changes or old != new, "the edit changes nothing"
    return [f"{impact.severity.name} {impact}" for impact in impacts(found)]


def test_the_catalogue_is_long_enough() -> None:
    assert len({one["change"] for one in CATALOGUE}) == len(CATALOGUE) >= LEAST


@pytest.mark.parametrize("one", CATALOGUE, ids=[one["change"].replace(" ", "-") for one in CATALOGUE])
def test_what_matters_is_said(one: dict[str, Any]) -> None:
    lines = said(one["environment"], one["set"])
    missing = [wanted for wanted in one["says"] if not any(wanted in line for line in lines)]
    assert not missing, "Missing:\n" + "\n".join(missing) + "\n\nsaid:\n" + "\n".join(lines)


def test_a_change_of_nothing_says_nothing() -> None:
    old, old_files = before("staging")
    assert files(edited("staging", {})) == old_files
    assert impacts(Comparison("base", (), {"staging": old}, {"staging": old})) == []
