"""Nodes: ranges by autoscalers and Spot, the fee of Auto Mode, disks, and the pods of charts."""

from __future__ import annotations

import pytest

from generator.cost.estimate import Line, estimate
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from . import sets

LARGE = 0.07976 * 730
"""A c8g.large for a month."""


def lines(env: Environment, *objects: Obj) -> dict[str, Line]:
    found = estimate(sets.idle(env), sets.by_path(env, *objects), {})
    return {line.what: line for line in found.lines if line.component in ("nodes", "storage")}


def test_the_range_is_from_the_fewest_pods_to_the_most_and_from_cheap_spot_to_dear(defaults: Environment) -> None:
    web = sets.deployment("web", cpu="1")
    found = lines(defaults, sets.pool(), web, sets.autoscaler("web", 1, 3))
    spot = found["Spot, pool shop"]
    assert (spot.low, spot.high) == pytest.approx((LARGE * 0.27, 3 * LARGE * 0.6))
    assert spot.quantity == "1 to 3 nodes"
    assert spot.prices == ("ec2.c8g.large",)


def test_pods_bound_to_on_demand_pay_its_price(defaults: Environment) -> None:
    found = lines(defaults, sets.pool(), sets.deployment("web", on_demand=True))
    assert list(found) == ["on-demand, pool shop"]
    one = found["on-demand, pool shop"]
    assert (one.low, one.high) == pytest.approx((LARGE, LARGE))


def test_a_pool_without_spot_is_on_demand_whatever_its_pods_say(defaults: Environment) -> None:
    chart = sets.application(
        {"nodeSelector": {"karpenter.sh/nodepool": "shop"}, "resources": {"requests": {"cpu": "1"}}}
    )
    found = lines(defaults, sets.pool(capacity=("on-demand",)), sets.deployment("web"), chart)
    assert list(found) == ["on-demand, pool shop"]


def test_a_daemonset_takes_room_on_every_node(defaults: Environment) -> None:
    agent = sets.deployment("agent", cpu="1500m") | {"kind": "DaemonSet"}
    web = sets.deployment("web", cpu="1")
    without = lines(defaults, sets.pool(sizes=("large", "xlarge")), web)["Spot, pool shop"]
    beside = lines(defaults, sets.pool(sizes=("large", "xlarge")), web, agent)["Spot, pool shop"]
    assert (without.prices, beside.prices) == (("ec2.c8g.large",), ("ec2.c8g.xlarge",))


def test_each_node_has_its_disk(defaults: Environment) -> None:
    found = lines(defaults, sets.pool(), sets.node_class("20Gi"), sets.deployment("web", cpu="1", replicas=2))
    assert found["root volumes, pool shop"].low == pytest.approx(2 * 20 * 0.08)


def test_auto_mode_takes_its_share_of_the_on_demand_price_on_spot_too(environments: dict[str, Environment]) -> None:
    pool = sets.pool()
    spec = pool["spec"]["template"]["spec"]
    spec["nodeClassRef"] = {"group": "eks.amazonaws.com", "kind": "NodeClass", "name": "shop"}
    for one in spec["requirements"]:
        one["key"] = one["key"].replace("karpenter.k8s.aws", "eks.amazonaws.com")
    found = lines(environments["dev"], pool, sets.deployment("web"))
    assert found["EKS Auto Mode, pool shop"].low == pytest.approx(LARGE * 0.12)
    assert found["Spot, pool shop"].low == pytest.approx(LARGE * 0.27)


def test_a_pool_whose_pods_fit_no_priced_type_is_named(defaults: Environment) -> None:
    objects = sets.by_path(defaults, sets.pool(), sets.deployment("web", cpu="64"))
    found = estimate(sets.idle(defaults), objects, {})
    assert found.not_counted[0] == "nodes of pool shop: no type with a price takes all its pods"


def test_the_values_of_charts_name_pods_and_volumes(defaults: Environment) -> None:
    ours = {"nodeSelector": {"karpenter.sh/nodepool": "shop"}}
    chart = sets.application(
        {
            # Two roles of what the parent asks for: 2 x 500m and 1 x 500m.
            "app": ours
            | {"resources": {"requests": {"cpu": "500m"}}, "web": {"replicas": 2}, "worker": {"replicas": 1}},
            "store": ours
            | {"resources": {"requests": {"cpu": "200m"}}, "storage": {"className": "gp3", "size": "10Gi"}},
            "queue": {"dataStorage": {"requestedSize": "8Gi"}},
            "metrics": {
                "replicas": 2,
                "resources": {"requests": {"cpu": "1", "memory": "1Gi"}},
                "storage": {"volumeClaimTemplate": {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}},
            },
        }
    )
    objects = sets.by_path(defaults, sets.pool(), chart)
    found = estimate(sets.idle(defaults), objects, {})
    what = {line.what: line for line in found.lines}
    # 1,700 millicores: one c8g.large, whose room is 1,740.
    assert what["Spot, pool shop"].quantity == "1 node"
    assert what["volumes of charts"].low == pytest.approx((10 + 8 + 2 * 2) * 0.08)
    assert "charts ask them for 2000m CPU and 2048 MiB" in "\n".join(found.not_counted)
