"""Results as text, with the settings side by side, and as data for programs."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from generator.cost.prices import Span

from .assumptions import Assumptions
from .figures import Figures, Mean, Result

GAP = "   "
WIDTH, HEAD = 120, 36
"""Letters: of a line of text, of the name of a setting above its column."""
BRIEF, SMALL = 0.05, 0.001
"""Seconds, and numbers a month, that are too few to be written out."""
TOLD = 1.0
"""Seconds a month by which settings must differ to be told so."""


def text(environment: str, found: Sequence[Result], known: Assumptions, seed: int) -> Iterator[str]:
    """For a terminal."""
    yield f"{environment}: {found[0].count:,} months of Spot interruptions, seed {seed}; (95 % intervals of means)"
    yield from wrapped("; ".join(assumed(known)), "  ")
    yield ""
    rows = list(_rows(found))
    widths = [max(len(row[column]) for row in rows) for column in range(len(found) + 1)]
    for row in rows:
        yield GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield ""
    for other in found[1:]:
        yield from wrapped(f"{other.candidate.name}: {difference(found[0], other)}", "")


def wrapped(line: str, indent: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, initial_indent=indent, subsequent_indent="  ", break_on_hyphens=False)


def assumed(known: Assumptions) -> list[str]:
    """What the simulation rests on, in words; docs/simulate.md has the sources."""
    rate = f"{100 * known.interruptions:g} % of the Spot nodes are interrupted in a month"
    if known.by_type:
        rate = f"interruptions by type, as AWS's Advisor has them, else of {100 * known.interruptions:g} % a month"
    return [
        rate,
        f"a pool sells again after {duration(known.drought)}",
        f"a new node is ready after {duration(known.node_ready)}",
        f"a turn takes {duration(known.turn)} and {known.calls:g} calls",
    ]


@dataclass(frozen=True)
class _Section:
    """A figure of every component for which it is more than nothing."""

    title: str
    said: Callable[[Figures], str]
    shown: Callable[[Figures], bool]


SECTIONS = (
    _Section("availability, %", lambda one: available(one), lambda one: True),
    _Section("away a month: no pod is ready", lambda one: times(one.away), lambda one: one.away.value > 0),
    _Section("away in the worst of 100 months", lambda one: duration(one.worst), lambda one: one.worst > 0),
    _Section(
        "weak a month: a pod is missing",
        lambda one: times(one.weak),
        lambda one: one.component.replicas > 1 and one.weak.value > 0,
    ),
    _Section(
        "away an interruption: turns + node + volume + start",
        lambda one: why(one),
        lambda one: one.component.waits and one.part is not None,
    ),
    _Section(
        "of that for its zone, where its volume is",
        lambda one: duration(one.part.zone) if one.part else "–",
        lambda one: one.component.volume and one.part is not None,
    ),
    _Section("turns, or calls, broken off a month", lambda one: interval(one.lost), lambda one: one.lost.value > 0),
    _Section(
        "turns, or calls, that found nobody", lambda one: interval(one.refused), lambda one: one.refused.value > 0
    ),
    _Section("pods killed without SIGTERM a month", lambda one: interval(one.killed), lambda one: one.killed.value > 0),
    _Section("pods killed while they drained", lambda one: interval(one.cut), lambda one: one.cut.value > 0),
)


def _rows(found: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    def row(name: str, said: Callable[[Result], str]) -> tuple[str, ...]:
        return (name, *(said(one) for one in found))

    yield row("", lambda one: clipped(one.candidate.name, HEAD))
    yield row("nodes", nodes)
    yield row("nodes, USD a month", lambda one: money(one.usd))
    yield row("interruptions a month", lambda one: interval(one.interruptions))
    if any(one.fallback_hours.value for one in found):
        yield row("on-demand for want of Spot, hours", lambda one: interval(one.fallback_hours))
    names = list(dict.fromkeys(one.component.name for result in found for one in result.components))
    for section in SECTIONS:
        shown = [name for name in names if any(section.shown(one) for one in _named(found, name))]
        if shown:
            yield (section.title, *("" for _ in found))
        for name in shown:
            yield (f"  {label(found, name)}", *_cells(found, name, section.said))


def _cells(found: Sequence[Result], name: str, said: Callable[[Figures], str]) -> Iterator[str]:
    for result in found:
        one = next((one for one in result.components if one.component.name == name), None)
        yield said(one) if one else "–"


def _named(found: Sequence[Result], name: str) -> list[Figures]:
    return [one for result in found for one in result.components if one.component.name == name]


def label(found: Sequence[Result], name: str) -> str:
    """A component with its number of pods, where there are more than one."""
    count = pods(found, name)
    return short(name) if count == "1" else f"{short(name)} x {count}"


def pods(found: Sequence[Result], name: str) -> str:
    """How many a component has: `3`, or `3 to 6` where settings differ."""
    counts = sorted({one.component.replicas for one in _named(found, name)})
    return f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


def clipped(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def short(name: str) -> str:
    """Without the namespace."""
    return name.partition("/")[2] or name


def nodes(one: Result) -> str:
    """`3 Spot, 3 on-demand`."""
    counted = Counter(place.spot for place in one.places)
    parts = [f"{counted[spot]} {word}" for spot, word in ((True, "Spot"), (False, "on-demand")) if counted[spot]]
    return ", ".join(parts)


def why(one: Figures) -> str:
    """Why a pod that nobody stands in for was away: `2 min 54 s = 9 + 81 + 15 + 69 s`."""
    part = one.part
    if part is None:
        return "–"
    return f"{duration(part.whole)} = {part.ending:.0f} + {part.node:.0f} + {part.volume:.0f} + {part.start:.0f} s"


def difference(base: Result, other: Result) -> str:
    """`the nodes cost 41 to 88 USD a month less, openclaw-main is away 31 s a month more`."""
    low, high = sorted((other.usd.low - base.usd.low, other.usd.high - base.usd.high))
    if max(abs(low), abs(high)) < 1:
        parts = ["the nodes cost the same"]
    elif low >= 0 or high <= 0:
        span = Span(*sorted((abs(low), abs(high))))
        parts = [f"the nodes cost {money(span)} USD a month {'more' if low >= 0 else 'less'}"]
    else:
        parts = [f"the nodes cost from {-low:,.0f} USD a month less to {high:,.0f} more"]
    before = {one.component.name: one.away for one in base.components}
    for one in other.components:
        was = before.get(one.component.name)
        if was and (one.away.low > was.high or one.away.high < was.low):
            more, seconds = one.away.value > was.value, abs(one.away.value - was.value)
            if seconds >= TOLD:
                parts.append(
                    f"{short(one.component.name)} is away {duration(seconds)} a month {'more' if more else 'less'}"
                )
    if len(parts) == 1:
        parts.append("nothing is away more or less, as far as so many months tell")
    return ", ".join(parts)


def money(span: Span) -> str:
    low, high = f"{span.low:,.0f}", f"{span.high:,.0f}"
    return low if low == high else f"{low} to {high}"


def interval(one: Mean) -> str:
    """`0.33 (0.30–0.37)`; `below 0.003` where it was never seen."""
    if one.value < SMALL:
        return f"below {max(SMALL, one.high):.2g}" if one.high else "0"
    return f"{one.value:.3g} ({one.low:.3g}–{one.high:.3g})"


def times(one: Mean) -> str:
    if one.value < BRIEF:
        return duration(one.value)
    return f"{duration(one.value)} ({duration(one.low)}–{duration(one.high)})"


def available(one: Figures) -> str:
    """The share of time, and where no outage was seen, how seldom one must be."""
    if one.outages.value == 0 and one.outages.high:
        return f"100 (outages below {one.outages.high:.2g})"
    return percent(one.availability)


def percent(one: Mean) -> str:
    """Rounded down, so that only what never fails is 100."""
    if one.low == 1:
        return "100"
    return f"{_floor(one.value)} ({_floor(one.low)}–{_floor(one.high)})"


def _floor(share: float) -> str:
    return f"{math.floor(share * 1e7) / 1e5:.5f}"


def duration(seconds: float) -> str:
    """`0`, `below 0.1 s`, `0.3 s`, `42 s`, `3 min 20 s`, `1 h 5 min`."""
    if seconds < BRIEF:
        return "below 0.1 s" if seconds > 0 else "0"
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (0 if hours else rest, "s"))
    return " ".join(f"{value} {unit}" for value, unit in parts if value)


def as_dict(environment: str, found: Sequence[Result], known: Assumptions, seed: int) -> dict[str, Any]:
    """For programs; times in seconds, money in USD a month."""
    return {
        "environment": environment,
        "months": found[0].count,
        "seed": seed,
        "assumptions": asdict(known),
        "settings": [_setting(one) for one in found],
    }


def _setting(one: Result) -> dict[str, Any]:
    return {
        "name": one.candidate.name,
        "changes": dict(one.candidate.changes),
        "nodes": [
            {"zone": place.zone, "type": place.type.name, "spot": place.spot, "pods": len(place.pods)}
            for place in one.places
        ],
        "interruptions": asdict(one.interruptions),
        "usd": asdict(one.usd),
        "onDemandHours": asdict(one.fallback_hours),
        "components": [_component(figures) for figures in one.components],
    }


def _component(one: Figures) -> dict[str, Any]:
    means = ("availability", "away", "weak", "outages", "restarts", "killed", "cut", "lost", "refused")
    return {
        "name": one.component.name,
        "replicas": one.component.replicas,
        "onDemand": one.component.on_demand,
        **{name: asdict(getattr(one, name)) for name in means},
        "worst": one.worst,
        "restart": asdict(one.part) if one.part else None,
    }
