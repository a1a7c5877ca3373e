"""The README's change does what the README says, in its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import click
import pytest

from generator.diff.change import changes
from generator.diff.forms import FORMS
from generator.diff.source import Comparison
from generator.environment.load import DEFAULTS, load
from generator.environment.model import Environment
from generator.environment.problem import EnvironmentInvalid
from generator.impacts.registry import impacts
from generator.trees.plan import Plan, plan
from tests.conftest import ROOT

from .pages import console, text

README = ROOT / "README.md"
EDITED = "dev"
BLOCKS = console(README, "console")


def answer(command: str, number: int = 0) -> list[str]:
    """The lines that the README shows below a command."""
    found = [block.split(f"$ {command}\n", 1)[1].split("\n$ ")[0] for block in BLOCKS if f"$ {command}\n" in block]
    return found[number].splitlines()


def edited(folder: Path, *replaced: tuple[str, str]) -> Path:
    """A folder of environments in which dev has the README's change."""
    lines = console(README, "diff")[0].splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] == " ")
    after = "".join(line[1:] for line in lines)
    for old, new in replaced:
        assert old in after
        after = after.replace(old, new)
    file = (ROOT / f"environments/{EDITED}.yaml").read_text("utf-8")
    assert before in file, f"environments/{EDITED}.yaml has another place for the README's change"
    folder = folder / "environments"
    folder.mkdir()
    (folder / f"{DEFAULTS}.yaml").write_text((ROOT / f"environments/{DEFAULTS}.yaml").read_text("utf-8"), "utf-8")
    (folder / f"{EDITED}.yaml").write_text(file.replace(before, after), "utf-8")
    return folder


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory, defaults: Environment) -> tuple[Environment, Mapping[str, str]]:
    env = load(edited(tmp_path_factory.mktemp("readme")), EDITED)
    return env, plan(defaults, [env], {}).files


def differing(planned: Plan, now: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Path to the texts before and after, of dev's files that differ."""
    old = {path: made for path, made in planned.files.items() if path.split("/")[1] == EDITED}
    new = {path: made for path, made in now.items() if path.split("/")[1] == EDITED}
    paths = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    return {path: (old.get(path, ""), new.get(path, "")) for path in paths}


def test_render_writes_the_files_that_it_names(planned: Plan, after: tuple[Environment, Mapping[str, str]]) -> None:
    found = [f"{'~' if old else '+'} {path}" for path, (old, _) in differing(planned, after[1]).items()]
    assert sorted(found) == sorted(answer("make render"))


def test_diff_says_what_it_is_shown_to_say(
    planned: Plan, environments: dict[str, Environment], after: tuple[Environment, Mapping[str, str]]
) -> None:
    rendered = {path: both for path, both in differing(planned, after[1]).items() if path.startswith("rendered/")}
    found = Comparison("HEAD", tuple(changes(rendered)), {EDITED: environments[EDITED]}, {EDITED: after[0]})
    said = click.unstyle(FORMS["text"](found, impacts(found)))
    assert said.rstrip().splitlines() == answer("make diff")


def test_mistakes_are_answered_as_shown(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentInvalid) as raised:
        load(edited(tmp_path, ("storage", "storge"), ("3Gi", "3GB")), EDITED)
    shown = answer("make render", 1)
    assert [str(problem) for problem in raised.value.problems] == shown[:-1]
    assert shown[-1] == f"{len(shown) - 1} errors; nothing was written"


@pytest.mark.parametrize(
    ("phrase", "where", "pattern"),
    [
        (r"\[(\d+) kinds of change\]", "tests/impacts/catalogue.yaml", r"^- change: "),
        (r"\[(\d+) rules\]", "docs/policies.md", r"^\| \["),
        (r"\[(\d+) decisions\]", "docs/decisions/README.md", r"^\|.*\.md\) \|$"),
    ],
)
def test_counts_are_current(phrase: str, where: str, pattern: str) -> None:
    said = re.search(phrase, text(README))
    assert said, f"the README does not say {phrase}"
    assert int(said[1]) == len(re.findall(pattern, (ROOT / where).read_text("utf-8"), re.MULTILINE)), where
