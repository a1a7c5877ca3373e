"""What a change costs in each environment that it touches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.cost.compare import Delta, delta
from generator.cost.estimate import estimate
from generator.diff.source import Comparison
from generator.kubernetes.objects import Obj
from generator.trees.plan import Plan


def costs(found: Comparison, made: Plan, environments: list[str]) -> dict[str, Delta]:
    """By environment; one that only today's model can read, or that is gone, has one side."""
    objects, templates = before(found, made.objects, made.templates)
    deltas = {}
    for name in environments:
        old, new = found.before.get(name), found.after.get(name)
        sides = (
            estimate(old, objects, templates) if old else None,
            estimate(new, made.objects, made.templates) if new else None,
        )
        if any(sides):
            deltas[name] = delta(*sides)
    return deltas


def before(
    found: Comparison, objects: Mapping[str, Obj], templates: Mapping[str, Obj]
) -> tuple[dict[str, Obj], dict[str, Obj]]:
    """Objects and templates as the base has them: those of now with each change undone."""
    old_objects: dict[str, Any] = dict(objects)
    old_templates: dict[str, Any] = {path: {"Resources": dict(one["Resources"])} for path, one in templates.items()}
    for change in found.changes:
        if change.of_template:
            resources = old_templates.setdefault(change.file, {"Resources": {}})["Resources"]
            _undo(resources, change.name, change.before)
        else:
            _undo(old_objects, change.file, change.before)
    return old_objects, old_templates


def _undo(held: dict[str, Any], key: str, value: Obj | None) -> None:
    held.pop(key, None)
    if value is not None:
        held[key] = value
