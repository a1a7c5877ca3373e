"""Images and charts: which version comes instead of which."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.diff.change import Change
from generator.diff.impact import Impact

from .reading import below, both, danger, note, shown, warning

VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(.*)")


def check(change: Change) -> Iterator[Impact]:
    if change.verb != "changed":
        return
    for field in change.fields:
        if field.path[-1] == "image" and isinstance(field.before, str) and isinstance(field.after, str):
            yield _image(change, field.before, field.after)
    if change.kind == "Application":
        yield from _chart(change)
    if change.kind == "EC2NodeClass":
        for field in below(change, "spec", "amiSelectorTerms"):
            which = f"another AMI ({shown(field.before)} -> {shown(field.after)})"
            yield warning("image", change, f"{which}: every node is replaced within the budgets")


def _image(change: Change, before: str, after: str) -> Impact:
    (old_name, old), (new_name, new) = _split(before), _split(after)
    if old_name != new_name:
        return danger("image", change, f"another image: {new_name} instead of {old_name}")
    how = step(old, new)
    said = f"image {old_name.rpartition('/')[2]} {old} -> {new}"
    if how in ("major", "downgrade"):
        return danger("image", change, f"{said}, a {how}: read its release notes")
    return (warning if how == "other" else note)("image", change, f"{said}, {_a(how)}")


def _chart(change: Change) -> Iterator[Impact]:
    old, new = both(change, "spec", "source", "targetRevision")
    chart = both(change, "spec", "source", "chart")[1]
    if not chart:
        return
    if old != new:
        how = step(str(old), str(new))
        said = f"chart {chart} {old} -> {new}"
        if how in ("major", "downgrade"):
            yield danger("chart", change, f"{said}, a {how}: read its upgrade notes")
        else:
            yield warning("chart", change, f"{said}, {_a(how)}")
    values = list(below(change, "spec", "source", "helm", "valuesObject"))
    if values:
        shown = ", ".join(field.shown.removeprefix("spec.source.helm.valuesObject.") for field in values[:3])
        yield warning("chart", change, f"values of chart {chart} change: {shown}{' ...' if len(values) > 3 else ''}")


def step(before: str, after: str) -> str:
    """`major`, `minor`, `patch`, `downgrade`, or `other` where a tag is no version."""
    old, new = (VERSION.fullmatch(text) for text in (before, after))
    if not (old and new):
        return "other"
    first, second = ([int(part or 0) for part in found.groups()[:3]] for found in (old, new))
    if second < first:
        return "downgrade"
    return "major" if first[0] != second[0] else "minor" if first[1] != second[1] else "patch"


def _split(image: str) -> tuple[str, str]:
    bare, _, digest = image.partition("@")
    name, colon, tag = bare.rpartition(":")
    return (name, tag or digest) if colon and "/" not in tag else (bare, digest or "latest")


def _a(how: str) -> str:
    return "not a version" if how == "other" else f"a {how} release"
