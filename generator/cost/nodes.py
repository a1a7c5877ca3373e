"""The nodes of a month: the pods' requests packed onto the instance types of their pool, at Spot and on-demand prices.

Low: every autoscaler at its minimum all month, Spot at its cheapest.  High: every autoscaler at its maximum all month,
Spot at its dearest.  What add-ons and DaemonSets take of each node is that of the rule pool-fits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.check.compute.packing import Load, Node, pack
from generator.check.compute.placement import ZONE
from generator.check.compute.pools import AUTO_MODE, SPOT, Pool, hosts, pools
from generator.check.compute.requests import Need, quantity, requests
from generator.check.objectset import Item, ObjectSet
from generator.check.rules.pool_fits import room
from generator.check.walk import each, text
from generator.check.workloads.scale import autoscalers, scale

from . import charts
from .charts import GIB
from .line import Line, line, shown
from .prices import MONTH, Span, auto_mode, hourly, listed, spot, usd


@dataclass(frozen=True)
class Fleet:
    """The nodes of one pool at the fewest and at the most pods."""

    pool: Pool
    low: tuple[Node, ...]
    high: tuple[Node, ...]
    disk: float
    """GiB of each node's root volume."""


def fleets(objects: ObjectSet) -> tuple[list[Fleet], list[str]]:
    """The nodes of each pool, and the pools for which no type with a price takes every pod."""
    among = pools(objects)
    loads = _loads(objects, among)
    found, unpriced = [], []
    for pool in among:
        rooms = room(objects, pool)
        zones = len(pool.values(ZONE) or ()) or 1
        low, high = (pack(side, rooms, listed(), zones) for side in loads[pool.name])
        if low is None or high is None:
            unpriced.append(pool.name)
        else:
            found.append(Fleet(pool, tuple(low), tuple(high), _disk(objects, pool)))
    return found, unpriced


def _loads(objects: ObjectSet, among: Sequence[Pool]) -> dict[str, tuple[list[Load], list[Load]]]:
    """The pods of each pool, at their fewest and at their most."""
    scaled_by = autoscalers(objects)
    loads: dict[str, tuple[list[Load], list[Load]]] = {pool.name: ([], []) for pool in among}
    for item in objects.workloads():
        hosting = hosts(item.pod, among) if item.kind != "DaemonSet" else []
        if hosting:
            counted, need = scale(item, scaled_by), requests(item.pod)
            on_demand, apart = bool(hosting[0].refusal(item.pod, SPOT)), _apart(item)
            for side, count in zip(loads[hosting[0].name], (counted.lowest, counted.highest), strict=True):
                side.append(Load(need, count, on_demand, apart))
    without_spot = {pool.name for pool in among if not pool.admits(SPOT.key, "spot")}
    for item in objects.of("Application"):
        for made in charts.pods(item.obj):
            for side in loads.get(made.pool, ()):
                side.append(Load(made.need, made.count, made.on_demand or made.pool in without_spot))
    return loads


def elsewhere(objects: ObjectSet) -> Need:
    """What pods of charts ask of nodes outside our pools."""
    found = (made for item in objects.of("Application") for made in charts.pods(item.obj) if not made.pool)
    total = Need()
    for made in found:
        total += Need(made.need.cpu * made.count, made.need.memory * made.count)
    return total


def _apart(item: Item) -> bool:
    return any(
        text(one, "topologyKey") == ZONE and text(one, "whenUnsatisfiable") == "DoNotSchedule"
        for _, one in each(item.pod, "topologySpreadConstraints")
    )


def _disk(objects: ObjectSet, pool: Pool) -> float:
    path = ("spec", "template", "spec", "nodeClassRef")
    node_class = objects.get(text(pool.item.obj, *path, "kind"), "", text(pool.item.obj, *path, "name"))
    if node_class is None:
        return 0
    sizes = [text(one, "ebs", "volumeSize") for _, one in each(node_class.obj, "spec", "blockDeviceMappings")]
    sizes.append(text(node_class.obj, "spec", "ephemeralStorage", "size"))
    return sum((quantity(size) or 0) / GIB for size in sizes if size)


def lines(found: Sequence[Fleet], region: str) -> Iterator[Line]:
    """What the nodes cost, their root volumes, and the fee of EKS Auto Mode."""
    for fleet in found:
        name = fleet.pool.name
        for on_demand in (True, False):
            low, high = ([node for node in side if node.on_demand == on_demand] for side in (fleet.low, fleet.high))
            if low or high:
                share = Span(1, 1) if on_demand else spot()
                cost = _between(_sum(low, region).low * share.low, _sum(high, region).high * share.high)
                kind = "on-demand" if on_demand else "Spot"
                how, used = _how(low, high, region, share), _types((*low, *high))
                yield line("nodes", f"{kind}, pool {name}", _count(low, high), how, cost, *used)
        everything = _between(len(fleet.low), len(fleet.high))
        if fleet.pool.domain == AUTO_MODE:
            fee = _between(_sum(fleet.low, region).low, _sum(fleet.high, region).high) * auto_mode()
            how = f"{auto_mode():g} of the on-demand price, on Spot as well"
            yield line("nodes", f"EKS Auto Mode, pool {name}", _nodes(everything), how, fee, "autoMode")
        if fleet.disk:
            price = usd("ebs.gp3", region)
            how = f"{shown(everything)} x {fleet.disk:g} GiB x {shown(price)}"
            cost = everything * fleet.disk * price
            yield line("nodes", f"root volumes, pool {name}", _nodes(everything), how, cost, "ebs.gp3")


def _between(one: float, other: float) -> Span:
    """In order: more pods may pack so much better that they need less."""
    return Span(min(one, other), max(one, other))


def _sum(found: Sequence[Node], region: str) -> Span:
    """USD a month, all on demand."""
    total = Span(0, 0)
    for node in found:
        price = hourly(node.type.family, node.type.size, region)
        assert price is not None, "packed nodes have a price"
        total += price * MONTH
    return total


def _types(found: Sequence[Node]) -> list[str]:
    return sorted({f"ec2.{node.type.name}" for node in found})


def _count(low: Sequence[Node], high: Sequence[Node]) -> str:
    return _nodes(_between(len(low), len(high)))


def _nodes(count: Span) -> str:
    return f"{shown(count)} {'node' if count.high == 1 else 'nodes'}"


def _how(low: Sequence[Node], high: Sequence[Node], region: str, share: Span) -> str:
    sides = list(dict.fromkeys(_mix(side, region) for side in (low, high)))
    sums = " up to ".join(sides)
    paid = "" if share == Span(1, 1) else f", x {shown(share)} for Spot"
    return f"{sums}, x {MONTH} h{paid}"


def _mix(found: Sequence[Node], region: str) -> str:
    counted = Counter((node.type.family, node.type.size) for node in found)
    parts = []
    for (family, size), count in counted.items():
        price = hourly(family, size, region)
        parts.append(f"{count} {family}.{size} at {shown(price) if price else '?'}")
    return " + ".join(parts) or "none"
