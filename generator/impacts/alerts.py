"""Who is told of what: alerts that come, go, or begin elsewhere, and the people behind them."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diff.change import Change
from generator.diff.fields import ABSENT
from generator.diff.impact import Impact

from .reading import below, listed, note, warning


def check(change: Change) -> Iterator[Impact]:
    if change.verb != "changed":
        return
    if change.kind == "PrometheusRule":
        yield from _alerts(change)
    elif change.kind == "AlertmanagerConfig":
        for field in below(change, "spec"):
            yield warning("alert", change, f"others are told, or otherwise: {field.shown.removeprefix('spec.')}")
    elif change.kind in ("ServiceMonitor", "PodMonitor"):
        differing = listed(field.shown.removeprefix("spec.") for field in below(change, "spec"))
        yield warning("alert", change, f"scrapes differently ({differing}): alerts see only what is scraped")


def _alerts(change: Change) -> Iterator[Impact]:
    for field in below(change, "spec", "groups"):
        names = [str(step).strip("[]") for step in field.path if str(step).startswith("[")]
        name = names[-1] if names else "rules"
        if field.after is ABSENT:
            yield warning("alert", change, f"{name} is no longer looked at")
        elif field.before is ABSENT:
            yield note("alert", change, f"{name} is new")
        elif field.path[-1] in ("expr", "for", "keep_firing_for"):
            yield warning("alert", change, f"{name} begins elsewhere ({field.path[-1]})")
        else:
            yield note("alert", change, f"{name} says something else ({field.path[-1]})")
