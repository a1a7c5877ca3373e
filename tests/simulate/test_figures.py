"""What many months come to: intervals, comparisons, and what must hold whatever the numbers are."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from generator.cost.estimate import object_set
from generator.cost.nodes import fleets
from generator.cost.prices import spot
from generator.environment.model import Environment
from generator.simulate.assumptions import MONTH, Assumptions
from generator.simulate.figures import Result, mean, simulate, sorts
from generator.simulate.layout import layout
from generator.simulate.model import AGENT, Setting, setting
from generator.simulate.settings import Candidate
from generator.trees.plan import Plan

KNOWN = Assumptions(interruptions=0.4)
"""So many that few months tell something."""


def played(setting: Setting, known: Assumptions = KNOWN, seed: int = 1, count: int = 60) -> Result:
    return simulate(Candidate("", (), "eu-central-1", setting), known, seed, count)


def on_spot(setting: Setting) -> Setting:
    return replace(setting, components=tuple(replace(one, on_demand=False) for one in setting.components))


def pinned(setting: Setting) -> Setting:
    return replace(setting, components=tuple(replace(one, on_demand=True) for one in setting.components))


def test_without_interruptions_everything_is_there_all_the_time(prod: Setting) -> None:
    result = played(on_spot(prod), Assumptions(interruptions=0.0), count=20)
    assert (result.interruptions.value, result.fallback_hours.value) == (0, 0)
    for one in result.components:
        assert (one.availability.low, one.away.high, one.lost.high, one.part) == (1, 0, 0, None), one.component.name
        assert one.sorts[0] == 1


def test_nodes_are_interrupted_as_often_as_asked(prod: Setting) -> None:
    known = Assumptions()
    result = played(on_spot(prod), known, count=300)
    nodes = sum(place.spot for place in result.places)
    expected = nodes * known.rate("c8g.xlarge") * MONTH
    assert result.interruptions.low * 0.95 <= expected <= result.interruptions.high * 1.05


def test_more_on_demand_is_fewer_interruptions_and_more_money(prod: Setting) -> None:
    cheap, mixed, safe = (played(one) for one in (on_spot(prod), prod, pinned(prod)))
    assert safe.interruptions.value == 0 < mixed.interruptions.value
    assert cheap.usd.high < mixed.usd.high < safe.usd.low * 1.01
    away = {one.component.name: one.away.value for one in cheap.components if one.component.program == AGENT}
    for one in mixed.components:
        if one.component.program == AGENT:
            assert one.away.value == 0 < away[one.component.name], one.component.name


def test_more_interruptions_are_more_outages(prod: Setting) -> None:
    seldom, often = (played(on_spot(prod), Assumptions(interruptions=share)) for share in (0.05, 0.5))
    for one, other in zip(seldom.components, often.components, strict=True):
        assert one.weak.value < other.weak.value, one.component.name


def test_a_slower_node_is_a_longer_outage_of_a_gateway_by_so_much(prod: Setting) -> None:
    quick, slow = (played(on_spot(prod), replace(KNOWN, node_ready=seconds)) for seconds in (120.0, 180.0))
    for one, other in zip(quick.components, slow.components, strict=True):
        if one.component.program == AGENT and one.part and other.part:
            assert 30 < other.part.whole - one.part.whole <= 60, f"{one.component.name}: room saves some of the waits"


def test_the_same_seed_is_the_same_month_and_another_is_not(prod: Setting) -> None:
    assert played(prod, count=20) == played(prod, count=20)
    assert played(prod, count=20) != played(prod, seed=2, count=20)


def test_an_interval_holds_the_mean_nineteen_times_of_twenty() -> None:
    drawn = random.Random(1)
    held = 0
    for _ in range(400):
        found = mean([drawn.expovariate(0.5) for _ in range(100)])
        held += found.low <= 2 <= found.high
    assert held / 400 == pytest.approx(0.95, abs=0.03)


def test_what_was_never_seen_may_still_happen() -> None:
    assert mean([0.0] * 300, seen=True).high == 0.01
    assert mean([0.0] * 300).high == 0


def test_months_are_sorted_by_the_time_away() -> None:
    assert sorts([0, 0, 1, 120, 121, 300, 599, 3000]) == (0.25, 0.25, 0.25, 0.125, 0.125)


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_a_settled_cluster_costs_about_what_the_estimate_says(
    name: str, environments: dict[str, Environment], planned: Plan
) -> None:
    """Another packing of the same pods: gateways have zones here, and on-demand nodes are as small as they can be."""
    objects = object_set(environments[name], planned.objects)
    here = setting(objects)
    offers = {offer.type: offer.usd.low for supply in here.supplies.values() for offer in supply.offers}
    settled = sum(offers[place.type] * (spot().low if place.spot else 1) for place in layout(here))
    [fleet] = fleets(objects)[0]
    bill = sum(offers[node.type] * (1 if node.on_demand else spot().low) for node in fleet.low)
    assert settled == pytest.approx(bill, rel=0.5)
    pods = sum(len(place.pods) for place in layout(here))
    assert pods == sum(one.replicas for one in here.components)


@pytest.mark.thorough
def test_a_thousand_months_of_prod_take_less_than_ten_seconds(prod: Setting) -> None:
    started = time.process_time()
    played(prod, Assumptions(), count=1000)
    assert time.process_time() - started < 10
