"""What goes takes along what it alone needed, and nothing else: every role, action, resource and condition counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from generator.components import registry
from generator.components import secrets as external_secrets
from generator.environment.bedrock import base_model
from generator.environment.model import Environment
from tests.conftest import ENVIRONMENTS

from .account import Triple, changed, triples, without_model

INVOKE = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")


@dataclass(frozen=True)
class Removal:
    """A switchable part of the environment, without it, and whose rights may become fewer."""

    name: str
    path: str
    value: Any
    roles: tuple[str, ...]
    """Roles that go whole."""
    part: Callable[[Triple], bool] = lambda triple: False
    """What goes from roles that stay, besides entries of secrets that nobody reads any more."""


def of(role: str, *marks: str) -> Callable[[Triple], bool]:
    return lambda triple: triple[0] == role and any(mark in triple[1] + triple[2] for mark in marks)


BACKUPS = ("BackupMain", "BackupResearch", "BackupCi", "BackupPipelines", "BackupSupport")
DOOR = of("LoadBalancerController", "cognito-idp:", "acm:", "wafv2", "SetWebAcl")

REMOVALS = (
    Removal("backups", "backup.enabled", False, BACKUPS),
    Removal("Langfuse", "langfuse.enabled", False, ("Langfuse",)),
    Removal("X-Ray", "telemetry.xray", False, ("OtelCollector",)),
    Removal("the cache", "cache.mode", "none", ()),
    Removal("semantic cache", "cache.semantic", None, (), of("LlmGateway", "foundation-model/amazon.titan-embed")),
    Removal("embeddings", "routing.embedding", None, (), of("LlmGateway", "foundation-model/cohere.embed")),
    Removal("SNS", "monitoring.receivers.sns", None, ("Alertmanager",)),
    Removal("Slack", "monitoring.receivers.slack", None, ()),
    Removal("the door", "ingress.enabled", False, (), DOOR),
    Removal("Karpenter", "platform.karpenter", "existing", ("Karpenter",)),
    Removal("the door's controller", "platform.load_balancer_controller", "existing", ("LoadBalancerController",)),
    Removal("Prometheus", "platform.prometheus", "existing", ()),
    Removal("External Secrets", "platform.external_secrets", "existing", ()),
    Removal("Cilium", "network.cilium.mode", "existing", ("CiliumOperator",)),
    Removal("flow monitor", "network.flow_monitor", False, ("FlowMonitor",)),
    Removal("node monitoring", "aws.addons.node_monitoring", False, ()),
)


def entries(env: Environment) -> set[str]:
    """What the ExternalSecrets read, as ARNs."""
    prefix = f"arn:aws:secretsmanager:{env.cluster.region}:{env.cluster.account}:secret:"
    objects = [external_secrets.external_secret(env, secret) for secret in registry.all_secrets(env)]
    return {f"{prefix}{one['remoteRef']['key']}-??????" for obj in objects for one in obj["spec"]["data"]}


def lost(before: Environment, after: Environment) -> set[Triple]:
    """What the second environment may do less; it may do nothing more."""
    old, new = triples(before), triples(after)
    assert not new - old, f"rights came that were not there: {sorted(new - old)}"
    return old - new


def secrets(before: Environment, after: Environment) -> Callable[[Triple], bool]:
    gone = entries(before) - entries(after)
    return lambda triple: triple[0] == "ExternalSecrets" and triple[2] in gone


@pytest.mark.parametrize("removal", REMOVALS, ids=lambda one: one.name)
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_part_takes_its_own_rights_along(environments: dict[str, Environment], name: str, removal: Removal) -> None:
    before = environments[name]
    after = changed(before, removal.path, removal.value)
    unread = secrets(before, after)
    expected = {
        triple for triple in triples(before) if triple[0] in removal.roles or removal.part(triple) or unread(triple)
    }
    found = lost(before, after)
    assert found == expected, f"left {sorted(expected - found)}, took {sorted(found - expected)}"


def test_between_them_the_parts_are_all_that_is_there(environments: dict[str, Environment]) -> None:
    """No role but those that every environment needs is without a switch above."""
    switched = {role for removal in REMOVALS for role in removal.roles}
    found = {triple[0] for env in environments.values() for triple in triples(env)}
    assert found - switched == {"LlmGateway", "ExternalSecrets"}
    assert switched <= found, "no environment has it"


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_model_takes_its_own_rights_along(environments: dict[str, Environment], name: str) -> None:
    before = environments[name]
    for model in before.models:
        after = without_model(before, model)
        kept = {base_model(one.id) for one in after.models.values() if one.provider == "bedrock"}
        chosen = before.models[model]
        own = base_model(chosen.id)
        unread = secrets(before, after)
        expected = {
            triple
            for triple in triples(before)
            if unread(triple)
            or (chosen.provider == "bedrock" and own not in kept and triple[2].partition("/")[2].endswith(own))
        }
        found = lost(before, after)
        assert found == expected, f"{model}: left {sorted(expected - found)}, took {sorted(found - expected)}"


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_route_takes_its_own_model_along(environments: dict[str, Environment], name: str) -> None:
    """A route alone asks for nothing; with its model, for what the model needs."""
    before = environments[name]
    for route in before.routing.routes:
        rest = tuple(one for one in before.routing.routes if one is not route)
        assert not lost(before, changed(before, "routing.routes", rest)), route.name


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_a_gateway_takes_its_own_backup_along(environments: dict[str, Environment], name: str) -> None:
    before = environments[name]
    for gateway in before.openclaw.gateways:
        rest = {key: value for key, value in before.openclaw.gateways.items() if key != gateway}
        after = changed(before, "openclaw.gateways", rest)
        unread = secrets(before, after)
        role = f"Backup{gateway.capitalize()}"
        found = {triple for triple in lost(before, after) if not unread(triple)}
        assert found == {triple for triple in triples(before) if triple[0] == role}
        assert found


def test_by_hand_glm_is_two_calls_in_one_region(environments: dict[str, Environment]) -> None:
    model = "arn:aws:bedrock:us-east-1::foundation-model/zai.glm-4.7"
    env = environments["staging"]
    assert lost(env, without_model(env, "glm-4.7")) == {("LlmGateway", action, model, "{}") for action in INVOKE}


def test_by_hand_claude_in_prod_is_a_profile_and_eight_regions_behind_it(environments: dict[str, Environment]) -> None:
    profile = "arn:aws:bedrock:eu-central-1:111122223333:inference-profile/eu.anthropic.claude-sonnet-4-6"
    regions = [f"eu-{where}" for where in ("central-1", "central-2", "north-1", "south-1", "south-2")]
    regions += ["eu-west-1", "eu-west-2", "eu-west-3"]
    through = f'{{"StringEquals": {{"bedrock:InferenceProfileArn": "{profile}"}}}}'
    expected = {("LlmGateway", action, profile, "{}") for action in INVOKE}
    for region in regions:
        model = f"arn:aws:bedrock:{region}::foundation-model/anthropic.claude-sonnet-4-6"
        expected |= {("LlmGateway", action, model, through) for action in INVOKE}
    env = environments["prod"]
    assert lost(env, without_model(env, "claude-sonnet")) == expected


def test_by_hand_x_ray_is_one_action(environments: dict[str, Environment]) -> None:
    env = environments["prod"]
    found = lost(env, changed(env, "telemetry.xray", False))
    assert found == {("OtelCollector", "xray:PutTraceSegments", "*", "{}")}


def test_by_hand_slack_is_one_entry(environments: dict[str, Environment]) -> None:
    env = environments["staging"]
    entry = "arn:aws:secretsmanager:us-east-1:111122223333:secret:openclaw/staging/alerting-??????"
    actions = ("DescribeSecret", "GetResourcePolicy", "GetSecretValue", "ListSecretVersionIds")
    found = lost(env, changed(env, "monitoring.receivers.slack", None))
    assert found == {("ExternalSecrets", f"secretsmanager:{action}", entry, "{}") for action in actions}


def test_two_models_of_one_id_are_one_right(environments: dict[str, Environment]) -> None:
    before = environments["staging"]
    twin = replace(before.models["glm-4.7"], fallbacks=())
    both = replace(before, models={**before.models, "twin": twin})
    assert triples(both) == triples(before)
    assert not lost(both, without_model(both, "glm-4.7"))
