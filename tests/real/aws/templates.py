"""The rendered templates, and which resource of theirs a test is about."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from generator.aws.files import FOLDER
from tests.real import manifests

NAMES = manifests.environments()
REFERENCES = {"Ref", "Fn::GetAtt", "Fn::ImportValue", "Fn::Join"}


@cache
def templates(name: str) -> dict[str, manifests.Obj]:
    """Of an environment, by the stack's short name."""
    files = sorted((manifests.RENDERED / name / FOLDER).glob("*.yaml"))
    return {path.stem: yaml.load(path.read_text(), yaml.CSafeLoader) for path in files}


def resources(name: str) -> Iterator[tuple[str, manifests.Obj]]:
    """Every resource of an environment, by its name in the templates."""
    for template in templates(name).values():
        yield from template["Resources"].items()


def about(name: str) -> list[pytest.MarkDecorator]:
    """The programs that a test of an environment's stacks is about."""
    return [pytest.mark.program(program, name) for program in ("awscli", "moto")]


def of_type(kind: str) -> list[Any]:
    """Environment and name of each resource of a type, as parameters of a test; fails where there is none."""
    found = [
        pytest.param(name, logical, id=f"{name}-{logical}", marks=about(name))
        for name in NAMES
        for logical, resource in resources(name)
        if resource["Type"] == kind
    ]
    assert found, f"no environment has a resource of type {kind}"
    return found


def properties(name: str, logical: str) -> manifests.Obj:
    found: manifests.Obj = dict(resources(name))[logical]["Properties"]
    return found


def agrees(written: Any, found: Any) -> bool:
    """Whether AWS has what the template says, where a reference has become some text."""
    if isinstance(written, dict) and len(written) == 1 and written.keys() <= REFERENCES:
        return isinstance(found, str) and found != ""
    if isinstance(written, dict) and isinstance(found, dict):
        return written.keys() == found.keys() and all(agrees(written[key], found[key]) for key in written)
    if isinstance(written, list) and isinstance(found, list):
        return len(written) == len(found) and all(map(agrees, written, found))
    return bool(written == found)
