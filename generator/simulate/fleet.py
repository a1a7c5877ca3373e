"""The nodes of a month: what is on them, which Spot pools are empty, and what Karpenter buys when pods need a place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from generator.check.compute.requests import Need
from generator.cost.prices import Span, spot

from .model import Component, Offer, Supply


@dataclass(eq=False)
class Node:
    """One instance; times in seconds from the beginning of the month."""

    number: int
    supply: Supply
    zone: str
    offer: Offer
    spot: bool
    launched: float
    ready: float
    fallback: bool = False
    """On demand, because there was no Spot."""
    used: Need = field(default_factory=Need)
    pods: int = 0
    leaving: bool = False
    """Takes no more pods: it is interrupted, or replaced."""
    ends: float = math.inf
    """When the instance goes."""

    def takes(self, one: Component) -> bool:
        """Whether a pod may go there now."""
        if self.leaving or self.supply.name != one.pool or (one.on_demand and self.spot):
            return False
        return self.offer.takes(self.used + one.need, self.pods + 1)

    def put(self, one: Component) -> None:
        """A pod has its place here from now on."""
        self.used += one.need
        self.pods += 1

    def paid(self, horizon: float) -> Span:
        """USD until the horizon, with Spot at its cheapest and at its dearest."""
        share = spot() if self.spot else Span(1, 1)
        return self.offer.usd * share * self.hours(horizon)

    def hours(self, horizon: float) -> float:
        return max(0.0, min(self.ends, horizon) - self.launched) / 3600


@dataclass
class Fleet:
    """All of them, and the Spot pools that are empty."""

    node_ready: float
    """Seconds from a purchase to a node that takes pods."""
    nodes: list[Node] = field(default_factory=list)
    empty: dict[tuple[str, str], float] = field(default_factory=dict)
    """Zone and type to when they are sold again."""

    def add(self, supply: Supply, zone: str, offer: Offer, on_spot: bool, launched: float, ready: float) -> Node:
        node = Node(len(self.nodes), supply, zone, offer, on_spot, launched, ready)
        self.nodes.append(node)
        return node

    def reclaimed(self, kind: str, zone: str, number: int | None) -> list[Node]:
        """The Spot nodes of a type and zone that go: all of them, or that of a number, by age."""
        found = [
            one
            for one in self.nodes
            if one.spot and not one.leaving and one.offer.type.name == kind and zone in ("", one.zone)
        ]
        return found if number is None else found[number : number + 1]

    def dries(self, kind: str, zones: Sequence[str], until: float) -> None:
        """Pools that sell nothing for a while."""
        for zone in zones:
            self.empty[zone, kind] = max(until, self.empty.get((zone, kind), 0.0))

    def sold_again(self, zone: str, offer: Offer) -> float:
        """When there is Spot of a type; 0 if it never was gone."""
        return self.empty.get((zone, offer.type.name), 0.0)

    def sold(self, supply: Supply, zone: str, need: Need, pods: int, now: float) -> Offer | None:
        """The cheapest type that takes the pods and is sold as Spot now."""
        fitting = (one for one in supply.offers if one.takes(need, pods))
        return next((one for one in fitting if self.sold_again(zone, one) <= now), None)

    def room(self, one: Component, zones: Sequence[str], now: float) -> Node | None:
        """A node that takes a pod: the soonest ready, then that of the first zone."""
        found = [node for node in self.nodes if node.zone in zones and node.takes(one)]
        return min(found, key=lambda node: (max(node.ready, now), zones.index(node.zone)), default=None)

    def buy(self, supply: Supply, zone: str, pods: Sequence[Component], now: float) -> Iterator[tuple[int, Node]]:
        """Nodes for pods, all of them on demand or all not: one node where a type takes them all, else few."""
        left = list(range(len(pods)))
        while left:
            together, need = [left.pop(0)], Need()
            need += pods[together[0]].need
            for other in list(left):
                more = need + pods[other].need
                if any(one.takes(more, len(together) + 1) for one in supply.offers):
                    together.append(other)
                    left.remove(other)
                    need = more
            node = self._launch(supply, zone, pods[together[0]].on_demand, need, len(together), now)
            for which in together:
                node.put(pods[which])
                yield which, node

    def _launch(self, supply: Supply, zone: str, on_demand: bool, need: Need, pods: int, now: float) -> Node:
        """The cheapest that there is; Spot before on-demand, and Spot later where the pool has nothing else."""
        fitting = [one for one in supply.offers if one.takes(need, pods)]
        wants_spot = supply.spot and not on_demand
        if wants_spot and (found := self.sold(supply, zone, need, pods, now)):
            return self.add(supply, zone, found, True, now, now + self.node_ready)
        if supply.on_demand or not wants_spot:
            node = self.add(supply, zone, fitting[0], False, now, now + self.node_ready)
            node.fallback = wants_spot
            return node
        found = min(fitting, key=lambda one: self.sold_again(zone, one))
        there = self.sold_again(zone, found)
        return self.add(supply, zone, found, True, there, there + self.node_ready)
