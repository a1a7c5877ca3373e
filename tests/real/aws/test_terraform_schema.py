"""The resources against CloudFormation's own schemas, which cfn-lint brings, and the awscc provider is generated from.

What decides how Terraform spells a value: whether a property exists, whether it is JSON text or an object with named
attributes, whether its keys are the user's own, and what `Ref` and `Fn::GetAtt` yield.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from generator.aws import registry
from generator.aws.resource import Att, Joined, Ref, Resource, references
from generator.aws.terraform_names import CARRIED, TYPES
from generator.environment.model import Environment
from tests.conftest import ENVIRONMENTS
from tools.programs import Program

pytestmark = [pytest.mark.program("cfn-lint", environment) for environment in ENVIRONMENTS]

Schema = Mapping[str, Any]
TEXT, OBJECT, MAP, LIST = "JSON text", "object", "map", "list"
SCALARS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}
SEVERAL = {"AWS::Cognito::UserPoolClient": "ClientId"}
"""Types whose primary identifier has several parts and whose `Ref` yields one of them (CloudFormation user guide)."""


class Schemas:
    """CloudFormation's registry, as of one Region."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = json.loads((folder / "providers" / "us-east-1.json").read_text())

    @cache  # noqa: B019  # lives as long as the session
    def schema(self, type_name: str) -> Schema:
        found: Schema = json.loads((self.folder / "resources" / f"{self.files[type_name]}.json").read_text())
        return found

    def resolve(self, type_name: str, part: Schema) -> Schema:
        while "$ref" in part:
            found: Any = self.schema(type_name)
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            part = found
        return part

    def kinds(self, type_name: str) -> Iterator[tuple[str, str]]:
        """Every property at any depth, and its kind; what holds itself is followed once."""
        seen: set[int] = set()

        def walk(part: Schema, name: str) -> Iterator[tuple[str, str]]:
            part = self.resolve(type_name, part)
            yield name, kind(part)
            if id(part) in seen:
                return
            seen.add(id(part))
            if kind(part) == LIST:
                yield from walk(part["items"], name)
            for key, inner in part.get("properties", {}).items():
                yield from walk(inner, key)

        yield from walk(self.schema(type_name), "")


def kind(part: Schema) -> str:
    """As the provider's generator takes it: an object that names no properties is JSON text."""
    types = part.get("type", "object" if "properties" in part else "")
    types = [types] if isinstance(types, str) else types
    if part.get("properties"):
        return OBJECT
    if part.get("patternProperties"):
        return MAP
    if "object" in types or types == [""]:
        return TEXT
    return LIST if "array" in types else "|".join(types)


@pytest.fixture(scope="session")
def schemas(programs: Callable[[str], Program]) -> Schemas:
    [folder] = programs("cfn-lint").path.glob("lib/python3*/site-packages/cfnlint/data/schemas")
    return Schemas(folder)


@pytest.fixture(params=ENVIRONMENTS)
def resources(environments: dict[str, Environment], request: pytest.FixtureRequest) -> list[Resource]:
    return [one for stack in registry.stacks(environments[request.param]) for one in stack.resources]


def test_values_have_the_types_that_the_schemas_want(schemas: Schemas, resources: list[Resource]) -> None:
    found = {one.name: list(faults(schemas, one)) for one in resources}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def faults(schemas: Schemas, resource: Resource) -> Iterator[str]:
    top = schemas.schema(resource.type)
    read_only = {one.rpartition("/")[2] for one in top.get("readOnlyProperties", ()) if one.count("/") == 2}
    text = TYPES[resource.type].text if resource.type in TYPES else frozenset()

    def walk(part: Schema, value: Any, path: str) -> Iterator[str]:
        part = schemas.resolve(resource.type, part)
        name, wanted = path.rpartition(".")[2], kind(part)
        if isinstance(value, Ref | Att | Joined):
            return
        if wanted == OBJECT and isinstance(value, Mapping):
            for key, inner in value.items():
                if key not in part["properties"]:
                    yield f"{path}: no property {key}"
                else:
                    yield from walk(part["properties"][key], inner, f"{path}.{key}")
        elif wanted == LIST and isinstance(value, list | tuple):
            for inner in value:
                yield from walk(part["items"], inner, path)
        elif wanted == TEXT and isinstance(value, Mapping):
            if resource.type in TYPES and name not in text:
                yield f"{path}: JSON text that terraform_names does not name"
        elif wanted == MAP:
            if resource.type in TYPES:
                yield f"{path}: a map, whose keys Terraform would take for names of attributes"
        elif isinstance(value, Mapping | list | tuple):
            yield f"{path}: {type(value).__name__}, but the schema has {wanted}"
        elif not any(type(value) in SCALARS.get(one, (str,)) for one in wanted.split("|")):
            yield f"{path}: {value!r} is no {wanted}"

    yield from (f"{key} is read-only" for key in resource.properties.keys() & read_only)
    yield from (f"{key} is missing" for key in set(top.get("required", ())) - resource.properties.keys())
    yield from walk(top, resource.properties, resource.type)


@pytest.mark.parametrize("type_name", sorted(TYPES))
def test_what_terraform_takes_as_text_is_an_object_without_named_properties(schemas: Schemas, type_name: str) -> None:
    kinds = dict[str, set[str]]()
    for name, found in schemas.kinds(type_name):
        kinds.setdefault(name, set()).add(found)
    assert {name: kinds.get(name, {"nothing"}) for name in TYPES[type_name].text if kinds.get(name) != {TEXT}} == {}


@pytest.mark.parametrize("type_name", sorted(TYPES))
def test_a_reference_yields_the_primary_identifier(schemas: Schemas, type_name: str) -> None:
    parts = [one.rpartition("/")[2] for one in schemas.schema(type_name)["primaryIdentifier"]]
    chosen = TYPES[type_name].identifier
    if type_name in SEVERAL:
        assert chosen == SEVERAL[type_name]
        assert chosen in parts
    elif chosen:
        assert [chosen] == parts


def test_attributes_that_are_referred_to_exist(schemas: Schemas, resources: list[Resource]) -> None:
    types = {one.name: one.type for one in resources}
    wanted = {found for one in resources for found in references(one.properties) if isinstance(found, Att)}
    unknown = {
        found
        for found in wanted
        if found.attribute.split(".")[0] not in schemas.schema(types[found.name])["properties"]
    }
    assert unknown == set()


def test_every_type_is_one_of_cloudformation(schemas: Schemas) -> None:
    assert {name for name in TYPES.keys() | CARRIED if name not in schemas.files} == set()
