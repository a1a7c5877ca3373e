"""Stacks -> templates: what crosses from one stack to a later one, what never may, and how much a template holds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from generator.aws import registry
from generator.aws.cloudformation import MAX_BYTES, MAX_OUTPUTS, MAX_RESOURCES, templates
from generator.aws.resource import Att, Ref, Resource, references, text
from generator.aws.stack import Output, Stack, stack_name
from generator.environment.model import Environment
from generator.kubernetes.emit import emit
from tests.conftest import ENVIRONMENTS, assert_same

from .account import changed

KEY = Resource("Key", "AWS::KMS::Key", {"Description": "key"}, retain=True)
BUCKET = Resource(
    "Bucket",
    "AWS::S3::Bucket",
    {"Tags": [{"Key": "key", "Value": Att("Key", "Arn")}], "BucketName": text(Ref("Key"), "-archives")},
    depends=("Key",),
)


def alone(*resources: Resource, outputs: tuple[Output, ...] = ()) -> dict[str, Any]:
    return templates("demo", [Stack("state", "all", resources, outputs)])["state"]


@pytest.fixture(params=ENVIRONMENTS)
def env(environments: dict[str, Environment], request: pytest.FixtureRequest) -> Environment:
    return environments[request.param]


def test_references_inside_a_stack_are_its_own() -> None:
    assert alone(KEY, BUCKET)["Resources"]["Bucket"] == {
        "Type": "AWS::S3::Bucket",
        "DependsOn": ["Key"],
        "Properties": {
            "Tags": [{"Key": "key", "Value": {"Fn::GetAtt": ["Key", "Arn"]}}],
            "BucketName": {"Fn::Join": ["", [{"Ref": "Key"}, "-archives"]]},
        },
    }


def test_references_into_an_earlier_stack_are_exported_there_and_imported_here() -> None:
    later = Resource("Bucket", "AWS::S3::Bucket", BUCKET.properties)
    found = templates("demo", [Stack("state", "", (KEY,)), Stack("door", "", (later,))])
    assert_same(
        found["state"]["Outputs"],
        {
            "ExportKeyArn": {
                "Description": "for later stacks",
                "Value": {"Fn::GetAtt": ["Key", "Arn"]},
                "Export": {"Name": "demo-state:KeyArn"},
            },
            "ExportKeyId": {
                "Description": "for later stacks",
                "Value": {"Ref": "Key"},
                "Export": {"Name": "demo-state:KeyId"},
            },
        },
    )
    imported = found["door"]["Resources"]["Bucket"]["Properties"]
    assert imported["Tags"][0]["Value"] == {"Fn::ImportValue": "demo-state:KeyArn"}
    assert imported["BucketName"] == {"Fn::Join": ["", [{"Fn::ImportValue": "demo-state:KeyId"}, "-archives"]]}


def test_state_is_kept_whatever_happens_to_its_stack_and_the_rest_is_not() -> None:
    found = alone(KEY, BUCKET)["Resources"]
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    assert {key: found["Key"].get(key) for key in kept} == kept
    assert not kept.keys() & found["Bucket"].keys()


def test_outputs_say_what_they_are() -> None:
    found = alone(KEY, outputs=(Output("KeyArn", Att("Key", "Arn"), "the key"),))
    assert found["Outputs"] == {"KeyArn": {"Description": "the key", "Value": {"Fn::GetAtt": ["Key", "Arn"]}}}
    assert "Outputs" not in alone(KEY)


@pytest.mark.parametrize(
    ("cluster", "expected"), [("openclaw-prod", "openclaw-prod-state"), ("a_b", "a-b-state"), ("1st", "eks-1st-state")]
)
def test_a_stack_has_a_name_that_cloudformation_takes(cluster: str, expected: str) -> None:
    assert stack_name(cluster, "state") == expected


def test_no_stack_refers_to_a_later_one(env: Environment) -> None:
    """What a stack imports must be there when it is deployed."""
    deployed: set[str] = set()
    for stack in registry.stacks(env):
        deployed |= {one.name for one in stack.resources}
        wanted = {found.name for one in stack.resources for found in references(one.properties)}
        wanted |= {found.name for one in stack.outputs for found in references(one.value)}
        assert wanted <= deployed, f"{stack.name} refers to {sorted(wanted - deployed)}"


def test_a_resource_waits_for_resources_of_its_own_stack_alone(env: Environment) -> None:
    """CloudFormation knows no `DependsOn` over stacks."""
    for stack in registry.stacks(env):
        names = {one.name for one in stack.resources}
        unknown = {one.name: set(one.depends) - names for one in stack.resources if set(one.depends) - names}
        assert unknown == {}, stack.name


def test_names_are_unique_over_all_stacks(env: Environment) -> None:
    stacks = registry.stacks(env)
    resources = Counter(one.name for stack in stacks for one in stack.resources)
    outputs = Counter(one.name for stack in stacks for one in stack.outputs)
    assert [name for name, times in resources.items() if times > 1] == []
    assert [name for name, times in outputs.items() if times > 1] == []
    assert [name for name in resources | outputs if not (name.isalnum() and name[0].isupper())] == []


def test_every_template_may_be_sent_as_it_is(env: Environment) -> None:
    for name, template in templates(env.cluster.name, registry.stacks(env)).items():
        assert len(emit(template).encode()) < MAX_BYTES, name
        assert len(template["Resources"]) <= MAX_RESOURCES, name
        assert len(template.get("Outputs", {})) <= MAX_OUTPUTS, name


def test_the_order_of_exports_is_that_of_their_names(env: Environment) -> None:
    """They are found in a set, whose order is another in each process."""
    for template in templates(env.cluster.name, registry.stacks(env)).values():
        exports = [key for key in template.get("Outputs", {}) if key.startswith("Export")]
        assert exports == sorted(exports)


def test_an_account_that_belongs_to_somebody_else_gets_no_stack(env: Environment) -> None:
    assert registry.stacks(changed(env, "aws.managed", False)) == []
