"""The stacks in an account: what `bootstrap` deploys with the real AWS CLI is there, stays, changes and goes as said.

The account is moto.  Its CloudFormation lacks types that its services have; these are made by fake/kinds.py, and the
last test counts whose is what.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
import yaml

from generator.aws import invocation_logs
from generator.aws.stack import stack_name
from generator.environment.model import Environment
from generator.environment.outputs import OUTPUTS
from generator.fill_secrets import properties as properties_of_secrets
from tests.conftest import assert_same
from tests.real.aws.account import Account
from tests.real.aws.history import LAST, SPENT_MORE, History
from tests.real.aws.templates import NAMES, about, agrees, of_type, properties, resources, templates

Happened = Callable[[str], History]
CLOSED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}

REPLACED = {
    "AWS::IAM::Role": "moto's attaches no managed policies, and keeps a policy as Python writes it",
    "AWS::EC2::VPCEndpoint": "moto's keeps the policy as Python writes it",
    "AWS::KMS::Key": "moto's takes no tags in CloudFormation's words",
    "AWS::S3::Bucket": "moto's drops all properties but encryption and tags",
}
"""Types of moto's CloudFormation that fake/kinds.py makes better."""
NOTHING_BEHIND = {
    "AWS::EKS::AccessEntry": "moto's EKS has clusters, node groups and Fargate profiles only",
    "AWS::EKS::Addon": "the same",
    "AWS::EKS::PodIdentityAssociation": "the same",
}
"""Types that moto has no service for: their properties are held against the API, and nothing exists afterwards."""

AWS_OWN = "alias alias/aws/"

environments = pytest.mark.parametrize("name", [pytest.param(name, marks=about(name)) for name in NAMES])


@environments
def test_every_stage_of_bootstrap_ends_well(happened: Happened, name: str) -> None:
    said = happened(name).said
    assert LAST in said
    assert [title for title, done in said.items() if done.returncode != 0] == []


@environments
def test_every_resource_of_the_templates_is_made(happened: Happened, name: str) -> None:
    assert_same(dict.fromkeys(happened(name).physical), dict.fromkeys(logical for logical, _ in resources(name)))


@pytest.mark.parametrize(("name", "logical"), of_type("AWS::IAM::Role"))
def test_a_role_has_its_trust_and_its_policies(happened: Happened, name: str, logical: str) -> None:
    history, written = happened(name), properties(name, logical)
    found = history.made[f"role {history.physical[logical]}"]
    assert agrees(written["AssumeRolePolicyDocument"], found["trust"])
    wanted = {one["PolicyName"]: one["PolicyDocument"] for one in written.get("Policies", [])}
    assert found["inline"].keys() == wanted.keys()
    for policy, document in wanted.items():
        assert agrees(document, found["inline"][policy]), policy
    assert len(found["attached"]) == len(written.get("ManagedPolicyArns", []))


