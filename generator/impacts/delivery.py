"""How Argo CD brings changes: from where, by itself or not, and what it may touch."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diff.change import Change
from generator.diff.fields import ABSENT
from generator.diff.impact import Impact

from .reading import below, danger, listed, note, shown, warning


def check(change: Change) -> Iterator[Impact]:
    if change.kind in ("Application", "ApplicationSet") and change.verb == "changed":
        for field in change.fields:
            if field.path[-1] in ("repoURL", "path") or (
                field.path[-1] == "targetRevision" and "chart" not in _source(change)
            ):
                text = f"syncs from {field.path[-1]} {field.after} instead of {field.before}"
                yield danger("delivery", change, text)
            elif "automated" in field.path:
                yield warning("delivery", change, f"what happens by itself changes: {field.shown} is {field.after}")
            elif field.path[:3] == ("spec", "destination", "namespace"):
                text = f"objects that name no namespace go to {shown(field.after)} instead of {shown(field.before)}"
                yield note("delivery", change, text)
            elif "destination" in field.path:
                yield danger("delivery", change, f"syncs to another place: {field.shown} is {field.after}")
    elif change.kind == "AppProject" and change.verb == "changed":
        yield from _project(change)
    elif change.kind == "Application" and change.verb == "added":
        yield note("delivery", change, "a new Application, which syncs by itself")


def _source(change: Change) -> dict[str, object]:
    found = (change.after or {}).get("spec", {}).get("source")
    return found if isinstance(found, dict) else {}


def _project(change: Change) -> Iterator[Impact]:
    for field in below(change, "spec", "syncWindows"):
        yield warning("delivery", change, f"times of syncs change: {field.shown} is {shown(field.after)}")
    for key in ("sourceRepos", "destinations", "clusterResourceWhitelist", "namespaceResourceBlacklist"):
        gained = [field for field in below(change, "spec", key) if field.after is not ABSENT]
        lost = [field for field in below(change, "spec", key) if field.after is ABSENT]
        more, fewer = (lost, gained) if key == "namespaceResourceBlacklist" else (gained, lost)
        if more:
            yield warning("security", change, f"its Applications may touch more ({key}: {listed(map(_value, more))})")
        if fewer:
            yield warning("delivery", change, f"its Applications may touch less ({key}: {listed(map(_value, fewer))})")


def _value(field: object) -> str:
    after, before = getattr(field, "after", ABSENT), getattr(field, "before", ABSENT)
    value = before if after is ABSENT else after
    if isinstance(value, dict):
        return "/".join(str(value[key]) for key in ("namespace", "group", "kind", "name") if value.get(key))
    return str(value)
