"""One month, event by event: notices, evictions within their budgets, drains, new nodes, and pods that come back.

A notice goes as Karpenter takes one: the pool counts as empty, the node's pods find room elsewhere or a new node is
launched for them, and each is evicted as soon as its disruption budget allows it.  What is not evicted when the
instance ends is killed.  A Deployment's pod is made anew at its eviction, a StatefulSet's when the old one is gone; a
volume moves only within its zone.  New Spot nodes are of the cheapest type that takes their pods and is not reclaimed;
where there is none, they are on demand, and go back to Spot after the pool's `consolidateAfter`.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from generator.environment.openclaw import SPOT_NOTICE

from .assumptions import MONTH, Assumptions
from .ending import Turn, ending, turns
from .events import Reclaim
from .fleet import Fleet, Node
from .layout import Place
from .model import AGENT, Component, Setting
from .tally import Event, Played, Tally

LOOKS_AGAIN = 60.0
"""Seconds between two looks of Karpenter at what could be cheaper, at least."""


@dataclass(eq=False)
class _Pod:
    index: int
    """Of its component."""
    one: Component
    number: int
    node: Node
    up: bool = True
    target: Node | None = None
    """Where it goes when it may be evicted."""
    made: int = 0
    """How many times it was made anew: what was planned for an earlier one is void."""


def play(
    setting: Setting,
    places: Sequence[Place],
    reclaims: Iterable[Reclaim],
    known: Assumptions,
    drawn: random.Random,
    horizon: float = MONTH,
) -> Played:
    """What becomes of the pods until the horizon, in seconds from the beginning; `drawn` decides about turns alone."""
    return _Month(setting, places, known, drawn, horizon).run(reclaims)


class _Month:
    def __init__(
        self, setting: Setting, places: Sequence[Place], known: Assumptions, drawn: random.Random, horizon: float
    ) -> None:
        self._setting, self._known, self._drawn, self._horizon = setting, known, drawn, horizon
        self._now = 0.0
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self._fleet = Fleet(known.node_ready)
        self._pods: list[_Pod] = []
        self._waiting: list[_Pod] = []
        self._tallies = [Tally(one.replicas) for one in setting.components]
        self._played = Played(self._tallies)
        agents = sum(one.program == AGENT for one in setting.components)
        self._rates = [_rate(one, setting.calls, known, agents) for one in setting.components]
        for place in places:
            self._settle_in(place)

    def run(self, reclaims: Iterable[Reclaim]) -> Played:
        for one in reclaims:
            self._at(one.at, lambda one=one: self._reclaim(one))  # type: ignore[misc]
        while self._coming and self._coming[0][0] < self._horizon:
            self._now, _, happens = heapq.heappop(self._coming)
            happens()
        for tally, rate in zip(self._tallies, self._rates, strict=True):
            tally.until(self._horizon)
            tally.refused = tally.down * rate
        for node in self._fleet.nodes:
            self._played.usd += node.paid(self._horizon)
            self._played.fallbacks += node.fallback
            self._played.fallback_hours += node.hours(self._horizon) if node.fallback else 0
        return self._played

    def _at(self, moment: float, happens: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._coming, (moment, self._order, happens))

    def _log(self, what: str, node: Node, pod: _Pod | None = None) -> None:
        shown = f"{pod.one.name} {pod.number}" if pod else ""
        self._played.events.append(Event(self._now, what, shown, node.number, node.zone))

    def _settle_in(self, place: Place) -> None:
        supply = self._setting.supplies[place.pool]
        offer = next(one for one in supply.offers if one.type == place.type)
        node = self._fleet.add(supply, place.zone, offer, place.spot, 0.0, 0.0)
        for index in place.pods:
            one = self._setting.components[index]
            self._pods.append(_Pod(index, one, sum(pod.index == index for pod in self._pods), node))
            node.put(one)

    # Nodes that go

    def _reclaim(self, one: Reclaim) -> None:
        met = self._fleet.reclaimed(one.type, one.zone, one.number)
        if one.number is None:
            known = {zone for supply in self._setting.supplies.values() for zone in supply.zones}
            self._fleet.dries(one.type, [one.zone] if one.zone else sorted(known), one.until)
        for node in met:
            self._log("notice", node)
            self._played.interruptions += 1
            node.leaving, node.ends = True, self._now + SPOT_NOTICE
            self._at(self._now + self._known.detection, lambda node=node: self._drain(node))  # type: ignore[misc]
            self._at(node.ends, lambda node=node: self._end(node))  # type: ignore[misc]

    def _drain(self, node: Node) -> None:
        self._move_away(node)
        self._leave(node)

    def _move_away(self, node: Node) -> None:
        """Its pods get places elsewhere, for when they may go."""
        leaving = [pod for pod in self._pods if pod.node is node]
        for pod, target in self._targets(leaving).items():
            pod.target = target

    def _leave(self, node: Node) -> None:
        for pod in self._pods:
            if pod.node is node and pod.up:
                self._waiting.append(pod)
            elif pod.node is node:
                self._make(pod)
        self._evict_what_may_go()

    def _end(self, node: Node) -> None:
        """The instance is gone, with what still runs on it."""
        for pod in [pod for pod in self._waiting if pod.node is node]:
            self._waiting.remove(pod)
            tally = self._tallies[pod.index]
            tally.killed += 1
            tally.lost += len(self._running(pod, 0))
            self._log("killed", node, pod)
            self._down(pod)
            self._make(pod, self._known.volume_of_killed)

    def _go_back(self, node: Node) -> None:
        """From on-demand to Spot, once there is some; the new node comes first."""
        if self._fleet.sold(node.supply, node.zone, node.used, node.pods, self._now) is None:
            self._plan_return(node)
            return
        node.leaving = True
        self._move_away(node)
        ready = [pod.target.ready for pod in self._pods if pod.node is node and pod.target]
        self._at(max([self._now, *ready]), lambda: self._leave(node))

    def _plan_return(self, node: Node) -> None:
        soonest = min(self._fleet.sold_again(node.zone, one) for one in node.supply.offers)
        wait = max(node.supply.settle, LOOKS_AGAIN)
        self._at(max(self._now, soonest) + wait, lambda: self._go_back(node))

    # Places to go to

    def _targets(self, pods: Sequence[_Pod]) -> dict[_Pod, Node]:
        """A place for each, in Karpenter's order: room on a node of an allowed zone, or nodes that are bought now."""
        found: dict[_Pod, Node] = {}
        groups: dict[tuple[str, str, bool], list[_Pod]] = {}
        for pod in sorted(pods, key=lambda pod: (-pod.one.need.cpu, -pod.one.need.memory, pod.index, pod.number)):
            all_zones = self._setting.supplies[pod.one.pool].zones
            if node := self._fleet.room(pod.one, self._zones(pod, self._with_nodes(pod)), self._now):
                node.put(pod.one)
                found[pod] = pod.target = node
            else:
                zone = self._zones(pod, all_zones)[0]
                groups.setdefault((pod.one.pool, zone, pod.one.on_demand), []).append(pod)
        for (pool, zone, _), together in groups.items():
            known = len(self._fleet.nodes)
            bought = self._fleet.buy(self._setting.supplies[pool], zone, [pod.one for pod in together], self._now)
            found |= {together[which]: node for which, node in bought}
            for node in self._fleet.nodes[known:]:
                if node.fallback:
                    self._plan_return(node)
        return found

    def _with_nodes(self, pod: _Pod) -> list[str]:
        """The zones that the scheduler knows for a pod: those of nodes, where it matters of nodes that stay."""
        blind = pod.one.spread is None or not pod.one.spread.sees_tainted
        there = {
            node.zone
            for node in self._fleet.nodes
            if node.supply.name == pod.one.pool and node.ends > self._now and not (blind and node.leaving)
        }
        return sorted(there)

    def _zones(self, pod: _Pod, zones: Sequence[str]) -> list[str]:
        """Where a pod may go, the best first: its own zone, unless its spread asks for another."""
        own, spread = pod.node.zone, pod.one.spread
        if pod.one.volume:
            return [own]
        if spread is None:
            return sorted(zones, key=lambda zone: zone != own)
        counts = dict.fromkeys(zones, 0)
        for other in self._pods:
            if other is not pod and other.one.spread and other.one.spread.group == spread.group:
                zone = (other.target or other.node).zone
                counts[zone] = counts.get(zone, 0) + 1
        few = len(zones) < spread.least_zones
        least = 0 if few else min((counts[zone] for zone in zones), default=0)
        allowed = [zone for zone in zones if not spread.required or counts[zone] + 1 - least <= spread.skew]
        return sorted(allowed, key=lambda zone: (counts[zone], zone != own))

    # Pods that go and come

    def _evict_what_may_go(self) -> None:
        for pod in list(self._waiting):
            one = pod.one
            if one.may_lack is None or self._tallies[pod.index].up - 1 >= one.replicas - one.may_lack:
                self._waiting.remove(pod)
                self._evict(pod)

    def _evict(self, pod: _Pod) -> None:
        one, node, tally = pod.one, pod.node, self._tallies[pod.index]
        self._log("evicted", node, pod)
        end = ending(one, self._running(pod, one.pre_stop), node.ends - self._now)
        gone = self._now + end.gone
        tally.evicted += 1
        tally.cut += end.killed
        tally.lost += len(end.cut)
        self._down(pod)
        if not one.waits:
            self._make(pod)
        else:
            tally.ending += end.gone
            moves = self._known.volume_of_killed if gone >= node.ends else self._known.volume
            self._at(gone, lambda: self._make(pod, moves))
        if node.ends == float("inf") and not any(other.node is node and other.up for other in self._pods):
            self._at(gone, lambda: setattr(node, "ends", self._now))

    def _make(self, pod: _Pod, volume: float | None = None) -> None:
        """The next pod of its name, on its way to its target; `volume` is how long its volume takes to follow."""
        one, tally, known = pod.one, self._tallies[pod.index], self._known
        if pod.target is None or pod.target.leaving:
            pod.target = self._targets([pod])[pod]
        pod.node, pod.target = pod.target, None
        pod.made += 1
        wait = max(0.0, pod.node.ready - self._now)
        moves = (known.volume if volume is None else volume) if one.volume else 0.0
        starts = known.pull + known.start(one.program, one.need.cpu)
        tally.made += 1
        tally.node += wait
        tally.volume += moves
        tally.start += starts
        if one.volume and wait and self._fleet.room(one, pod.node.supply.zones, self._now) is not None:
            tally.zone += wait
        made = pod.made
        self._at(self._now + wait + moves + starts, lambda: self._ready(pod, made))

    def _ready(self, pod: _Pod, made: int) -> None:
        if pod.made == made:
            pod.up = True
            self._tallies[pod.index].change(self._now, +1)
            self._log("ready", pod.node, pod)
            self._evict_what_may_go()

    def _down(self, pod: _Pod) -> None:
        pod.up = False
        self._tallies[pod.index].change(self._now, -1)

    def _running(self, pod: _Pod, until: float) -> list[Turn]:
        one, known = pod.one, self._known
        mean = known.turn if one.program == AGENT else known.turn / known.calls
        return turns(self._drawn, self._rates[pod.index] / one.replicas, mean, self._setting.longest_turn, until)


def _rate(one: Component, calls: float, known: Assumptions, agents: int) -> float:
    """What is asked of all pods of a component, a second: turns of a gateway, calls of an LLM gateway."""
    if not one.carries_turns:
        return 0.0
    return calls / MONTH if one.program != AGENT else calls / known.calls / agents / MONTH
