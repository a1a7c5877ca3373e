"""What a month does to pods, event by event, in clusters that are small enough to be worked out by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from generator.check.compute.requests import Need
from generator.environment.openclaw import SPOT_NOTICE
from generator.simulate.assumptions import Assumptions
from generator.simulate.events import Reclaim
from generator.simulate.layout import Place
from generator.simulate.model import Setting, Spread
from generator.simulate.play import play
from generator.simulate.tally import Played
from tests.simulate.conftest import component, place, small, supply

KNOWN = Assumptions(detection=10, node_ready=60, pull=0, volume=15, volume_of_killed=60, other_start=5)
HOUR = 3600.0
LIGHT = Need(100, 200)
"""Of a pod that finds room beside any other."""


def pool(zone: str, kind: str = "c8g.large", at: float = 0.0, dry: float = 0.0) -> Reclaim:
    return Reclaim(at, kind, zone, None, at + dry)


def run(setting: Setting, places: Sequence[Place], *reclaims: Reclaim, horizon: float = HOUR, **known: Any) -> Played:
    return play(setting, places, reclaims, replace(KNOWN, **known), random.Random(1), horizon)


def told(played: Played) -> list[tuple[float, str, str, str]]:
    return [(one.at, one.what, one.pod, one.zone) for one in played.events if one.pod]


def test_a_pod_of_a_deployment_is_made_anew_on_a_new_node_while_the_other_serves() -> None:
    played = run(small(component()), [place("a", 0), place("b", 0)], pool("a"))
    assert told(played) == [(10, "evicted", "n/web 0", "a"), (75, "ready", "n/web 0", "a")]
    [web] = played.tallies
    assert (web.down, web.weak, web.outages, web.node, web.start) == (0, 65, 0, 60, 5)


def test_room_on_another_node_is_taken_before_a_node_is_bought() -> None:
    light = component("n/light", replicas=1, need=LIGHT)
    played = run(small(component(replicas=1), light), [place("a", 1), place("b", 0)], pool("a"))
    assert told(played)[-1] == (15, "ready", "n/light 0", "b")


def test_a_budget_holds_the_second_eviction_until_the_first_pod_is_made_good() -> None:
    played = run(small(component()), [place("a", 0), place("b", 0)], pool(""))
    assert told(played) == [
        (10, "evicted", "n/web 0", "a"),
        (75, "ready", "n/web 0", "a"),
        (75, "evicted", "n/web 1", "b"),
        (80, "ready", "n/web 1", "b"),
    ]


def test_what_a_budget_holds_too_long_ends_with_its_instance() -> None:
    """A node that takes longer than the notice turns the budget against its pods."""
    played = run(small(component()), [place("a", 0), place("b", 0)], pool(""), node_ready=150)
    assert (SPOT_NOTICE, "killed", "n/web 1", "b") in told(played)
    assert played.tallies[0].killed == 1


def test_without_a_budget_both_go_at_once() -> None:
    played = run(small(component(may_lack=None)), [place("a", 0), place("b", 0)], pool(""))
    assert played.tallies[0].outages == 1
    assert played.tallies[0].down == 65


def test_a_single_writer_waits_for_its_end_its_node_and_its_volume() -> None:
    writer = component(replicas=1, volume=True, waits=True, drain=30.0)
    played = run(small(writer), [place("a", 0)], pool("a"))
    [one] = played.tallies
    assert one.down == 30 + 30 + 15 + 5, "30 s of drain, the rest of the node's 60 s, the volume, the start"
    assert (one.ending, one.node, one.volume, one.start) == (30, 30, 15, 5)


def test_a_volume_comes_back_in_its_zone_alone_and_that_has_a_price() -> None:
    writer = component(replicas=1, volume=True, waits=True, need=LIGHT)
    free = replace(writer, volume=False)
    other = component("n/other", replicas=1)
    bound, roaming = (run(small(one, other), [place("a", 0), place("b", 1)], pool("a")) for one in (writer, free))
    assert [one[3] for one in told(bound)] == ["a", "a"]
    assert [one[3] for one in told(roaming)] == ["a", "b"]
    assert bound.tallies[0].zone == 60, "there was room in zone b at once"
    assert bound.tallies[0].down - roaming.tallies[0].down == 60 + 15


def test_a_volume_is_later_where_the_pod_is_killed() -> None:
    writer = component(replicas=1, volume=True, waits=True, may_lack=0)
    [one] = run(small(writer), [place("a", 0)], pool("a")).tallies
    assert (one.killed, one.volume) == (1, 60)


def test_a_required_spread_keeps_pods_apart_and_a_preferred_one_does_not_wait() -> None:
    places = [place("a", 0), place("b", 0, spot=False)]

    def end(required: bool, sees_tainted: bool) -> tuple[float, str, str, str]:
        one = component(need=LIGHT, spread=Spread("g", 1, required, 1, sees_tainted))
        return told(run(small(one), places, pool("a")))[-1]

    assert end(required=False, sees_tainted=True) == (15, "ready", "n/web 0", "b")
    assert end(required=True, sees_tainted=True) == (75, "ready", "n/web 0", "a")
    assert end(required=True, sees_tainted=False) == (15, "ready", "n/web 0", "b"), "no zone but b has nodes that stay"


def test_on_demand_nodes_are_never_met() -> None:
    played = run(small(component()), [place("a", 0, spot=False), place("b", 0, spot=False)], pool(""))
    assert (played.events, played.interruptions, played.tallies[0].weak) == ([], 0, 0)


def test_the_cheapest_type_that_is_sold_is_bought() -> None:
    played = run(small(component()), [place("a", 0), place("b", 0)], pool("a", dry=HOUR))
    again = run(small(component()), [place("a", 0), place("b", 0)], pool("a", dry=HOUR), pool("a", "m8g.large", 600))
    assert (played.interruptions, again.interruptions) == (1, 2), "the new node is an m8g.large, which goes in its turn"


def test_without_spot_on_demand_is_bought_and_left_when_spot_is_back() -> None:
    writer = small(component(replicas=1, waits=True), of=supply("c8g.large", settle=300))
    played = run(writer, [place("a", 0)], pool("a", dry=1000.0), horizon=2 * HOUR)
    evictions = [one.at for one in played.events if one.what == "evicted"]
    assert played.fallbacks == 1
    assert evictions == [10, 1000 + 300 + 60], "the drought, consolidateAfter, the new node"
    assert played.tallies[0].down == (60 + 5) + 5, "the way back waits for no node"
    assert played.fallback_hours == pytest.approx((1000 + 300 + 60 - 10) / 3600)


def test_a_pool_without_on_demand_waits_for_spot() -> None:
    only = small(component(replicas=1), of=supply("c8g.large", on_demand=False))
    [one] = run(only, [place("a", 0)], pool("a", dry=1000.0)).tallies
    assert one.down == 1000 + 60 + 5 - 10


def test_a_new_node_that_goes_before_its_pod_is_ready_sends_it_on() -> None:
    played = run(small(component(replicas=1)), [place("a", 0)], pool("a"), pool("a", at=30.0, dry=50.0))
    assert [one.what for one in played.events if one.pod] == ["evicted", "ready"]
    assert played.interruptions == 2
    assert played.tallies[0].down == (30 + 10 + 60 + 5) - 10


def test_money_is_what_nodes_cost_by_the_hour() -> None:
    idle = run(small(component()), [place("a", 0), place("b", 0, spot=False)])
    assert idle.usd.low == pytest.approx(0.1 * 0.27 + 0.1)
    assert idle.usd.high == pytest.approx(0.1 * 0.60 + 0.1)


def test_turns_that_find_nobody_are_those_of_the_outage() -> None:
    gateway = component(program="openclaw", replicas=1, waits=True, grace=110.0, drain=90.0)
    setting = small(gateway, calls=3 * 2_628_000)  # a turn a second: 730 hours, three calls a turn
    [one] = run(setting, [place("a", 0)], pool("a")).tallies
    assert one.refused == pytest.approx(one.down)
    assert one.lost == 0
    assert 20 < one.ending <= 90, "some of twenty turns last long"
