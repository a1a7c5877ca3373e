"""When Spot capacity is reclaimed: Poisson arrivals by instance, by pool of a zone and type, and by type in all zones.

Each source has its own stream of random numbers, named by the seed and by what it is of.  Two settings that share a
pool thus see it reclaimed at the same moments, and differ by what they do about it alone.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from .assumptions import MONTH, Assumptions


@dataclass(frozen=True, order=True)
class Reclaim:
    """Capacity that is taken back."""

    at: float
    """Seconds from the beginning of the month."""
    type: str
    zone: str
    """Empty: all zones."""
    number: int | None
    """Which instance of the pool, by age; None: all of them."""
    until: float
    """When the pool sells Spot again; of one instance alone, the pool is not empty."""

    def meets(self, zone: str) -> bool:
        return self.zone in ("", zone)


def months(
    pools: Iterable[tuple[str, str]], known: Assumptions, seed: int, count: int, instances: int
) -> Iterator[list[Reclaim]]:
    """The reclaims of month after month, in order of time.

    `pools` are pairs of zone and type, `instances` how many of a pool may be taken alone.
    """
    named = sorted(set(pools))
    streams = [_stream(seed, known, kind, "", None) for kind in sorted({kind for _, kind in named})]
    for zone, kind in named:
        streams.append(_stream(seed, known, kind, zone, None))
        streams += [_stream(seed, known, kind, zone, number) for number in range(instances)]
    coming = heapq.merge(*streams)
    one = next(coming, None)
    for month in range(count):
        start, found = month * MONTH, []
        while one is not None and one.at < start + MONTH:
            found.append(replace(one, at=one.at - start, until=one.until - start))
            one = next(coming, None)
        yield found


def _stream(seed: int, known: Assumptions, kind: str, zone: str, number: int | None) -> Iterator[Reclaim]:
    """Endless, or empty where the rate is zero."""
    shares = {True: known.alone, False: 1 - known.alone - known.everywhere}
    share = known.everywhere if not zone else shares[number is not None]
    rate = known.rate(kind) * share
    if rate <= 0:
        return
    drawn = random.Random(f"{seed} {zone} {kind} {number}")
    at = 0.0
    while True:
        at += drawn.expovariate(rate)
        dry = drawn.expovariate(1 / known.drought) if known.drought else 0.0
        yield Reclaim(at, kind, zone, number, at + (dry if number is None else 0))
