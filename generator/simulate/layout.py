"""Where pods are when a month begins: settled, as Karpenter leaves them once it has consolidated.

Zones by the spread that pods demand or prefer; within a zone the packing of the estimate of costs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.check.compute.instances import InstanceType
from generator.check.compute.packing import Load, pack
from generator.check.compute.requests import Need

from .model import Component, Setting, Supply


@dataclass(frozen=True)
class Place:
    """A node, and which component each of its pods belongs to, by its number in the setting."""

    pool: str
    zone: str
    type: InstanceType
    spot: bool
    pods: tuple[int, ...]


def layout(setting: Setting) -> list[Place]:
    """The nodes of a settled cluster, pool by pool and zone by zone."""
    return [
        place
        for supply in setting.supplies.values()
        for zone, pods in _zones(setting, supply).items()
        for place in _places(setting, supply, zone, pods)
    ]


def _places(setting: Setting, supply: Supply, zone: str, pods: Sequence[int]) -> Iterator[Place]:
    """On-demand nodes for the pods that need them, filled up with others; the rest on Spot."""
    pinned = [index for index in pods if setting.components[index].on_demand]
    others = [index for index in pods if not setting.components[index].on_demand]
    others.sort(key=lambda index: -setting.components[index].need.memory)
    for type_, on_it in _packed(setting, supply, pinned):
        offer = next(one for one in supply.offers if one.type == type_)
        for index in list(others):
            together = sum((setting.components[one].need for one in (*on_it, index)), Need())
            if offer.takes(together, len(on_it) + 1):
                on_it.append(index)
                others.remove(index)
        yield Place(supply.name, zone, type_, False, tuple(on_it))
    for type_, on_it in _packed(setting, supply, others):
        yield Place(supply.name, zone, type_, supply.spot, tuple(on_it))


def _packed(setting: Setting, supply: Supply, pods: Sequence[int]) -> Iterator[tuple[InstanceType, list[int]]]:
    """The cheapest nodes that take pods, and what is on each."""
    rooms = {one.type: (one.room, one.slots) for one in supply.offers}
    prices: dict[str, dict[str, float]] = {}
    for one in supply.offers:
        prices.setdefault(one.type.family, {})[one.type.size] = one.usd.low
    packed = pack([Load(setting.components[index].need, 1) for index in pods], rooms, prices)
    assert packed is not None, "each pod was found to fit a type"
    for node in packed:
        yield node.type, [pods[number] for number in node.pods]


def _zones(setting: Setting, supply: Supply) -> dict[str, list[int]]:
    """The pods of each zone: where the fewest of their spread are, then where most others are, for fewer nodes."""
    found: dict[str, list[int]] = {zone: [] for zone in supply.zones}
    members: Counter[tuple[str, str]] = Counter()
    asked: dict[str, float] = dict.fromkeys(supply.zones, 0)
    for index in sorted(range(len(setting.components)), key=lambda one: _first(setting.components[one])):
        one = setting.components[index]
        if one.pool != supply.name:
            continue
        for _ in range(one.replicas):
            group = one.spread.group if one.spread else ""
            taken = {name: (members[group, name] if group else 0, -asked[name], name) for name in found}
            zone = min(taken, key=taken.__getitem__)
            found[zone].append(index)
            members[group, zone] += 1
            asked[zone] += one.need.memory
    return {zone: pods for zone, pods in found.items() if pods}


def _first(one: Component) -> tuple[bool, bool, float]:
    return not one.on_demand, one.spread is None, -one.need.memory
