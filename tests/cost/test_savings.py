"""The savings table: computed from the same packing, and honest where a decision costs more."""

from __future__ import annotations

import pytest

from generator.cost.prices import Span
from generator.cost.savings import COUNTERPARTS, Saving, savings
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj
from generator.trees.plan import Plan

from . import sets


def saved(env: Environment, *objects: Obj) -> dict[str, Saving]:
    return {one.what: one for one in savings(env, sets.by_path(env, *objects), {})}


def test_graviton_is_compared_with_x86_of_the_same_size(defaults: Environment) -> None:
    found = saved(sets.idle(defaults), sets.pool(), sets.deployment("web", on_demand=True))
    graviton = found["Graviton in place of x86"]
    assert graviton.without.low == pytest.approx(0.08925 * 730)
    assert graviton.with_it.low == pytest.approx(0.07976 * 730)
    assert "Spot in place of on-demand" not in found


def test_the_counterparts_are_of_the_same_category() -> None:
    assert {family[0] for family in COUNTERPARTS} == set("cmr")
    assert [family for family, other in COUNTERPARTS.items() if family[0] != other[0]] == []


def test_spot_is_compared_with_the_same_nodes_on_demand(defaults: Environment) -> None:
    spot = saved(sets.idle(defaults), sets.pool(), sets.deployment("web"))["Spot in place of on-demand"]
    month = 0.07976 * 730
    assert (spot.saved.low, spot.saved.high) == pytest.approx((month * 0.4, month * 0.73))


def test_caching_and_routing_are_worth_what_usage_says(defaults: Environment) -> None:
    shares = {"claude-sonnet": 0.25, "solar-pro-3": 0.75}
    env = sets.idle(defaults, model_calls=1000, input_tokens=1000, cache_hits=0.2, shares=shares)
    found = saved(env, sets.pool())
    # 800 calls: 200 x 0.003 + 600 x 0.00025 = 0.75, half of it less or more; 1,000 calls: 0.9375.
    assert found["caching"].saved.low == pytest.approx(0.5 * (0.9375 - 0.75))
    # 800 x 0.003 = 2.4 if all went to the dearest.
    assert found["routing by content"].saved.high == pytest.approx(1.5 * (2.4 - 0.75))


def test_endpoints_may_cost_more_than_they_save(planned: Plan, environments: dict[str, Environment]) -> None:
    found = {one.what: one for one in savings(environments["prod"], planned.objects, planned.templates)}
    endpoints = found["VPC endpoints in place of NAT"]
    assert endpoints.saved.high < 0
    # 18 addresses x 7.30 a month, at 0.035 less a GB.
    assert "cheaper only from 3,754 GB a month on" in endpoints.how


def test_langfuse_is_worth_its_nodes_volumes_and_load_balancer(
    planned: Plan, environments: dict[str, Environment]
) -> None:
    def langfuse(name: str) -> Saving | None:
        found = savings(environments[name], planned.objects, planned.templates)
        return next((one for one in found if one.what == "doing without Langfuse"), None)

    staging = langfuse("staging")
    assert staging is not None
    # 138 GiB of volumes alone are 11 dollars.
    assert staging.saved.low > 11
    assert langfuse("dev") is None


def test_what_is_saved_is_in_order() -> None:
    assert Saving("x", Span(10, 10), Span(2, 6), "").saved == Span(4, 8)
