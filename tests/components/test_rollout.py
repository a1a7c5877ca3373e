"""A new version of the LLM gateway comes in steps or at once, and goes back by what Prometheus says of its pods."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import promql_parser
import pytest

from generator.components import llm_gateway
from generator.environment import duration
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj


def delivered(env: Environment, strategy: Literal["canary", "blue-green"], **changes: Any) -> dict[str, Obj]:
    delivery = replace(env.llm_gateway.delivery, strategy=strategy, **changes)
    env = replace(env, llm_gateway=replace(env.llm_gateway, delivery=delivery))
    return {f"{obj['kind']} {obj['metadata']['name']}": obj for obj in llm_gateway.objects(env)}


def test_a_rolling_update_needs_no_rollout(defaults: Environment) -> None:
    assert {obj["kind"] for obj in llm_gateway.objects(defaults)}.isdisjoint({"Rollout", "AnalysisTemplate"})


@pytest.mark.parametrize("strategy", ["canary", "blue-green"])
def test_the_rollout_runs_the_pods_of_the_deployment(
    strategy: Literal["canary", "blue-green"], defaults: Environment
) -> None:
    deployment = next(obj for obj in llm_gateway.objects(defaults) if obj["kind"] == "Deployment")
    made = delivered(defaults, strategy)
    assert "Deployment llm-gateway" not in made
    found = made["Rollout llm-gateway"]
    assert found["spec"]["template"]["spec"]["containers"] == deployment["spec"]["template"]["spec"]["containers"]
    assert found["spec"]["selector"] == deployment["spec"]["selector"]
    keys = [one["matchLabelKeys"] for one in found["spec"]["template"]["spec"]["topologySpreadConstraints"]]
    assert keys == [["rollouts-pod-template-hash"]] * 2
    target = made["HorizontalPodAutoscaler llm-gateway"]["spec"]["scaleTargetRef"]
    assert target == {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "llm-gateway"}


def test_a_canary_pauses_after_each_share(defaults: Environment) -> None:
    strategy = delivered(defaults, "canary", weights=(10, 40), pause="3m")["Rollout llm-gateway"]["spec"]["strategy"]
    assert strategy["canary"]["steps"] == [
        {"setWeight": 10},
        {"pause": {"duration": "3m"}},
        {"setWeight": 40},
        {"pause": {"duration": "3m"}},
    ]
    assert strategy["canary"]["analysis"]["templates"] == [{"templateName": "llm-gateway"}]


def test_blue_green_keeps_the_old_version_until_the_analysis_ends(defaults: Environment) -> None:
    made = delivered(defaults, "blue-green", pause="10m")
    chosen = made["Rollout llm-gateway"]["spec"]["strategy"]["blueGreen"]
    metrics = made["AnalysisTemplate llm-gateway"]["spec"]["metrics"]
    assert {(one["count"], one["interval"]) for one in metrics} == {(10, "60s")}
    assert chosen["scaleDownDelaySeconds"] > 10 * 60
    assert {"Service llm-gateway", f"Service {chosen['previewService']}"} <= made.keys()
    assert chosen["activeService"] == "llm-gateway"


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_the_analysis_asks_the_engine_for_the_new_pods_alone(name: str, environments: dict[str, Environment]) -> None:
    template = delivered(environments[name], "canary")["AnalysisTemplate llm-gateway"]
    queries = {one["name"]: one["provider"]["prometheus"]["query"] for one in template["spec"]["metrics"]}
    prefix = {"bifrost": "bifrost_", "litellm": "litellm_"}[environments[name].llm_gateway.engine]
    for query in queries.values():
        promql_parser.parse(query.replace("{{args.version}}", "5d9f8c7b6"))
        assert 'pod=~"llm-gateway-{{args.version}}-.*"' in query
        assert prefix in query
    assert queries.keys() == {"error-rate", "latency-p95"}


@pytest.mark.parametrize(("written", "seconds"), [("90s", 90), ("5m", 300), ("1h30m", 5400)])
def test_durations_are_read_as_written(written: str, seconds: int) -> None:
    assert duration.seconds(written) == seconds


def test_requests_scale_beside_the_cpu(defaults: Environment) -> None:
    replicas = replace(defaults.llm_gateway.replicas, target_requests=20)
    env = replace(defaults, llm_gateway=replace(defaults.llm_gateway, replicas=replicas))
    metrics = llm_gateway.autoscaler(env)["spec"]["metrics"]
    assert [one["type"] for one in metrics] == ["Resource", "Pods"]
    assert metrics[1]["pods"] == {
        "metric": {"name": "llm_gateway_requests_per_second"},
        "target": {"type": "AverageValue", "averageValue": "20"},
    }
