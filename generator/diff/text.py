"""A diff for the terminal: consequences first, then each object's fields, by environment and component."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import click

from generator.environment.visible import visible

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
    for environment in environments(found, impacts):
        here = [change for change in found.changes if change.environment == environment]
        yield click.style(f"{environment}: {summary(here)}", bold=True)
        for impact in impacts:
            if impact.environment == environment and impact.severity > Severity.NOTE:
                yield click.style(f"  ! {visible(str(impact))}", fg=COLOURS[impact.severity])
        for _, component, group in by_component(here):
            yield f"\n  {component}"
            for change in group:
                mark, colour = MARKS[change.verb]
                yield click.style(f"  {mark} {visible(str(change))}", fg=colour)
                yield from (f"      {line}" for field in change.fields for line in lines(field))
        yield ""


def environments(found: Comparison, impacts: Sequence[Impact]) -> list[str]:
    """Those of which there is something to say: a setting may change no object."""
    return sorted({*found.environments, *(impact.environment for impact in impacts)})


def summary(found: Sequence[Change]) -> str:
    """`3 changed, 1 added`, in the order of what a reviewer looks at first."""
    counts = {verb: sum(change.verb == verb for change in found) for verb in ("removed", "changed", "added")}
    return ", ".join(f"{count} {verb}" for verb, count in counts.items() if count) or "no object changes"


def lines(field: Field) -> Iterator[str]:
    """A field as `path: before -> after`; long texts by the lines that differ."""
    yield from map(visible, _shown(field))


def _shown(field: Field) -> Iterator[str]:
    if isinstance(field.before, str) and isinstance(field.after, str) and "\n" in field.before + field.after:
        yield f"{field.shown}:"
        yield from (f"  {line}" for line in line_diff(field.before, field.after))
    elif field.before is ABSENT:
        yield f"+ {field.shown}: {value(field.after)}"
    elif field.after is ABSENT:
        yield f"- {field.shown}: {value(field.before)}"
    else:
        yield f"{field.shown}: {' -> '.join(_around(_flat(field.before), _flat(field.after)))}"


def value(found: Any) -> str:
    """A value on one line, shortened in its middle where nobody could read it to its end."""
    return _shortened(_flat(found))


def _flat(found: Any) -> str:
    shown = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, sort_keys=True)
    return shown.replace("\n", "\\n")


def _shortened(shown: str) -> str:
    return shown if len(shown) <= WIDTH else f"{shown[: WIDTH - 24]} … {shown[-20:]}"


def _around(before: str, after: str) -> Iterator[str]:
    """Two values without most of what both begin with: the place where they part is shown, however far in it is."""
    pairs = enumerate(zip(before, after, strict=False))
    common = next((place for place, (old, new) in pairs if old != new), min(len(before), len(after)))
    cut = max(0, common - 24) if max(len(before), len(after)) > WIDTH else 0
    yield from (f"{'… ' if cut else ''}{_shortened(shown[cut:])}" for shown in (before, after))


def line_diff(before: str, after: str) -> Iterator[str]:
    """Only the lines that differ, with - and +."""
    import difflib

    # By position and not by their look: a line of the text may begin with -- or ++ itself.
    head = 2
    for index, line in enumerate(difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=0)):
        if index >= head and not line.startswith("@@"):
            yield line
