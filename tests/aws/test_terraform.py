"""The same resources as Terraform: names as the provider spells them, references that lead somewhere, state kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from generator.aws import registry, terraform
from generator.aws.resource import Att, Ref, Resource, text
from generator.aws.stack import Output, Stack
from generator.aws.terraform_names import CARRIED, TYPES, attribute, resource_type, top_attribute
from generator.environment.model import Environment
from tests.conftest import ENVIRONMENTS, ROOT, assert_same

EXPRESSION = re.compile(r"(?<!\$)\$\{([^}]*)\}")
"""Where Terraform would fill in a value; `$${` is the text `${`."""
MADE = re.compile(r'\bResource\([\s\S]{,90}?"(AWS::\w+::\w+)"')
"""The type where a module makes a resource."""
KEY = Resource("Key", "AWS::KMS::Key", {"EnableKeyRotation": True}, retain=True)
POOL = Resource("Pool", "AWS::Cognito::UserPool", {"UserPoolName": "people"}, retain=True)


@pytest.fixture(params=ENVIRONMENTS)
def env(environments: dict[str, Environment], request: pytest.FixtureRequest) -> Environment:
    return environments[request.param]


def read(env: Environment) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(terraform.configuration(env, registry.stacks(env)))
    return found


def alone(env: Environment, *resources: Resource, outputs: tuple[Output, ...] = ()) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(terraform.configuration(env, [Stack("state", "", resources, outputs)]))
    return found


def made(env: Environment, resource: Resource, *others: Resource) -> dict[str, Any]:
    [body] = [
        found[resource.name] for found in alone(env, resource, *others)["resource"].values() if resource.name in found
    ]
    assert isinstance(body, dict)
    return body


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Description", "description"),
        ("UserPoolId", "user_pool_id"),
        ("CallbackURLs", "callback_ur_ls"),
        ("AllowedOAuthFlows", "allowed_o_auth_flows"),
        ("KMSKeyId", "kms_key_id"),
        ("KmsMasterKeyId", "kms_master_key_id"),
        ("SSEAlgorithm", "sse_algorithm"),
        ("ServerSideEncryptionByDefault", "server_side_encryption_by_default"),
        ("S3BucketName", "s3_bucket_name"),
        ("CloudWatchLogsLogGroupArn", "cloudwatch_logs_log_group_arn"),
        ("NotificationARNs", "notification_ar_ns"),
        ("BlockPublicAcls", "block_public_acls"),
    ],
)
def test_properties_are_spelled_as_the_provider_spells_them(name: str, expected: str) -> None:
    assert attribute(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AWS::EC2::VPCEndpoint", "awscc_ec2_vpc_endpoint"),
        ("AWS::S3::Bucket", "awscc_s3_bucket"),
        ("AWS::SecretsManager::Secret", "awscc_secretsmanager_secret"),
        ("AWS::WAFv2::LoggingConfiguration", "awscc_wafv2_logging_configuration"),
        ("AWS::EKS::PodIdentityAssociation", "awscc_eks_pod_identity_association"),
    ],
)
def test_types_are_spelled_as_the_provider_spells_them(name: str, expected: str) -> None:
    assert resource_type(name) == expected


def test_the_id_of_a_resource_bears_its_name_since_terraform_has_an_id_of_its_own() -> None:
    assert top_attribute("AWS::SecretsManager::Secret", "Id") == "secret_id"
    assert top_attribute("AWS::EC2::VPCEndpoint", "VpcId") == "vpc_id"


def test_a_reference_is_an_expression(defaults: Environment) -> None:
    secret = Resource("Secret", "AWS::SecretsManager::Secret", {"Name": "a"})
    bucket = Resource(
        "Bucket",
        "AWS::S3::Bucket",
        {
            "BucketName": text("a-", Ref("Key")),
            "Tags": [{"Key": "k", "Value": Att("Key", "Arn")}, {"Value": Ref("Secret")}],
        },
    )
    assert made(defaults, bucket, KEY, secret) == {
        "bucket_name": "a-${awscc_kms_key.Key.key_id}",
        "tags": [
            {"key": "k", "value": "${awscc_kms_key.Key.arn}"},
            {"value": "${awscc_secretsmanager_secret.Secret.secret_id}"},
        ],
    }


def test_a_reference_to_what_has_no_single_identifier_is_refused(defaults: Environment) -> None:
    addon = Resource("Addon", "AWS::EKS::Addon", {"AddonName": "a", "ClusterName": "b"})
    with pytest.raises(ValueError, match=r"Addon: AWS::EKS::Addon .*Att"):
        alone(defaults, addon, Resource("Key", "AWS::KMS::Key", {"Description": Ref("Addon")}))


def test_a_policy_is_json_text_and_variables_of_iam_stay_what_they_are(defaults: Environment) -> None:
    document = {
        "Statement": [{"Resource": Att("Key", "Arn"), "Condition": {"X": "${aws:PrincipalTag/a}", "Y": "%{b}"}}]
    }
    policies = [{"PolicyName": "a", "PolicyDocument": document}]
    role = Resource("Role", "AWS::IAM::Role", {"AssumeRolePolicyDocument": {"Version": "1"}, "Policies": policies})
    found = made(defaults, role, KEY)
    assert found["assume_role_policy_document"] == '{"Version": "1"}'
    [policy] = found["policies"]
    assert policy["policy_name"] == "a"
    [statement] = json.loads(policy["policy_document"])["Statement"]
    assert statement["Resource"] == "${awscc_kms_key.Key.arn}"
    assert statement["Condition"] == {"X": "$${aws:PrincipalTag/a}", "Y": "%%{b}"}


def test_state_cannot_be_destroyed_and_the_rest_can(defaults: Environment) -> None:
    assert made(defaults, KEY)["lifecycle"] == {"prevent_destroy": True}
    assert made(defaults, POOL)["lifecycle"] == {"prevent_destroy": True}
    assert "lifecycle" not in made(defaults, replace(KEY, retain=False))


def test_a_resource_waits_for_what_it_depends_on(defaults: Environment) -> None:
    alias = Resource("Alias", "AWS::KMS::Alias", {}, depends=("Key", "Pool"))
    assert made(defaults, alias, KEY, POOL)["depends_on"] == ["awscc_kms_key.Key", "awscc_cloudformation_stack.Pool"]


def test_what_the_provider_has_not_is_a_stack_that_yields_what_others_need(defaults: Environment) -> None:
    client = Resource("Client", "AWS::Cognito::UserPoolClient", {"UserPoolId": Ref("Pool")})
    found = alone(defaults, POOL, client, outputs=(Output("PoolArn", Att("Pool", "Arn"), "the pool"),))
    carrier = found["resource"]["awscc_cloudformation_stack"]["Pool"]
    assert carrier["stack_name"] == "openclaw-Pool"
    assert_same(
        json.loads(carrier["template_body"]),
        {
            "Resources": {
                "Pool": {
                    "Type": "AWS::Cognito::UserPool",
                    "DeletionPolicy": "Retain",
                    "UpdateReplacePolicy": "Retain",
                    "Properties": {"UserPoolName": "people"},
                }
            },
            "Outputs": {"PoolId": {"Value": {"Ref": "Pool"}}, "PoolArn": {"Value": {"Fn::GetAtt": ["Pool", "Arn"]}}},
        },
    )
    assert found["resource"]["awscc_cognito_user_pool_client"]["Client"] == {"user_pool_id": "${local.PoolId}"}
    assert found["output"]["PoolArn"] == {"description": "the pool", "value": "${local.PoolArn}"}
    assert found["locals"]["PoolId"] == (
        "${one([for found in awscc_cloudformation_stack.Pool.outputs : found.output_value"
        ' if found.output_key == "PoolId"])}'
    )


def test_a_carried_resource_may_refer_to_others(defaults: Environment) -> None:
    topic = Resource(
        "Policy", "AWS::SNS::TopicPolicy", {"PolicyDocument": {"Resource": Att("Key", "Arn")}, "Topics": []}
    )
    inside = json.loads(made(defaults, topic, KEY)["template_body"])["Resources"]["Policy"]["Properties"]
    assert inside == {"PolicyDocument": {"Resource": "${awscc_kms_key.Key.arn}"}, "Topics": []}


def test_an_unknown_type_is_refused_by_name(defaults: Environment) -> None:
    with pytest.raises(ValueError, match=r"Function: terraform_names knows no AWS::Lambda::Function"):
        alone(defaults, Resource("Function", "AWS::Lambda::Function"))


def test_every_type_that_a_module_makes_is_known_and_no_other() -> None:
    sources = [path.read_text() for path in (ROOT / "generator/aws").glob("*.py")]
    types = {found for source in sources for found in MADE.findall(source)}
    assert len(types) > 10, "types are written where a Resource is made"
    known = TYPES.keys() | CARRIED
    assert (types - known, known - types) == (set(), set())
    assert not TYPES.keys() & CARRIED


def test_it_holds_the_same_resources_and_outputs_as_the_templates(env: Environment) -> None:
    found, stacks = read(env), registry.stacks(env)
    in_templates = {one.name: one.type for stack in stacks for one in stack.resources}
    kinds = {name: kind for kind, bodies in found["resource"].items() for name in bodies}
    carrier = "awscc_cloudformation_stack"
    assert_same(kinds, {name: carrier if of in CARRIED else resource_type(of) for name, of in in_templates.items()})
    assert found["output"].keys() == {one.name for stack in stacks for one in stack.outputs}


def test_every_expression_leads_to_something_that_is_there(env: Environment) -> None:
    found = read(env)
    there = {f"{kind}.{name}" for kind, bodies in found["resource"].items() for name in bodies}
    there |= {f"local.{name}" for name in found.get("locals", {})}
    used = {
        ".".join(expression.split(".")[:2])
        for part in (found["resource"], found["output"])
        for one in texts(part)
        for expression in EXPRESSION.findall(one)
    }
    assert used, "resources refer to one another"
    assert used - there == set()


def test_no_function_of_cloudformation_is_left_outside_of_a_template(env: Environment) -> None:
    found = read(env)
    templates = found["resource"].pop("awscc_cloudformation_stack", {})
    rest = json.dumps(found)
    assert [word for word in ('"Ref"', "Fn::") if word in rest] == []
    for name, one in templates.items():
        [(inside, resource)] = json.loads(one["template_body"])["Resources"].items()
        assert (inside, "Fn::" in json.dumps(resource)) == (name, False)


def test_every_resource_that_is_kept_in_the_templates_is_kept_here(env: Environment) -> None:
    bodies = {name: body for found in read(env)["resource"].values() for name, body in found.items()}
    kept = {name for name, body in bodies.items() if body.get("lifecycle") == {"prevent_destroy": True}}
    assert kept == {one.name for stack in registry.stacks(env) for one in stack.resources if one.retain}


def test_it_is_sorted_so_that_it_is_the_same_each_time(env: Environment) -> None:
    written = terraform.configuration(env, registry.stacks(env))
    assert written == json.dumps(json.loads(written), indent=2, sort_keys=True) + "\n"
    backwards = [replace(stack, resources=stack.resources[::-1]) for stack in registry.stacks(env)]
    assert terraform.configuration(env, backwards) == written


def test_the_provider_is_pinned_and_what_terraform_keeps_lies_elsewhere(env: Environment) -> None:
    found = read(env)
    assert re.fullmatch(r"\d+\.\d+\.\d+", found["terraform"]["required_providers"]["awscc"]["version"])
    assert found["terraform"]["backend"] == {"s3": {}}, "this folder is rendered anew"
    assert found["provider"] == {"awscc": {"region": env.cluster.region}}
