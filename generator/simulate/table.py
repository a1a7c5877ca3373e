"""Results as text, with the settings side by side, and as data for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from generator.cost.prices import Span

from .assumptions import Assumptions
from .figures import Figures, Mean, Result

GAP = "   "


def text(environment: str, found: Sequence[Result], known: Assumptions, seed: int) -> Iterator[str]:
    """For a terminal."""
    count = found[0].count
    yield f"{environment}: {count:,} months of Spot interruptions, seed {seed}; in brackets where the mean lies, with 95 %"
    yield "  " + "; ".join(assumed(known))
    yield ""
    rows = list(_rows(found))
    widths = [max(len(row[column]) for row in rows) for column in range(len(found) + 1)]
    for row in rows:
        yield GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield ""
    yield from notes(found)


def assumed(known: Assumptions) -> list[str]:
    """What the simulation rests on, in words; docs/simulate.md has the sources."""
    rate = f"{known.interruptions:.0%} of the Spot nodes interrupted a month"
    if known.by_type:
        rate = "interruptions by type as the Spot Instance Advisor has them, else " + f"{known.interruptions:.0%} a month"
    return [
        rate,
        f"a pool sells again after {duration(known.drought)}",
        f"a node is ready after {known.node_ready:g} s",
        f"a turn takes {known.turn:g} s and {known.calls:g} calls",
    ]


def _rows(found: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    def row(name: str, said: Callable[[Result], str]) -> tuple[str, ...]:
        return (name, *(said(one) for one in found))

    yield row("", lambda one: one.candidate.name)
    yield row("nodes", nodes)
    yield row("nodes, USD a month", lambda one: money(one.usd))
    yield row("interruptions a month", lambda one: interval(one.interruptions))
    if any(one.fallback_hours.value for one in found):
        yield row("on-demand for want of Spot, h", lambda one: interval(one.fallback_hours))
    sections: tuple[tuple[str, Callable[[Figures], str], Callable[[Figures], float]], ...] = (
        ("availability, %", lambda one: percent(one.availability), lambda one: 1),
        ("without a ready pod a month", lambda one: times(one.away), lambda one: one.away.value),
        ("with a pod less than there are to be", lambda one: times(one.weak), lambda one: one.weak.value),
        ("the worst of 100 months", lambda one: duration(one.worst), lambda one: one.worst),
        ("turns or calls broken off", lambda one: interval(one.lost), lambda one: one.lost.value),
        ("turns or calls that found nobody", lambda one: interval(one.refused), lambda one: one.refused.value),
        ("pods killed without SIGTERM", lambda one: interval(one.killed), lambda one: one.killed.value),
        ("pods killed while they drained", lambda one: interval(one.cut), lambda one: one.cut.value),
    )
    names = list(dict.fromkeys(one.component.name for result in found for one in result.components))
    for title, said, weight in sections:
        shown = [name for name in names if any(weight(one) for one in _named(found, name))]
        if shown:
            yield (title, *("" for _ in found))
        for name in shown:
            yield (f"  {label(found, name)}", *_cells(found, name, said))


def _cells(found: Sequence[Result], name: str, said: Callable[[Figures], str]) -> Iterator[str]:
    for result in found:
        one = next((one for one in result.components if one.component.name == name), None)
        yield said(one) if one else "–"


def _named(found: Sequence[Result], name: str) -> list[Figures]:
    return [one for result in found for one in result.components if one.component.name == name]


def label(found: Sequence[Result], name: str) -> str:
    """A component with its number of pods, where that is the same in all settings."""
    short = name.partition("/")[2] or name
    counts = {one.component.replicas for one in _named(found, name)}
    [*_, count] = sorted(counts)
    return f"{short} x {count}" if count > 1 else short


def nodes(one: Result) -> str:
    """`3 Spot, 3 on-demand`."""
    counted = Counter(place.spot for place in one.places)
    parts = [f"{counted[spot]} {word}" for spot, word in ((True, "Spot"), (False, "on-demand")) if counted[spot]]
    return ", ".join(parts)


def notes(found: Sequence[Result]) -> Iterator[str]:
    """What the figures come from: the parts of an outage, what a zone costs, how settings differ."""
    base = found[0]
    for result in found:
        for one in result.components:
            if one.part and one.component.waits:
                yield f"{result.candidate.name}: {away(one)}"
    for other in found[1:]:
        yield f"{other.candidate.name}: {difference(base, other)}"


def away(one: Figures) -> str:
    """Why a pod that nobody stands in for was away."""
    part = one.part
    assert part is not None, "it was made anew"
    said = (
        f"{one.component.name} is away for {duration(part.whole)} an interruption: its last turns {duration(part.ending)}, "
        f"a node {duration(part.node)}, its volume {duration(part.volume)}, its start {duration(part.start)}"
    )
    if one.component.volume:
        said += f"; {duration(part.zone)} of that only because its volume is bound to a zone"
    return said


def difference(base: Result, other: Result) -> str:
    """`41 to 88 USD a month less, openclaw-main 31 s a month more away`."""
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
            more = one.away.value > was.value
            seconds = duration(abs(one.away.value - was.value))
            parts.append(f"{one.component.name} is {seconds} a month {'longer' if more else 'less'} away")
    if len(parts) == 1:
        parts.append("no component is away longer or less, as far as so many months tell")
    return ", ".join(parts)


def money(span: Span) -> str:
    low, high = f"{span.low:,.0f}", f"{span.high:,.0f}"
    return low if low == high else f"{low} to {high}"


def interval(one: Mean) -> str:
    """`0.33 (0.30–0.37)`; `0 (below 0.003)` where it was never seen."""
    if one.value == 0:
        return f"0 (below {one.high:.2g})" if one.high else "0"
    return f"{one.value:.3g} ({one.low:.3g}–{one.high:.3g})"


def times(one: Mean) -> str:
    return f"{duration(one.value)} ({duration(one.low)}–{duration(one.high)})" if one.high else "0"


def percent(one: Mean) -> str:
    """With as many digits as tell it from 100."""
    if one.low == 1:
        return "100"
    return f"{100 * one.value:.5f} ({100 * one.low:.5f}–{100 * one.high:.5f})"


def duration(seconds: float) -> str:
    """`0`, `0.3 s`, `42 s`, `3 min 20 s`, `1 h 5 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s" if seconds >= 0.05 else "0"
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
