"""How rules read a changed object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.check.objectset import TEMPLATES, dig
from generator.diff.change import Change
from generator.diff.fields import ABSENT, Field, Step
from generator.diff.impact import Impact, Severity


def note(category: str, change: Change, text: str) -> Impact:
    return Impact(Severity.NOTE, category, change.environment, str(change), text)


def warning(category: str, change: Change, text: str) -> Impact:
    return Impact(Severity.WARNING, category, change.environment, str(change), text)


def danger(category: str, change: Change, text: str) -> Impact:
    return Impact(Severity.DANGER, category, change.environment, str(change), text)


def below(change: Change, *path: Step) -> Iterator[Field]:
    """The fields that differ at or below a path, or whose parent appeared or went."""
    for field in change.fields:
        length = min(len(path), len(field.path))
        if field.path[:length] == path[:length]:
            yield field


def both(change: Change, *path: Step) -> tuple[Any, Any]:
    """The value at a path before and after; None where there is none."""
    return dig(change.before, path), dig(change.after, path)


def runs_pods(change: Change) -> bool:
    return change.kind in TEMPLATES


def template(change: Change) -> tuple[Step, ...]:
    """The path of the pod template."""
    return tuple(TEMPLATES[change.kind])


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def listed(names: Any, most: int = 4) -> str:
    """Names in a sentence, the first few of many."""
    found = [str(name) for name in names]
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")


def shown(value: object) -> str:
    """A field's value in a sentence."""
    return "none" if value is ABSENT else str(value)