@pytest.mark.parametrize(("name", "logical"), of_type("AWS::S3::Bucket"))
def test_a_bucket_is_encrypted_private_versioned_and_swept(happened: Happened, name: str, logical: str) -> None:
    history, written = happened(name), properties(name, logical)
    found = history.made[f"bucket {written['BucketName']}"]
    [rule] = found["encryption"]["Rules"]
    chosen = rule["ApplyServerSideEncryptionByDefault"]
    assert chosen == {"SSEAlgorithm": "AES256"} or f"key {chosen['KMSMasterKeyID']}" in history.made
    assert found["public"] == CLOSED
    assert found["owner"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert found["versions"] == "Enabled"
    assert len(found["lifecycle"]) == len(written["LifecycleConfiguration"]["Rules"])
    assert_refuses_plain_http(found["policy"])


@pytest.mark.parametrize(("name", "logical"), of_type("AWS::SQS::Queue"))
def test_events_of_the_rules_reach_the_queue_and_no_others(happened: Happened, name: str, logical: str) -> None:
    history = happened(name)
    queue = history.made[f"queue {properties(name, logical)['QueueName']}"]
    assert queue["SqsManagedSseEnabled"] == "true" or queue["KmsMasterKeyId"]
    assert_refuses_plain_http(queue["policy"])
    rules = {key: value for key, value in history.made.items() if key.startswith("rule ")}
    assert {"aws.ec2", "aws.health"} == {source for rule in rules.values() for source in rule["pattern"]["source"]}
    assert {key for key, rule in rules.items() if rule["targets"] != [queue["QueueArn"]]} == set()
    [sending] = [one for one in queue["policy"]["Statement"] if one["Effect"] == "Allow"]
    sources = sending["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert {arn.rpartition("/")[2] for arn in sources} == {key.removeprefix("rule ") for key in rules}


@pytest.mark.parametrize(("name", "logical"), of_type("AWS::SNS::Topic"))
def test_the_topic_is_encrypted_and_tells_who_is_listed(happened: Happened, name: str, logical: str) -> None:
    history = happened(name)
    topic = history.made[f"topic {history.physical[logical]}"]
    assert f"key {topic['key']}" in history.made
    assert_refuses_plain_http(topic["policy"])
    assert topic["told"] == sorted(f"email {address}" for address in history.env.aws.notify)


@pytest.mark.parametrize(("name", "logical"), of_type("AWS::Cognito::UserPool"))
def test_people_sign_in_with_a_second_factor_and_nobody_lets_himself_in(
    happened: Happened, name: str, logical: str
) -> None:
    history = happened(name)
    pool = history.made[f"user pool {history.physical[logical]}"]
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["DeletionProtection"] == "ACTIVE"
    assert pool["factors"]["SoftwareTokenMfaConfiguration"] == {"Enabled": True}
    assert pool["factors"]["MfaConfiguration"] == {"required": "ON", "optional": "OPTIONAL"}[history.env.aws.mfa]


@pytest.mark.parametrize(("name", "logical"), of_type("AWS::Cognito::UserPoolClient"))
def test_the_load_balancer_is_the_only_client(happened: Happened, name: str, logical: str) -> None:
    history = happened(name)
    client = history.made[f"user pool client {history.physical[logical]}"]
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["ClientSecret"]
    domain = history.env.ingress.domain
    assert client["CallbackURLs"]
    assert [url for url in client["CallbackURLs"] if not url.endswith(f".{domain}/oauth2/idpresponse")] == []
    assert [key for key in history.made if key.startswith("user pool client ")] == [
        f"user pool client {history.physical[logical]}"
    ]


@pytest.mark.parametrize(("name", "logical"), of_type("AWS::WAFv2::WebACL"))
def test_the_web_acl_is_found_by_the_name_that_the_ingress_asks_for(
    happened: Happened, name: str, logical: str
) -> None:
    history = happened(name)
    acl = history.made[f"web ACL {history.env.ingress.web_acl}"]
    [limit] = [one["Statement"]["RateBasedStatement"] for one in acl["Rules"] if one["Name"] == "rate-limit"]
    assert limit["Limit"] == history.env.aws.waf.requests
    logged = history.made[f"web ACL logging {acl['ARN']}"]
    [group] = [arn.rpartition("log-group:")[2] for arn in logged["LogDestinationConfigs"]]
    assert f"log group {group}" in history.made


@pytest.mark.parametrize(("name", "logical"), of_type("AWS::CloudTrail::Trail"))
def test_the_trail_writes_encrypted_files_that_nobody_changes_unseen(
    happened: Happened, name: str, logical: str
) -> None:
    history = happened(name)
    trail = history.made[f"trail {history.physical[logical]}"]
    assert trail["logs"] is True
    assert trail["LogFileValidationEnabled"] is True
    assert f"key {trail['KmsKeyId']}" in history.made
    assert f"bucket {trail['S3BucketName']}" in history.made
    assert len(trail["selectors"]["AdvancedEventSelectors"]) == len(properties(name, logical)["AdvancedEventSelectors"])


@pytest.mark.parametrize(("name", "logical"), of_type("AWS::Budgets::Budget"))
def test_the_budget_is_the_ceiling(happened: Happened, name: str, logical: str) -> None:
    history = happened(name)
    budget = history.made[f"budget {history.physical[logical]}"]
    assert float(budget["limit"]["Amount"]) == history.env.cost.monthly_ceiling
    assert len(budget["told"]) == len(properties(name, logical).get("NotificationsWithSubscribers", []))


@pytest.mark.parametrize(("name", "logical"), of_type("AWS::EC2::VPCEndpoint"))
def test_an_endpoint_is_in_the_network_of_the_environment(happened: Happened, name: str, logical: str) -> None:
    history, written = happened(name), properties(name, logical)
    [endpoint] = [value for key, value in history.made.items() if key == f"endpoint {written['ServiceName']}"]
    assert endpoint["VpcId"] == history.env.cluster.vpc_id
    if written["VpcEndpointType"] == "Gateway":
        assert endpoint["RouteTableIds"] == list(history.env.cluster.route_table_ids)
    else:
        assert endpoint["SubnetIds"] == list(history.env.cluster.subnet_ids)
        assert [f"security group {one}" in history.made for one in endpoint["groups"]] == [True]
        assert endpoint["PrivateDnsEnabled"] is True


@pytest.mark.parametrize(("name", "logical"), of_type("AWS::Config::ConfigRule"))
def test_a_config_rule_is_one_of_those_that_aws_manages(happened: Happened, name: str, logical: str) -> None:
    history = happened(name)
    assert history.made[f"config rule {history.physical[logical]}"]["source"]["Owner"] == "AWS"


@environments
def test_every_secret_is_encrypted_by_the_key_of_the_environment(happened: Happened, name: str) -> None:
    history = happened(name)
    found = {key: value["key"] for key, value in history.made.items() if key.startswith("secret ")}
    prefix = f"secret {history.env.secrets.prefix}/"
    assert [key for key in found if not key.startswith(prefix)] == []
    assert {f"key {key}" in history.made for key in found.values()} == {True}


@environments
def test_what_the_account_yields_is_in_the_file(happened: Happened, name: str) -> None:
    """`import-outputs` asks the real AWS CLI, and `render` takes what it has written."""
    history = happened(name)
    taken = [output for output in OUTPUTS if output.name in history.env.outputs]
    wanted = {output.name: history.outputs[output.name[0].upper() + output.name[1:]] for output in taken}
    assert (yaml.safe_load(history.file) if wanted else {}) == wanted


@environments
def test_a_second_deployment_changes_nothing(happened: Happened, name: str) -> None:
    history = happened(name)
    cluster = history.env.cluster.name
    wanted = [f"No changes to deploy. Stack {stack_name(cluster, stack)} is up to date" for stack in templates(name)]
    assert sorted(said.strip().splitlines()[-1] for said in history.again) == sorted(wanted)
    assert_same(history.unchanged, history.made)


@environments
def test_another_model_and_another_ceiling_change_one_policy_and_the_budget(happened: Happened, name: str) -> None:
    history = happened(name)
    role = f"role {history.physical['LlmGatewayRole']}"
    budget = f"budget {history.physical['Budget']}"
    assert history.rewritten == ["identities", "audit"]
    assert history.made.keys() == history.changed.keys()
    assert {key for key in history.made if history.made[key] != history.changed[key]} == {role, budget}
    raised = float(history.changed[budget]["limit"]["Amount"]) - float(history.made[budget]["limit"]["Amount"])
    assert raised == SPENT_MORE
    before, after = (json.dumps(found[role]["inline"]) for found in (history.made, history.changed))
    wanted = history.model.split(".", 1)[-1]  # a profile of a group of Regions leads to the model without it
    assert wanted not in before
    assert wanted in after


@environments
def test_stacks_with_state_are_not_deleted_by_mistake(happened: Happened, name: str) -> None:
    history = happened(name)
    kept = [
        stack_name(history.env.cluster.name, stack)
        for stack, template in templates(name).items()
        if any("DeletionPolicy" in resource for resource in template["Resources"].values())
    ]
    assert sorted(history.refused) == sorted(kept)


@environments
def test_state_outlives_the_stacks_and_nothing_else_does(happened: Happened, name: str) -> None:
    history = happened(name)
    parts = {"AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"}
    kept = set()
    for logical, resource in resources(name):
        if (
            resource.get("DeletionPolicy") == "Retain" and resource["Type"] not in parts
        ):  # a part is in its whole's entry
            known = resource["Properties"].get("Name") or history.physical[logical]
            kept |= {key for key in history.changed if key.endswith(known)}
    assert_same(
        {key: value for key, value in history.left.items() if not key.startswith(AWS_OWN)},
        {key: history.changed[key] for key in kept},
    )


@environments
def test_every_secret_gets_its_values_and_keeps_them(happened: Happened, name: str) -> None:
    """What people have is taken as it is, the rest is made; `bootstrap` then changes none of the former."""
    history = happened(name)
    wanted = properties_of_secrets(history.env)
    found = {(entry, key): value for entry, values in history.values.items() for key, value in values.items()}
    assert_same(dict.fromkeys(map("/".join, found)), dict.fromkeys(f"{one.entry}/{one.name}" for one in wanted))
    assert {key: found[key] for key in history.given} == history.given
    assert [one for one in wanted if not re.fullmatch(one.recipe.pattern, found[one.entry, one.name])] == []


@environments
def test_no_value_of_a_secret_is_an_argument_of_a_program(happened: Happened, here: Account, name: str) -> None:
    history, arguments = happened(name), here.arguments()
    assert "put-secret-value" in arguments
    values = [value for values in history.values.values() for value in values.values()]
    assert [value for value in values if len(value) > len("langfuse") and value in arguments] == []


def test_values_that_are_there_are_not_written_again(happened: Happened) -> None:
    history = happened(NAMES[0])
    assert history.versions
    assert_same(history.versions_again, history.versions)


def test_bedrock_takes_the_command_that_turns_its_logs_on(here: Account, known: Mapping[str, Environment]) -> None:
    for env in known.values():
        logging = replace(env, aws=replace(env.aws, audit=replace(env.aws.audit, invocation_logs=True)))
        [bucket] = [one for one in invocation_logs.resources(logging) if one.type == "AWS::S3::Bucket"]
        name, region = bucket.properties["BucketName"], env.cluster.region
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        here.ask(region, "s3", "create_bucket", Bucket=name, **where)
        done = here.run(region, invocation_logs.command(logging))
        assert done.returncode == 0, done.stderr
        found = here.ask(region, "bedrock", "get_model_invocation_logging_configuration")["loggingConfig"]
        assert found["s3Config"]["bucketName"] == name
        assert found["textDataDeliveryEnabled"] is True


def test_who_made_what(here: Account, figure: Callable[[str], None]) -> None:
    """moto's own types, those over its services, and those with nothing behind: none joins the last unexplained."""
    counted = Counter(resource["Type"] for name in NAMES for _, resource in resources(name))
    own = counted.keys() & set(here.types["own"]) - set(here.types["taught"])
    taught = counted.keys() & set(here.types["taught"])
    formal = counted.keys() & set(here.types["formal"])
    assert counted.keys() == own | taught | formal
    assert_same(dict.fromkeys(formal), dict.fromkeys(NOTHING_BEHIND))
    assert_same(dict.fromkeys(set(taught) & set(here.types["own"])), dict.fromkeys(REPLACED))
    for kinds, whose in (
        (own, "moto's CloudFormation"),
        (taught, "moto's services, by calls of ours"),
        (formal, "form of the call only"),
    ):
        listed = ", ".join(f"{kind.removeprefix('AWS::')} {counted[kind]}" for kind in sorted(kinds))
        figure(f"moto: {sum(counted[kind] for kind in kinds)} resources of {len(kinds)} types: {whose}: {listed}")


def assert_refuses_plain_http(policy: dict[str, object]) -> None:
    statements = policy["Statement"]
    assert isinstance(statements, list)
    assert [
        one
        for one in statements
        if one["Effect"] == "Deny"
        and one["Principal"] == "*"
        and one["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    ]
