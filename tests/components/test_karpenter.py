"""The node pool: Graviton4 and newer, Spot with on-demand behind it, nodes that are pinned and encrypted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generator.components import karpenter
from generator.environment.cluster import Freeze
from generator.environment.model import Environment


def requirement(env: Environment, key: str) -> tuple[str, list[str]]:
    pool = karpenter.node_pool(env)
    found = {one["key"]: (one["operator"], one["values"]) for one in pool["spec"]["template"]["spec"]["requirements"]}
    return found[key]


def compute(env: Environment, **changes: Any) -> Environment:
    return replace(env, compute=replace(env.compute, **changes))


@pytest.mark.parametrize(("generation", "families_above"), [(4, "7"), (3, "6")])
def test_graviton_generation_is_the_number_of_the_family(
    defaults: Environment, generation: int, families_above: str
) -> None:
    env = compute(defaults, graviton=generation)
    assert requirement(env, "karpenter.k8s.aws/instance-generation") == ("Gt", [families_above])
    assert requirement(env, "kubernetes.io/arch") == ("In", ["arm64"])


@pytest.mark.parametrize(("capacity", "types"), [("spot-first", ["spot", "on-demand"]), ("on-demand", ["on-demand"])])
def test_spot_always_has_on_demand_behind_it(defaults: Environment, capacity: str, types: list[str]) -> None:
    env = compute(defaults, capacity=capacity)
    assert requirement(env, "karpenter.sh/capacity-type") == ("In", types)


def test_disruption_says_what_older_karpenters_require(defaults: Environment) -> None:
    assert karpenter.node_pool(defaults)["spec"]["disruption"] == {
        "consolidationPolicy": "WhenEmptyOrUnderutilized",
        "consolidateAfter": "5m",
        "budgets": [{"nodes": "1"}],
    }


def test_freeze_stops_drift_and_nothing_else(defaults: Environment) -> None:
    env = compute(defaults, freezes=(Freeze("0 6 * * mon-fri", "12h"),))
    assert karpenter.budgets(env.compute) == [
        {"nodes": "1"},
        {"nodes": "0", "reasons": ["Drifted"], "schedule": "0 6 * * mon-fri", "duration": "12h"},
    ]


def test_nodes_are_pinned_encrypted_and_keep_their_credentials(defaults: Environment) -> None:
    spec = karpenter.node_class(defaults)["spec"]
    assert spec["amiSelectorTerms"] == [{"alias": "al2023@v20260903"}]
    assert spec["blockDeviceMappings"][0]["ebs"]["encrypted"] is True
    assert (spec["metadataOptions"]["httpTokens"], spec["metadataOptions"]["httpPutResponseHopLimit"]) == (
        "required",
        1,
    )


def test_cilium_nodes_wait_for_their_agent(defaults: Environment) -> None:
    env = replace(defaults, network=replace(defaults.network, cni="cilium"))
    taints = karpenter.node_pool(env)["spec"]["template"]["spec"]["startupTaints"]
    assert taints == [{"key": "node.cilium.io/agent-not-ready", "value": "true", "effect": "NoExecute"}]


def test_auto_mode_has_its_own_labels_and_node_class(defaults: Environment) -> None:
    env = compute(defaults, provisioner="auto-mode")
    pool, node_class = karpenter.objects(env)
    assert (node_class["apiVersion"], node_class["kind"]) == ("eks.amazonaws.com/v1", "NodeClass")
    assert pool["spec"]["template"]["spec"]["nodeClassRef"]["group"] == "eks.amazonaws.com"
    assert requirement(env, "eks.amazonaws.com/instance-generation") == ("Gt", ["7"])
    keys = [one["key"] for one in pool["spec"]["template"]["spec"]["requirements"]]
    assert not any(key.startswith("karpenter.k8s.aws/") or key == "kubernetes.io/os" for key in keys)
