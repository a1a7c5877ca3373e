"""Many months together: means with their 95 % intervals, and what the worst months are like."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from generator.cost.prices import Span

from .assumptions import MONTH, Assumptions
from .events import months
from .layout import Place, layout
from .model import AGENT, ENGINES, Component
from .play import play
from .settings import Candidate
from .tally import Played, Tally

NORMAL = 1.96
"""Standard errors on each side of a mean that hold 95 % of a normal distribution."""
NONE_SEEN = 3.0
"""What was not seen in n months happens less than 3 / n times a month, with 95 % certainty (the rule of three)."""
EDGES = (0.0, 120.0, 300.0, 600.0)
"""Seconds without a pod that divide good months from bad ones: none, up to two minutes, up to five, up to ten, more."""


@dataclass(frozen=True)
class Mean:
    """A mean over months, and the interval that it lies in with 95 % certainty."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Part:
    """Why a pod was away: seconds on average, each time that it was made anew."""

    ending: float
    """The old pod drains, where the new one waits for it."""
    node: float
    volume: float
    start: float
    zone: float
    """Of `node`: because the volume is bound to its zone."""

    @property
    def whole(self) -> float:
        return self.ending + self.node + self.volume + self.start


@dataclass(frozen=True)
class Figures:
    """Of one component, a month."""

    component: Component
    availability: Mean
    """Share of the time with a ready pod, at most 1."""
    away: Mean
    """Seconds without a ready pod."""
    weak: Mean
    """Seconds with fewer ready pods than there are to be."""
    outages: Mean
    restarts: Mean
    """Pods that had to be made anew."""
    killed: Mean
    """Pods that ended with their instance, without SIGTERM, because a budget kept them."""
    cut: Mean
    """Pods that were killed while they drained."""
    lost: Mean
    """Turns, or calls, broken off."""
    refused: Mean
    """Turns, or calls, that found nobody."""
    part: Part | None
    """None where nothing was made anew."""
    worst: float
    """Seconds away in the worst of a hundred months."""
    sorts: tuple[float, ...]
    """Shares of the months by EDGES."""


@dataclass(frozen=True)
class Result:
    """One setting, played."""

    candidate: Candidate
    count: int
    """Months."""
    places: tuple[Place, ...]
    """Nodes at the beginning of each month."""
    interruptions: Mean
    usd: Span
    """Of the nodes a month, on average: with Spot at its cheapest and at its dearest."""
    fallback_hours: Mean
    """Hours of on-demand nodes, bought because there was no Spot."""
    components: tuple[Figures, ...]


def simulate(
    one: Candidate, known: Assumptions, seed: int, count: int, told: Callable[[int], None] = lambda done: None
) -> Result:
    """Plays a setting for so many months; `told` hears after each how many are done."""
    places = tuple(layout(one.setting))
    played = []
    for month in _months(one, places, known, seed, count):
        played.append(month)
        told(len(played))
    components = one.setting.components
    watched = [index for index, other in enumerate(components) if not other.of_chart]
    watched.sort(key=lambda index: (components[index].program != AGENT, components[index].program not in ENGINES))
    return Result(
        candidate=one,
        count=count,
        places=places,
        interruptions=mean([month.interruptions for month in played], seen=any(place.spot for place in places)),
        usd=Span(*(math.fsum(getattr(month.usd, end) for month in played) / count for end in ("low", "high"))),
        fallback_hours=mean([month.fallback_hours for month in played]),
        components=tuple(_figures(components[index], [month.tallies[index] for month in played]) for index in watched),
    )


def _months(one: Candidate, places: Sequence[Place], known: Assumptions, seed: int, count: int) -> Iterator[Played]:
    supplies = one.setting.supplies.values()
    pools = [
        (zone, offer.type.name)
        for supply in supplies
        if supply.spot
        for zone in supply.zones
        for offer in supply.offers
    ]
    for month, reclaims in enumerate(months(pools, known, seed, count, len(places))):
        yield play(one.setting, places, reclaims, known, random.Random(f"{seed} {month}"))


def _figures(one: Component, tallies: Sequence[Tally]) -> Figures:
    away = mean([tally.down for tally in tallies])
    made = sum(tally.made for tally in tallies)
    ordered = sorted(tally.down for tally in tallies)

    def counted(values: Iterable[float]) -> Mean:
        return mean(list(values), seen=made > 0)

    return Figures(
        component=one,
        availability=Mean(1 - away.value / MONTH, 1 - away.high / MONTH, 1 - away.low / MONTH),
        away=away,
        weak=mean([tally.weak for tally in tallies]),
        outages=counted(tally.outages for tally in tallies),
        restarts=counted(tally.made for tally in tallies),
        killed=counted(tally.killed for tally in tallies),
        cut=counted(tally.cut for tally in tallies),
        lost=counted(tally.lost for tally in tallies),
        refused=mean([tally.refused for tally in tallies]),
        part=_part(tallies, made) if made else None,
        worst=ordered[min(len(ordered) - 1, math.ceil(0.99 * len(ordered)) - 1)],
        sorts=sorts(ordered),
    )


def _part(tallies: Sequence[Tally], made: int) -> Part:
    names = ("ending", "node", "volume", "start", "zone")
    return Part(*(math.fsum(getattr(tally, name) for tally in tallies) / made for name in names))


def sorts(away: Sequence[float]) -> tuple[float, ...]:
    """Shares of months without an outage, and with ever longer ones."""
    found = [0] * (len(EDGES) + 1)
    for seconds in away:
        found[sum(seconds > edge for edge in EDGES)] += 1
    return tuple(number / len(away) for number in found)


def mean(values: Sequence[float], *, seen: bool = False) -> Mean:
    """The mean, and its interval by the normal approximation, not below zero.

    `seen` says that values count something that may happen: then none of them is no proof that it never does.
    """
    count = len(values)
    middle = math.fsum(values) / count
    if seen and middle == 0:
        return Mean(0.0, 0.0, NONE_SEEN / count)
    variance = math.fsum((value - middle) ** 2 for value in values) / max(1, count - 1)
    margin = NORMAL * math.sqrt(variance / count)
    return Mean(middle, max(0.0, middle - margin), middle + margin)
