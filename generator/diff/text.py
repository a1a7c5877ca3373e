"""A diff for the terminal: consequences first, then each object's fields, by environment and component."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import click

from .change import Change, by_component
from .fields import ABSENT, Field
from .impact import Impact, Severity
from .source import Comparison

MARKS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}
COLOURS = {Severity.DANGER: "red", Severity.WARNING: "yellow", Severity.NOTE: None}
WIDTH = 96
"""Longest value that is shown on one line."""


def text(found: Comparison, impacts: Sequence[Impact]) -> str:
    """The whole diff; click drops its colours where nobody sees them."""
    return "\n".join(_lines(found, impacts)).rstrip() or f"nothing differs from {found.base}"


def _lines(found: Comparison, impacts: Sequence[Impact]) -> Iterator[str]:
    for environment in found.environments:
        here = [change for change in found.changes if change.environment == environment]
        yield click.style(f"{environment}: {summary(here)}", bold=True)
        for impact in impacts:
            if impact.environment == environment and impact.severity > Severity.NOTE:
                yield click.style(f"  ! {impact}", fg=COLOURS[impact.severity])
        for _, component, group in by_component(here):
            yield f"\n  {component}"
            for change in group:
                mark, colour = MARKS[change.verb]
                yield click.style(f"  {mark} {change}", fg=colour)
                yield from (f"      {line}" for field in change.fields for line in lines(field))
        yield ""


def summary(found: Sequence[Change]) -> str:
    """`3 changed, 1 added`, in the order of what a reviewer looks at first."""
    counts = {verb: sum(change.verb == verb for change in found) for verb in ("removed", "changed", "added")}
    return ", ".join(f"{count} {verb}" for verb, count in counts.items() if count) or "nothing changes"


def lines(field: Field) -> Iterator[str]:
    """A field as `path: before -> after`; long texts by the lines that differ."""
    if isinstance(field.before, str) and isinstance(field.after, str) and "\n" in field.before + field.after:
        yield f"{field.shown}:"
        yield from (f"  {line}" for line in line_diff(field.before, field.after))
    elif field.before is ABSENT:
        yield f"+ {field.shown}: {value(field.after)}"
    elif field.after is ABSENT:
        yield f"- {field.shown}: {value(field.before)}"
    else:
        yield f"{field.shown}: {value(field.before)} -> {value(field.after)}"


def value(found: Any) -> str:
    """A value on one line, shortened in its middle where nobody could read it to its end."""
    shown = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, sort_keys=True)
    shown = shown.replace("\n", "\\n")
    return shown if len(shown) <= WIDTH else f"{shown[: WIDTH - 24]} … {shown[-20:]}"


def line_diff(before: str, after: str) -> Iterator[str]:
    """Only the lines that differ, with - and +."""
    import difflib

    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0):
        if not line.startswith(("---", "+++", "@@")):
            yield line
