"""VPC endpoints: the account's own calls pass, another account's credentials do not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, get_args

import pytest

from generator.aws import endpoints
from generator.environment.aws import Endpoint
from generator.environment.model import Environment

from .account import changed, triples
from .evaluate import Call, Context, allowed

ALL = get_args(Endpoint)
WITHOUT_POLICY = {"eks-auth"}
OURS = {"aws:PrincipalAccount": "111122223333", "aws:ResourceAccount": "111122223333"}
THEIRS = {"aws:PrincipalAccount": "999988887777", "aws:ResourceAccount": "999988887777"}


@pytest.fixture
def prod(environments: dict[str, Environment]) -> Environment:
    return environments["prod"]


@pytest.fixture
def everywhere(prod: Environment) -> Environment:
    return changed(prod, "aws.endpoints", ALL)


def made(env: Environment) -> dict[str, Mapping[str, Any]]:
    """Endpoints by service, without the Region."""
    found = [one.properties for one in endpoints.resources(env) if one.type == "AWS::EC2::VPCEndpoint"]
    prefix = f"com.amazonaws.{env.cluster.region}."
    return {one["ServiceName"].removeprefix(prefix): one for one in found}


def group(env: Environment) -> Mapping[str, Any]:
    [found] = [one.properties for one in endpoints.resources(env) if one.type == "AWS::EC2::SecurityGroup"]
    return found


def passes(env: Environment, endpoint: str, action: str, resource: str, context: Context) -> bool:
    return allowed([made(env)[endpoint]["PolicyDocument"]], Call(action, resource, context))


def test_each_listed_service_has_one_under_its_own_name(prod: Environment, everywhere: Environment) -> None:
    assert list(made(prod)) == list(prod.aws.endpoints)
    assert list(made(everywhere)) == list(ALL)
    names = [one.name for one in endpoints.resources(everywhere)]
    assert len(set(names)) == len(names)
    assert all(name.isalnum() for name in names)
    assert endpoints.resources(changed(prod, "aws.endpoints", ())) == []


def test_storage_is_reached_by_routes_and_the_others_by_name_from_every_zone(everywhere: Environment) -> None:
    found = made(everywhere)
    storage = found.pop("s3")
    assert (storage["VpcEndpointType"], storage["RouteTableIds"]) == (
        "Gateway",
        list(everywhere.cluster.route_table_ids),
    )
    for name, one in found.items():
        assert (one["VpcEndpointType"], one["PrivateDnsEnabled"]) == ("Interface", True), name
        assert one["SubnetIds"] == list(everywhere.cluster.subnet_ids), name
        assert len(one["SecurityGroupIds"]) == 1, name


def test_they_answer_the_vpc_on_https_alone_and_call_nobody(prod: Environment) -> None:
    [inside], [outside] = group(prod)["SecurityGroupIngress"], group(prod)["SecurityGroupEgress"]
    assert (inside["CidrIp"], inside["IpProtocol"], inside["FromPort"], inside["ToPort"]) == (
        prod.cluster.vpc_cidr,
        "tcp",
        443,
        443,
    )
    assert outside["CidrIp"] == "127.0.0.1/32"


def test_a_gateway_endpoint_alone_needs_no_security_group(prod: Environment) -> None:
    found = endpoints.resources(changed(prod, "aws.endpoints", ("s3",)))
    assert [one.type for one in found] == ["AWS::EC2::VPCEndpoint"]


def test_each_has_a_policy_but_the_one_that_is_not_known_to_take_any(everywhere: Environment) -> None:
    assert {name for name, one in made(everywhere).items() if "PolicyDocument" not in one} == WITHOUT_POLICY


def test_every_statement_names_the_account_or_reads_what_is_read_without_one(everywhere: Environment) -> None:
    open_to_all = {
        tuple(statement["Action"])
        for one in made(everywhere).values()
        for statement in one.get("PolicyDocument", {"Statement": []})["Statement"]
        if "aws:PrincipalAccount" not in statement.get("Condition", {}).get("StringEquals", {})
    }
    assert open_to_all == {("s3:GetObject", "s3:GetObjectVersion"), ("sts:AssumeRoleWithWebIdentity",)}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_what_an_identity_may_do_passes(environments: dict[str, Environment], prod: Environment, name: str) -> None:
    """With every endpoint: a bound that is too narrow would cut a pod off."""
    env = changed(environments[name], "aws.endpoints", ALL)
    for key in ("vpc_id", "subnet_ids", "route_table_ids"):
        env = changed(env, f"cluster.{key}", getattr(prod.cluster, key))
    bounds = {one: [found["PolicyDocument"]] for one, found in made(env).items() if "PolicyDocument" in found}
    calls = [(role, action, resource) for role, action, resource, _ in triples(env) if service(action) in bounds]
    assert len(calls) > 3, "too few calls to prove anything"
    assert [one for one in calls if not allowed(bounds[service(one[1])], Call(one[1], one[2], OURS))] == []


def service(action: str) -> str:
    """The endpoint that an action is called at; catalogues of Bedrock are elsewhere than its models."""
    prefix, _, name = action.partition(":")
    return {"bedrock": "bedrock-runtime" if name.startswith("Invoke") else "", "ecr": "ecr.api"}.get(prefix, prefix)


MODEL = "arn:aws:bedrock:eu-central-1::foundation-model/zai.glm-4.7"
IMAGE = "arn:aws:ecr:eu-central-1:602401143452:repository/eks/pause"


@pytest.mark.parametrize(
    ("endpoint", "action", "resource"),
    [
        ("bedrock-runtime", "bedrock:InvokeModelWithResponseStream", MODEL),
        ("bedrock-runtime", "bedrock:InvokeModel", "arn:aws:bedrock:::foundation-model/anthropic.claude-sonnet-4-6"),
        ("ec2", "ec2:CreateFleet", "arn:aws:ec2:eu-central-1:111122223333:fleet/*"),
        ("ecr.api", "ecr:GetAuthorizationToken", "*"),
        ("ecr.dkr", "ecr:BatchGetImage", IMAGE),
        ("sqs", "sqs:ReceiveMessage", "arn:aws:sqs:eu-central-1:111122223333:openclaw-prod"),
        ("sts", "sts:GetCallerIdentity", "*"),
        ("s3", "s3:PutObject", "arn:aws:s3:::openclaw-prod-backup-111122223333/a"),
        ("xray", "xray:PutTraceSegments", "*"),
    ],
)
def test_a_call_of_the_account_passes_and_one_with_other_credentials_does_not(
    everywhere: Environment, endpoint: str, action: str, resource: str
) -> None:
    assert passes(everywhere, endpoint, action, resource, OURS)
    assert not passes(everywhere, endpoint, action, resource, THEIRS)
    assert not passes(everywhere, endpoint, action, resource, {})


def test_nothing_is_written_to_a_bucket_of_another_account(prod: Environment) -> None:
    context = OURS | {"aws:ResourceAccount": THEIRS["aws:ResourceAccount"]}
    assert not passes(prod, "s3", "s3:PutObject", "arn:aws:s3:::somebody-elses/stolen", context)


@pytest.mark.parametrize(
    "bucket", ["prod-eu-central-1-starport-layer-bucket", "al2023-repos-eu-central-1-de612dc2", "registry-of-anybody"]
)
def test_nodes_get_images_and_packages_from_buckets_of_others(prod: Environment, bucket: str) -> None:
    assert passes(prod, "s3", "s3:GetObject", f"arn:aws:s3:::{bucket}/layer", {})


def test_tokens_of_service_accounts_become_roles_of_this_account_only(prod: Environment) -> None:
    web = "sts:AssumeRoleWithWebIdentity"
    assert passes(prod, "sts", web, "arn:aws:iam::111122223333:role/any", {})
    assert not passes(prod, "sts", web, "arn:aws:iam::999988887777:role/any", {})


def test_models_are_called_and_nothing_else_of_bedrock(prod: Environment) -> None:
    assert not passes(prod, "bedrock-runtime", "bedrock:CreateModelCustomizationJob", MODEL, OURS)


def test_every_policy_is_within_the_size_of_an_endpoint_policy(everywhere: Environment) -> None:
    """20,480 characters, spaces left out (PrivateLink guide, endpoint policies)."""
    for name, one in made(everywhere).items():
        assert len(json.dumps(one.get("PolicyDocument", {}), separators=(",", ":"))) <= 20_480, name
