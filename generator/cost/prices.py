"""What things cost: the price list with the Region, source and date of each price, read from prices.json.

A Region without a price of its own gets that of us-east-1 times the range that its Regions entry records; what is sold
at one price everywhere is listed under `*`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

HOME = "us-east-1"
"""The Region whose prices are recorded in full."""
EVERYWHERE = "*"
MONTH = 730
"""Hours: a twelfth of a year, as AWS bills it."""


@dataclass(frozen=True)
class Span:
    """An amount between two bounds, both included."""

    low: float
    high: float

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.high + other.high)

    def __mul__(self, other: Span | float) -> Span:
        by = other if isinstance(other, Span) else Span(other, other)
        return Span(self.low * by.low, self.high * by.high)


@lru_cache(maxsize=1)
def price_list() -> Any:
    """The whole file."""
    return json.loads((Path(__file__).parent / "prices.json").read_text("utf-8"))


def usd(price: str, region: str) -> Span:
    """USD a unit; raises KeyError for a price that is not on the list."""
    recorded: Mapping[str, float] = price_list()["prices"][price]["usd"]
    for where in (EVERYWHERE, region):
        if where in recorded:
            return Span(recorded[where], recorded[where])
    return _factor(region, "other") * recorded[HOME]


def unit(price: str) -> str:
    """What the price is of, e.g. `GB-month`."""
    return str(price_list()["prices"][price]["unit"])


def hourly(family: str, size: str, region: str = HOME) -> Span | None:
    """USD an hour of an instance on demand; None for a type that is not on the list."""
    recorded = price_list()["ec2"]["usd"]
    found = recorded.get(region, {}).get(family, {}).get(size)
    if found is not None:
        return Span(found, found)
    found = recorded[HOME].get(family, {}).get(size)
    return None if found is None else _factor(region, "ec2") * found


def listed(region: str = HOME) -> Mapping[str, Mapping[str, float]]:
    """On-demand prices by family and size; those of us-east-1 for a Region without its own."""
    recorded = price_list()["ec2"]["usd"]
    found: Mapping[str, Mapping[str, float]] = recorded.get(region, recorded[HOME])
    return found


def ec2_date() -> str:
    """Day of the list of instances."""
    return str(price_list()["ec2"]["date"])


def spot() -> Span:
    """Share of the on-demand price that Spot costs."""
    recorded = price_list()["spot"]
    return Span(recorded["low"], recorded["high"])


def auto_mode() -> float:
    """Share of the on-demand price that EKS Auto Mode adds, on Spot as well."""
    return float(price_list()["autoMode"]["share"])


def borrowed(region: str) -> str:
    """What is said of a Region whose prices come from another one; empty where none do."""
    if region == HOME:
        return ""
    ec2, other = _factor(region, "ec2"), _factor(region, "other")
    seen = _regions(region).get("seen", "")
    if ec2 == other == Span(1, 1):
        return f"prices of {region} that are not recorded are those of {HOME}: {seen}"
    return (
        f"prices of {region} that are not recorded are those of {HOME}, times {_times(ec2)} for instances and "
        f"{_times(other)} for the rest: {seen}"
    )


def _factor(region: str, kind: str) -> Span:
    return Span(*_regions(region)[kind])


def _regions(region: str) -> Any:
    recorded = price_list()["regions"]
    return recorded.get(region, recorded[EVERYWHERE])


def _times(span: Span) -> str:
    return f"{span.low:g}" if span.low == span.high else f"{span.low:g} to {span.high:g}"
