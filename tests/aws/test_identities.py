"""Each pod with an AWS identity may do its own work, from its own place, and nothing beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generator.aws import identities, identity
from generator.aws.identity import MAX_INLINE, MAX_MANAGED, Identity
from generator.aws.policy import Allow, document
from generator.components import platform_prometheus
from generator.environment.model import Environment
from generator.trees.plan import Plan
from tests.conftest import ENVIRONMENTS

from .account import all_identities, changed, policies, trust
from .evaluate import Call, allowed

SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:"
KEY = "StateKey.Arn"


@pytest.fixture
def prod(environments: dict[str, Environment]) -> Environment:
    return environments["prod"]


@pytest.fixture
def staging(environments: dict[str, Environment]) -> Environment:
    return environments["staging"]


def may(env: Environment, name: str, action: str, resource: str, **context: str) -> bool:
    return allowed(
        policies(env, name), Call(action, resource, {key.replace("__", ":"): value for key, value in context.items()})
    )


def session(cluster: str, namespace: str, account: str) -> dict[str, str]:
    return {
        "aws:RequestTag/eks-cluster-arn": cluster,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": account,
    }


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_role_is_taken_by_its_own_service_account_of_its_own_cluster_alone(
    environments: dict[str, Environment], name: str
) -> None:
    env = environments[name]
    cluster, service = env.cluster.arn, "pods.eks.amazonaws.com"
    for one in all_identities(env).values():
        own = session(cluster, one.namespace, one.service_account)
        policy = trust(env, one.name)
        for action in ("sts:AssumeRole", "sts:TagSession"):
            assert allowed(policy, Call(action, context=own, service=service)), one.name
        others = [
            session(cluster, "default", one.service_account),
            session(cluster, one.namespace, "default"),
            session(cluster.replace("/openclaw", "/other"), one.namespace, one.service_account),
            {},
        ]
        for context in others:
            assert not allowed(policy, Call("sts:AssumeRole", context=context, service=service)), (one.name, context)
        assert not allowed(policy, Call("sts:AssumeRole", context=own, service="ec2.amazonaws.com")), one.name


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_each_identity_is_for_a_service_account_that_is_rendered_or_a_charts(
    environments: dict[str, Environment], planned: Plan, name: str
) -> None:
    env = environments[name]
    objects = [obj for path, obj in planned.objects.items() if path.startswith(f"rendered/{name}/")]
    accounts = {
        (obj["metadata"]["namespace"], obj["metadata"]["name"])
        for obj in objects
        if obj.get("kind") == "ServiceAccount"
    }
    charts = {
        *("ExternalSecrets", "Langfuse", "Alertmanager", "CiliumOperator", "Karpenter", "LoadBalancerController"),
        *("FlowMonitor", "Observability"),
    }
    unknown = {
        one.name
        for one in all_identities(env).values()
        if (one.namespace, one.service_account) not in accounts and one.name not in charts
    }
    assert not unknown


def test_secrets_are_read_that_the_environment_reads(prod: Environment) -> None:
    action = "secretsmanager:GetSecretValue"
    assert may(prod, "ExternalSecrets", action, f"{SECRET}openclaw/prod/providers-a1B2c3")
    assert not may(prod, "ExternalSecrets", action, f"{SECRET}openclaw/prod/grafana-a1B2c3")
    assert not may(prod, "ExternalSecrets", action, f"{SECRET}openclaw/staging/providers-a1B2c3")
    assert not may(prod, "ExternalSecrets", action, f"{SECRET}openclaw/prod/providers-of-others-a1B2c3")
    assert not may(prod, "ExternalSecrets", "secretsmanager:PutSecretValue", f"{SECRET}openclaw/prod/providers-a1B2c3")


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_entries_are_those_of_the_external_secrets(
    environments: dict[str, Environment], planned: Plan, name: str
) -> None:
    env = environments[name]
    rendered = [obj for path, obj in planned.objects.items() if path.startswith(f"rendered/{name}/")]
    objects = [obj for obj in rendered if obj.get("kind") == "ExternalSecret"]
    wanted = {one["remoteRef"]["key"] for obj in objects for one in obj["spec"]["data"]}
    [policy] = policies(env, "ExternalSecrets")
    entries, _ = policy["Statement"]
    found = {resource.split(":secret:")[1].removesuffix("-??????") for resource in entries["Resource"]}
    assert found == wanted


@pytest.mark.parametrize(
    ("name", "action", "service"),
    [
        ("ExternalSecrets", "kms:Decrypt", "secretsmanager"),
        ("BackupMain", "kms:GenerateDataKey", "s3"),
        ("Langfuse", "kms:Decrypt", "s3"),
        ("Alertmanager", "kms:GenerateDataKey", "sns"),
    ],
)
def test_the_key_is_used_through_the_service_that_keeps_alone(
    prod: Environment, name: str, action: str, service: str
) -> None:
    host = "{}.eu-central-1.amazonaws.com"
    assert may(prod, name, action, KEY, kms__ViaService=host.format(service))
    assert not may(prod, name, action, KEY, kms__ViaService=host.format("ec2"))
    assert not may(prod, name, action, KEY)
    assert not may(prod, name, action, "OtherKey.Arn", kms__ViaService=host.format(service))


def test_a_backup_keeps_to_the_folder_of_its_gateway_and_deletes_nothing(prod: Environment) -> None:
    bucket = "arn:aws:s3:::openclaw-prod-backup-111122223333"
    own, other = f"{bucket}/openclaw/prod/main/x.tar.gz", f"{bucket}/openclaw/prod/support/x.tar.gz"
    for action in ("s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload"):
        assert may(prod, "BackupMain", action, own)
        assert not may(prod, "BackupMain", action, other)
        assert not may(prod, "BackupMain", action, own.replace("/prod/main", "/staging/main"))
    assert not may(prod, "BackupMain", "s3:DeleteObject", own)
    assert may(prod, "BackupMain", "s3:ListBucket", bucket, s3__prefix="openclaw/prod/main/")
    assert not may(prod, "BackupMain", "s3:ListBucket", bucket, s3__prefix="openclaw/prod/")
    assert not may(prod, "BackupMain", "s3:ListBucket", bucket, s3__prefix="openclaw/prod/main-2/")
    assert not may(prod, "BackupMain", "s3:ListBucket", bucket)


def test_gateways_with_similar_names_have_an_identity_each(prod: Environment) -> None:
    some = prod.openclaw.gateways["main"]
    env = changed(prod, "openclaw.gateways", dict.fromkeys(("a-1", "a1", "ax1", "a-b", "ab"), some))
    assert len(identities.backups(env)) == 5
    assert len({one.name for one in identities.backups(env)}) == 5


def test_langfuse_has_its_own_bucket(prod: Environment) -> None:
    bucket = "arn:aws:s3:::openclaw-prod-langfuse-111122223333"
    for action in ("s3:PutObject", "s3:GetObject", "s3:DeleteObject"):
        assert may(prod, "Langfuse", action, f"{bucket}/events/x")
        assert not may(prod, "Langfuse", action, "arn:aws:s3:::openclaw-prod-backup-111122223333/x")
    assert may(prod, "Langfuse", "s3:ListBucket", bucket)
    assert not may(prod, "Langfuse", "s3:DeleteBucket", bucket)


def test_alertmanager_publishes_to_the_topic(prod: Environment) -> None:
    topic = "arn:aws:sns:eu-central-1:111122223333:openclaw-prod-alerts"
    assert may(prod, "Alertmanager", "sns:Publish", topic)
    assert not may(prod, "Alertmanager", "sns:Publish", f"{topic}-2")
    assert not may(prod, "Alertmanager", "sns:Subscribe", topic)


def test_a_topic_of_somebody_else_gets_no_leave_to_use_our_key(prod: Environment) -> None:
    topic = "arn:aws:sns:eu-central-1:444455556666:pager"
    sns = replace(prod.monitoring.receivers.sns, topic_arn=topic) if prod.monitoring.receivers.sns else None
    env = replace(changed(prod, "monitoring.receivers.sns", sns), outputs=frozenset())
    [policy] = policies(env, "Alertmanager")
    assert policy["Statement"] == [{"Effect": "Allow", "Action": ["sns:Publish"], "Resource": [topic]}]


@pytest.mark.parametrize(
    ("mode", "release", "expected"),
    [
        ("managed", "stack", "stack-alertmanager"),
        ("existing", "kube-prometheus-stack", "kube-prometheus-stack-alertmanager"),
        ("existing", "my-kube-prometheus-stack-eu", "my-kube-prometheus-stack-e-alertmanager"),
        ("existing", "prom", "prom-kube-prometheus-stack-alertmanager"),
        ("existing", "metrics", "metrics-kube-prometheus-st-alertmanager"),
    ],
)
def test_alertmanagers_service_account_is_the_charts(prod: Environment, mode: str, release: str, expected: str) -> None:
    env = changed(changed(prod, "platform.prometheus", mode), "monitoring.release", release)
    assert identities.alertmanager(env) == expected
    if mode == "managed":
        assert platform_prometheus.values(env)["fullnameOverride"] == release


def test_the_collector_writes_traces_and_reads_none(prod: Environment) -> None:
    assert may(prod, "OtelCollector", "xray:PutTraceSegments", "*")
    assert not may(prod, "OtelCollector", "xray:BatchGetTraces", "*")


def test_a_policy_stands_in_its_role_as_long_as_that_has_room() -> None:
    many = [Allow(["s3:GetObject"], [f"arn:aws:s3:::bucket-{number:04}/*"]) for number in range(200)]
    assert identity.size(document(*many)) > MAX_INLINE
    packs = identity.packs([one.statement() for one in many])
    assert [statement for pack in packs for statement in pack] == [one.statement() for one in many]
    assert all(identity.size(document(*pack)) <= MAX_MANAGED for pack in packs)
    assert len(packs) == 3


def test_a_role_too_large_gets_its_policies_from_beside(prod: Environment) -> None:
    many = [Allow(["s3:GetObject"], [f"arn:aws:s3:::bucket-{number:04}/*"]) for number in range(200)]
    *beside, role, association = identity.resources(prod, Identity("Many", "a", "b", many))
    assert [one.type for one in beside] == ["AWS::IAM::ManagedPolicy"] * 3
    assert [one.name for one in role.properties["ManagedPolicyArns"]] == [one.name for one in beside]
    assert "Policies" not in role.properties
    assert association.properties["RoleArn"] == identity.role_arn(Identity("Many", "a", "b", ()))
    *beside, role, _ = identity.resources(prod, Identity("Few", "a", "b", many[:2]))
    assert not beside
    assert role.properties["Policies"][0]["PolicyDocument"] == document(*many[:2])


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_whatever_the_clusters_name_no_policy_is_too_large(environments: dict[str, Environment], name: str) -> None:
    env = changed(environments[name], "cluster.name", "c" * 100)
    sizes: dict[str, Any] = {}
    for one in all_identities(env).values():
        for resource in identity.role(env, one):
            inside = [policy["PolicyDocument"] for policy in resource.properties.get("Policies", [])]
            own = resource.properties.get("PolicyDocument")
            if sum(map(identity.size, inside)) > MAX_INLINE or (own and identity.size(own) > MAX_MANAGED):
                sizes[resource.name] = [*map(identity.size, inside)]
    assert not sizes


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_wildcard_stands_alone_or_behind_a_name(environments: dict[str, Environment], name: str) -> None:
    """`*` as a whole only where AWS knows no resource; never as an action, or as the beginning of a resource."""
    unscoped = {
        *("bedrock:ListFoundationModels", "networkflowmonitor:Publish", "xray:PutTraceSegments"),
        *("iam:ListInstanceProfiles", "pricing:GetProducts"),
        *("elasticloadbalancing:SetWebAcl", "wafv2:ListWebACLs", "acm:ListCertificates"),
    }
    for one in all_identities(environments[name]).values():
        for allow in one.allowed:
            assert not [action for action in allow.actions if "*" in action], one.name
            if "*" in allow.resources:
                rest = [action for action in allow.actions if ":Describe" not in action]
                assert set(rest) <= unscoped, one.name
