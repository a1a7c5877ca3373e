"""Structure of objects: what is accepted, what is refused, and in which words."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.check.phrasing import Violation
from generator.check.schemas import BUNDLE, DEFAULT_MINOR, Schemas

HERE = Path(__file__).parent / "schemas"
GOOD = list(yaml.safe_load_all((HERE / "good.yaml").read_text()))
BROKEN = yaml.safe_load((HERE / "broken.yaml").read_text())
MINORS = ("1.34", "1.35", "1.36")
NEWEST = Schemas(DEFAULT_MINOR)
OPEN_SPEC = {"internal.apiserver.k8s.io/v1alpha1/StorageVersion"}
"""Kinds whose upstream schema says nothing about what their spec holds."""


def bundled_kinds() -> list[str]:
    files = [BUNDLE / f"core-{DEFAULT_MINOR}.json", *sorted((BUNDLE / "crds").glob("*.json"))]
    return sorted(name for file in files for name in json.loads(file.read_text()) if "/" in name)


def said(violation: Violation) -> str:
    path = ""
    for step in violation.path:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return (f"{path}: " if path else "") + violation.message + (f"; {violation.fix}" if violation.fix else "")


@pytest.mark.parametrize("obj", GOOD, ids=lambda obj: obj["kind"])
@pytest.mark.parametrize("minor", MINORS)
def test_a_complete_object_has_no_violation(minor: str, obj: dict[str, Any]) -> None:
    assert [said(violation) for violation in Schemas(minor).violations(obj)] == []


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["fault"])
def test_a_fault_is_named_with_its_place_and_its_remedy(case: dict[str, Any]) -> None:
    assert [said(violation) for violation in NEWEST.violations(case["object"])] == case["says"]


@pytest.mark.parametrize("kind", bundled_kinds())
def test_every_kind_refuses_fields_it_does_not_have(kind: str) -> None:
    api_version, _, name = kind.rpartition("/")
    obj = {"apiVersion": api_version, "kind": name, "metadata": {"name": "planted"}, "planted": 1}
    paths = [violation.path for violation in NEWEST.violations(obj | {"spec": {"planted": 1}})]
    assert ("planted",) in paths
    refused = ("spec", "planted") in paths or ("spec",) in paths
    assert refused != (kind in OPEN_SPEC), "refused" if refused else "neither spec.planted nor spec is refused"


def test_violations_are_in_the_order_of_their_paths_whatever_the_order_of_the_keys() -> None:
    containers = [{"name": f"c{index}", "planted": 1, "imagePullPolicy": "no"} for index in range(11)]
    template = {"metadata": {"planted": 1}, "spec": {"containers": containers, "planted": 1}}
    obj = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "order"}, "template": template}
    expected = NEWEST.violations(obj)
    indices = [violation.path[3] for violation in expected if violation.path[2:3] == ("containers",)]
    assert indices == [index for index in range(11) for _ in range(2)]

    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            items = list(value.items())
            random.Random(4).shuffle(items)
            return {key: shuffled(child) for key, child in items}
        return [shuffled(child) for child in value] if isinstance(value, list) else value

    assert NEWEST.violations(shuffled(obj)) == expected


def test_a_long_value_is_shortened() -> None:
    obj = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "long"}, "spec": {"type": "x" * 500}}
    (violation,) = NEWEST.violations(obj)
    assert violation.message.startswith("«" + "x" * 57 + "...» is not one of ")


def test_a_name_can_be_left_to_the_api_server() -> None:
    assert NEWEST.violations({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "run-"}}) == []


def test_a_field_that_a_minor_does_not_have_yet_is_refused_for_that_minor() -> None:
    spec = {"containers": [{"name": "first"}], "schedulingGroup": {}}  # a field of 1.36
    obj = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "new"}, "spec": spec}
    assert [violation.message for violation in Schemas("1.34").violations(obj)] == ["unknown field «schedulingGroup»"]
    assert NEWEST.violations(obj) == []


def test_the_default_minor_is_the_newest_one() -> None:
    assert sorted(path.name for path in BUNDLE.glob("core-*.json"))[-1] == f"core-{DEFAULT_MINOR}.json"


def test_a_minor_outside_the_bundle_names_those_inside() -> None:
    with pytest.raises(ValueError, match=r"no schemas of Kubernetes 1\.20; policies/schemas holds 1\.34, 1\.35, 1\.36"):
        Schemas("1.20")


def test_nothing_is_loaded_before_the_first_object_and_little_by_it() -> None:
    program = """
import sys
from generator.check.schemas import Schemas
schemas = Schemas("1.36")
assert "jsonschema_rs" not in sys.modules, "the engine is imported before it is needed"
assert not schemas._definitions, "files are read before they are needed"
schemas.violations({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "first"}})
assert {path.name for path in schemas._definitions} == {"core-1.36.json", "v1.json"}, "files of other groups are read"
assert "difflib" not in sys.modules, "the speller is imported without a mistake"
"""
    run = subprocess.run([sys.executable, "-c", program], cwd=BUNDLE.parents[1], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
