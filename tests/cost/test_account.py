"""The account's stacks, ways in and out, and models: each line with its own figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generator.cost.estimate import estimate
from generator.environment.model import Environment
from generator.environment.models import Budget
from generator.kubernetes.objects import Obj

from . import sets
from .sets import resource


def costs(env: Environment, *objects: Obj, stack: Obj | None = None) -> dict[str, tuple[float, float]]:
    """Lines beside the control plane, by what they are for."""
    templates = {f"rendered/{env.name}/aws/stack.yaml": stack or {}}
    found = estimate(env, sets.by_path(env, *objects), templates)
    return {line.what: (round(line.low, 4), round(line.high, 4)) for line in found.lines[1:]}


def test_an_idle_environment_pays_for_its_control_plane_alone(defaults: Environment) -> None:
    found = estimate(sets.idle(defaults), {}, {})
    assert [(line.what, line.low, line.high) for line in found.lines] == [("EKS control plane", 73.0, 73.0)]


@pytest.mark.parametrize(
    ("made", "usage", "expected"),
    [
        ([resource("KMS::Key")], {}, {"KMS keys": (1, 1)}),
        (
            [resource("WAFv2::WebACL", Rules=[{}, {}, {}])],
            {"web_requests": 1_000_000},
            {"web ACLs": (5, 5), "rules of web ACLs": (3, 3), "requests to web ACLs": (0.3, 0.9)},
        ),
        (
            [resource("EC2::VPCEndpoint", VpcEndpointType="Interface", SubnetIds=["a", "b"])],
            {"model_calls": 1000, "input_tokens": 1_000_000, "cache_hits": 0.5},
            {"VPC endpoints": (14.6, 14.6), "data through VPC endpoints": (0.02, 0.06), "claude-sonnet": (750, 2250)},
        ),
        ([resource("EC2::VPCEndpoint", VpcEndpointType="Gateway", RouteTableIds=["a"])], {}, {}),
        ([resource("S3::Bucket")], {"stored_gb": 100}, {"S3": (1.15, 3.45)}),
        ([resource("Config::ConfigRule")] * 2, {}, {"AWS Config rules": (0.6, 0.6)}),
        ([resource("SecretsManager::Secret")] * 3, {}, {"secrets": (1.2, 1.2), "reads of secrets": (0, 0)}),
        ([resource("Cognito::UserPool")], {"active_users": 12_000}, {"sign-in with Cognito": (0, 120)}),
        ([resource("CloudTrail::Trail")], {}, {}),
    ],
    ids=["key", "web ACL", "endpoints", "gateway endpoint is free", "bucket", "config", "secrets", "users", "trail"],
)
def test_a_stack_costs_what_its_resources_do(
    made: list[Obj], usage: dict[str, Any], expected: dict[str, tuple[float, float]], defaults: Environment
) -> None:
    stack = sets.template(**{f"Resource{index}": one for index, one in enumerate(made)})
    unbounded = {name: replace(one, budget=None) for name, one in defaults.providers.items()}
    env = replace(sets.idle(defaults, **usage), providers=unbounded)
    assert costs(env, stack=stack) == expected


def test_langfuse_writes_objects_and_the_trail_writes_down_each(environments: dict[str, Environment]) -> None:
    env = environments["staging"]
    env = replace(sets.idle(env, model_calls=100_000), langfuse=env.langfuse)
    found = costs(env, stack=sets.template(Trail=resource("CloudTrail::Trail")))
    assert found["writes to S3"] == (0.75, 2.25)
    assert found["data events of CloudTrail"] == (0.15, 0.45)


def test_every_entry_of_a_secret_is_read_at_each_refresh(defaults: Environment) -> None:
    keys = [{"remoteRef": {"key": name}} for name in ("shop/a", "shop/a", "shop/b")]
    secret = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"refreshInterval": "1h", "data": keys},
    }
    found = costs(sets.idle(defaults), secret, stack=sets.template(Secret=resource("SecretsManager::Secret")))
    assert found["reads of secrets"] == (0.0073, 0.0073)


def test_ingresses_of_a_group_share_a_load_balancer(defaults: Environment) -> None:
    def ingress(name: str, **annotations: str) -> Obj:
        found = {f"alb.ingress.kubernetes.io/{key}": value for key, value in annotations.items()}
        meta = {"name": name, "namespace": "shop", "annotations": found}
        return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": meta, "spec": {}}

    shared = [ingress(name, **{"group.name": "door"}) for name in ("one", "two")]
    alone = ingress("three", scheme="internal")
    chart = sets.application({"web": {"ingress": {"enabled": True, "className": "alb"}}})
    hour = 0.0225 * 730
    assert costs(sets.idle(defaults), *shared)["load balancers"] == pytest.approx((hour, hour))
    assert costs(sets.idle(defaults), *shared, alone, chart)["load balancers"] == pytest.approx((3 * hour, 3 * hour))


def test_capacity_units_follow_what_asks_for_most(defaults: Environment) -> None:
    ingress = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "door", "annotations": {"alb.ingress.kubernetes.io/group.name": "door"}},
    }
    # 730 GB are 1 LCU all month; 25 connections a second are another.
    by_data = costs(sets.idle(defaults, egress_gb=730), ingress)["capacity units"]
    by_connections = costs(sets.idle(defaults, web_requests=2 * 25 * 730 * 3600), ingress)["capacity units"]
    assert by_data == pytest.approx((2.92, 8.76))
    assert by_connections == pytest.approx((5.84, 17.52))


def test_data_out_pays_for_the_nat_gateway_where_there_is_one(defaults: Environment) -> None:
    assert costs(sets.idle(defaults, egress_gb=100))["data out"] == (4.5, 13.5)
    found = costs(sets.idle(defaults, egress_gb=100, nat_gateways=2))
    assert found == {"NAT gateways": (65.7, 65.7), "data out": (6.75, 20.25)}


def test_calls_are_shared_among_models_and_the_cache_takes_its_part(defaults: Environment) -> None:
    shares = {"claude-sonnet": 0.5, "solar-pro-3": 0.5}
    usage = {"model_calls": 2000, "input_tokens": 1000, "output_tokens": 100, "cache_hits": 0.5, "shares": shares}
    # 500 calls of each: 1,000 x 3 + 100 x 15, and 1,100 x 0.25, USD a million; half of it less or more.
    assert costs(sets.idle(defaults, **usage)) == {"claude-sonnet": (1.125, 3.375), "solar-pro-3": (0.0688, 0.2063)}


def test_without_shares_all_calls_go_to_the_default(defaults: Environment) -> None:
    found = costs(sets.idle(defaults, model_calls=1000, input_tokens=1000))
    assert list(found) == [defaults.routing.default]


def test_no_provider_spends_more_than_its_budget(defaults: Environment) -> None:
    shares = {"claude-sonnet": 0.5, "glm-4.7": 0.5}
    usage = {"model_calls": 10_000_000, "input_tokens": 1000, "shares": shares}
    env = sets.idle(defaults, **usage)
    bounded = replace(env.providers["bedrock"], budget=Budget(120, "10d"))
    found = costs(replace(env, providers={**env.providers, "bedrock": bounded}))
    assert sum(high for _, high in found.values()) == pytest.approx(120 * 730 / 240, abs=0.001)
    assert found["claude-sonnet"][1] / found["glm-4.7"][1] == pytest.approx(3 / 0.6, rel=0.001)
