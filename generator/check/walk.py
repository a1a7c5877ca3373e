"""Ways through objects that may lack any field, or hold something else than they should."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.check.objectset import dig
from generator.kubernetes.objects import Obj


def each(value: Any, *path: str | int) -> Iterator[tuple[int, Obj]]:
    """The maps in the list at a path, each with its index; nothing where there is no list."""
    found = dig(value, path)
    if isinstance(found, list):
        yield from ((index, one) for index, one in enumerate(found) if isinstance(one, dict))


def table(value: Any, *path: str | int) -> Obj:
    """The map at a path; empty where there is none."""
    found = dig(value, path)
    return found if isinstance(found, dict) else {}


def texts(value: Any, *path: str | int) -> list[str]:
    """The strings in the list at a path."""
    found = dig(value, path)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def text(value: Any, *path: str | int) -> str:
    """The string at a path; empty where there is none."""
    found = dig(value, path)
    return found if isinstance(found, str) else ""


def number(value: Any, *path: str | int) -> float | None:
    """The number at a path, also one written as a string; None where there is none."""
    found = dig(value, path)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        return float(found)
    except ValueError:
        return None
