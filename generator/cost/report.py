"""Estimates as text for a terminal, as Markdown, and as data for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .estimate import Estimate
from .prices import Span
from .savings import Saving

HEAD = ("component", "what", "how much", "USD a month")


def money(amount: float) -> str:
    """Cents only below ten dollars: more would promise what no estimate keeps."""
    return f"{amount:,.2f}" if abs(amount) < 10 else f"{amount:,.0f}"


def between(low: float, high: float) -> str:
    """`17 to 39`, or `73`."""
    first, last = money(low), money(high)
    return first if first == last else f"{first} to {last}"


def verdict(found: Estimate) -> str:
    """How the sum stands to the ceiling."""
    if found.low > found.ceiling:
        return f"ABOVE the ceiling of {money(found.ceiling)} even at its low end"
    if found.high > found.ceiling:
        return f"may pass the ceiling of {money(found.ceiling)}"
    return f"{found.high / found.ceiling:.0%} of the ceiling of {money(found.ceiling)} at its high end"


def text(found: Estimate, saved: Sequence[Saving]) -> str:
    """For a terminal."""
    rows = [HEAD, *_rows(found), ("", "together", "", between(found.low, found.high))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [f"{found.environment} ({found.region})"]
    for row in rows:
        *left, last = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append("  " + "  ".join((*left, last.strip().rjust(widths[-1]))))
    lines.append(f"  {verdict(found)}")
    if saved:
        lines += ["", "  saved, in USD a month", *(f"    {_saving(one)}" for one in saved)]
    lines += ["", "  assumed", *(f"    {one}" for one in found.assumptions)]
    lines += ["", "  not counted", *(f"    {one}" for one in found.not_counted)]
    return "\n".join(lines)


def markdown(found: Estimate, saved: Sequence[Saving]) -> str:
    """A section with a table, and how each line is computed."""
    lines = [
        f"## {found.environment}",
        "",
        f"**{between(found.low, found.high)} USD a month** in {found.region}: {verdict(found)}.",
        "",
        "| component | what | how much | USD a month | computed |",
        "| --- | --- | --- | ---: | --- |",
    ]
    for one in found.lines:
        cells = (one.component, one.what, one.quantity, between(one.low, one.high), one.how)
        lines.append(f"| {' | '.join(cells)} |")
    if saved:
        lines += ["", "| saving | without | with | saved | computed |", "| --- | ---: | ---: | ---: | --- |"]
        lines += [
            f"| {one.what} | {_span(one.without)} | {_span(one.with_it)} | {_span(one.saved)} | {one.how} |"
            for one in saved
        ]
    lines += ["", "Assumed:", "", *(f"- {one}" for one in found.assumptions)]
    lines += ["", "Not counted:", "", *(f"- {one}" for one in found.not_counted)]
    return "\n".join(lines) + "\n"


def as_dict(found: Estimate, saved: Sequence[Saving]) -> dict[str, Any]:
    """For programs: amounts in USD a month, to the cent."""
    return {
        "environment": found.environment,
        "region": found.region,
        "ceiling": found.ceiling,
        "low": round(found.low, 2),
        "high": round(found.high, 2),
        "aboveCeiling": found.above_ceiling,
        "lines": [
            {
                "component": one.component,
                "what": one.what,
                "quantity": one.quantity,
                "how": one.how,
                "low": round(one.low, 2),
                "high": round(one.high, 2),
                "prices": list(one.prices),
            }
            for one in found.lines
        ],
        "savings": [
            {"what": one.what, "how": one.how}
            | {
                name: _ends(span)
                for name, span in (("without", one.without), ("with", one.with_it), ("saved", one.saved))
            }
            for one in saved
        ],
        "assumptions": list(found.assumptions),
        "notCounted": list(found.not_counted),
    }


def _rows(found: Estimate) -> Iterator[tuple[str, str, str, str]]:
    for one in found.lines:
        yield one.component, one.what, one.quantity, between(one.low, one.high)


def _span(span: Span) -> str:
    return between(span.low, span.high)


def _saving(one: Saving) -> str:
    return f"{one.what}: {_span(one.saved)} ({_span(one.without)} without, {_span(one.with_it)} with); {one.how}"


def _ends(span: Span) -> dict[str, float]:
    return {"low": round(span.low, 2), "high": round(span.high, 2)}
