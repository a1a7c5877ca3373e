"""Which nodes a set of pods gets: the cheapest mix of instance types that takes them all.

As Karpenter does it: pods fill nodes, the largest first; then each node is of the cheapest type that takes what is on
it.  Tried with every type as the size to fill, and the cheapest result taken.  Pods that must have on-demand capacity
open on-demand nodes; others use what is left on these before they open nodes of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from generator.check.compute.instances import InstanceType
from generator.check.compute.requests import Need

Rooms = Mapping[InstanceType, tuple[Need, int]]
"""What a node of each type has left for pods, and for how many of them."""
Prices = Mapping[str, Mapping[str, float]]
"""USD an hour by family and size."""


@dataclass(frozen=True)
class Load:
    """Equal pods."""

    need: Need
    """Of one of them."""
    count: int
    on_demand: bool = False
    """Whether they must not run on Spot."""
    apart: bool = False
    """Whether a required spread puts them into different zones, as far as there are any."""


@dataclass(frozen=True)
class Node:
    """A node and its list price, on demand, in USD an hour."""

    type: InstanceType
    on_demand: bool
    usd: float
    pods: tuple[int, ...] = ()
    """What is on it: for each pod the number of its load, in the order in which loads were given."""


@dataclass
class _Open:
    """A node that is being filled."""

    zone: int | None
    """None: no pod has asked for a zone yet."""
    on_demand: bool
    cpu: float
    memory: float
    slots: int
    used: Need = field(default_factory=Need)
    pods: list[int] = field(default_factory=list)


def pack(loads: Sequence[Load], rooms: Rooms, prices: Prices, zones: int = 1) -> list[Node] | None:
    """The nodes, dearest first; None where a pod fits no type that has a price."""
    offers = _offers(rooms, prices)
    order = sorted(
        enumerate(loads),
        key=lambda one: (not one[1].on_demand, not one[1].apart, -one[1].need.memory, -one[1].need.cpu),
    )
    best: list[Node] | None = None
    for index in range(len(offers)):
        made = _with(index, offers, order, zones)
        if made is not None and (best is None or cost(made) < cost(best) - 1e-9):
            best = made
    return None if best is None else sorted(best, key=lambda node: (-node.usd, node.type.name))


def cost(nodes: Sequence[Node]) -> float:
    """USD an hour, all on demand."""
    return math.fsum(node.usd for node in nodes)


@dataclass(frozen=True)
class _Offer:
    type: InstanceType
    usd: float
    room: Need
    slots: int

    def takes(self, need: Need, pods: int) -> bool:
        return pods <= self.slots and need.within(self.room.cpu, self.room.memory)

    def beats(self, other: _Offer) -> bool:
        return self.usd <= other.usd and self.takes(other.room, other.slots)


def _offers(rooms: Rooms, prices: Prices) -> list[_Offer]:
    """Types with a price, the cheapest first, less those for which another one gives as much for no more."""
    found: list[_Offer] = []
    priced = ((prices.get(one.family, {}).get(one.size), one, *room) for one, room in rooms.items())
    known = [_Offer(one, usd, left, slots) for usd, one, left, slots in priced if usd is not None and slots > 0]
    for offer in sorted(known, key=lambda offer: (offer.usd, offer.type.name)):
        if not any(other.beats(offer) for other in found):
            found.append(offer)
    return found


def _with(index: int, offers: Sequence[_Offer], order: Sequence[tuple[int, Load]], zones: int) -> list[Node] | None:
    """The nodes when each is opened as one type, then shrunk to the cheapest that takes its pods."""
    filled: list[_Open] = []
    for which, load in order:
        for number in range(load.count):
            zone = number % zones if load.apart and zones > 1 else None
            node = next(_fitting(filled, load, zone), None)
            if node is None:
                size = next((one for one in _from(index, offers) if one.takes(load.need, 1)), None)
                if size is None:
                    return None
                node = _Open(zone, load.on_demand, size.room.cpu, size.room.memory, size.slots)
                filled.append(node)
            if node.zone is None:
                node.zone = zone
            node.used += load.need
            node.pods.append(which)
    return [_shrunk(node, offers) for node in filled]


def _from(index: int, offers: Sequence[_Offer]) -> Iterator[_Offer]:
    """The type to fill, else the others, the cheapest first."""
    yield offers[index]
    yield from offers


def _fitting(filled: Sequence[_Open], load: Load, zone: int | None) -> Iterator[_Open]:
    cpu, memory = load.need.cpu, load.need.memory
    for node in filled:
        if load.on_demand and not node.on_demand:
            continue
        if zone is not None and node.zone not in (None, zone):
            continue
        used = node.used
        if len(node.pods) < node.slots and used.cpu + cpu <= node.cpu and used.memory + memory <= node.memory:
            yield node


def _shrunk(node: _Open, offers: Sequence[_Offer]) -> Node:
    found = next(one for one in offers if one.takes(node.used, len(node.pods)))
    return Node(found.type, node.on_demand, found.usd, tuple(node.pods))
