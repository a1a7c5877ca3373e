"""Every rule of consequences, in the order in which they speak of one object."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from generator.diff.change import Change
from generator.diff.impact import Impact
from generator.diff.source import Comparison

from . import (
    access,
    account,
    alerts,
    delivery,
    edges,
    images,
    immutable,
    nodes,
    policies,
    removed,
    restart,
    scale,
    settings,
    state,
)
from .reading import listed, note

Rule = Callable[[Change], Iterator[Impact]]
"""Reads one changed object; several rules may speak of the same."""

RULES: tuple[Rule, ...] = (
    removed.check,
    immutable.check,
    state.check,
    access.check,
    edges.check,
    policies.check,
    images.check,
    nodes.check,
    restart.check,
    scale.check,
    delivery.check,
    alerts.check,
    account.check,
)


def impacts(comparison: Comparison) -> list[Impact]:
    """Consequences by environment, the gravest first; an object of which no rule speaks is noted all the same."""
    said: list[Impact] = []
    for name in sorted(comparison.before.keys() & comparison.after.keys()):
        said += settings.check(comparison.before[name], comparison.after[name])
    for change in comparison.changes:
        spoken = [impact for rule in RULES for impact in rule(change)]
        said += dict.fromkeys(spoken) or [_plain(change)]
    return sorted(said, key=lambda impact: (impact.environment, -impact.severity))


def _plain(change: Change) -> Impact:
    if change.verb != "changed":
        return note("other", change, f"is {change.verb}")
    return note("other", change, f"changes in place ({listed(dict.fromkeys(field.shown for field in change.fields))})")
