"""Two values field by field: maps by key, lists by what names their items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .embedded import embedded


class _Absent:
    """Stands where a field is not there; `null` is a value."""

    def __repr__(self) -> str:
        return "absent"

    def __bool__(self) -> bool:
        return False


ABSENT = _Absent()

Step = str | int
KEYS = ("name", "containerPort", "mountPath", "topologyKey", "key", "model_name", "id", "alert", "record", "Key", "Sid")
"""What names an item in a list of maps: the first that all have and no two share; Kubernetes' merge keys first."""


@dataclass(frozen=True)
class Field:
    """A field that differs; `before` or `after` is ABSENT where it was added or removed."""

    path: tuple[Step, ...]
    before: Any
    after: Any

    @property
    def shown(self) -> str:
        """The path as a person writes it: `spec.containers[openclaw].image`; indexes of lists without names as [0]."""
        text = ""
        for step in self.path:
            if isinstance(step, str) and step.startswith("["):
                text += step
            elif type(step) is int:
                text += f"[{step}]"
            else:
                key = str(step)  # YAML has keys of other types
                name = f'"{key}"' if "." in key or "/" in key else key
                text += f".{name}" if text else name
        return text


def fields(before: Any, after: Any, path: tuple[Step, ...] = ()) -> Iterator[Field]:
    """Every field that differs, deepest first named; a whole map or list that appears is one field."""
    if _same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys(), key=str):
            yield from fields(before.get(key, ABSENT), after.get(key, ABSENT), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, path)
    elif isinstance(before, str) and isinstance(after, str) and (pair := embedded(path, before, after)):
        yield from fields(*pair, path)
    else:
        yield Field(path, before, after)


def _same(before: Any, after: Any) -> bool:
    """Equal in value and in type: Python holds 1 and true for equal, the API server does not."""
    if type(before) is not type(after):
        return False
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_same(value, after[key]) for key, value in before.items())
    if isinstance(before, list):
        return len(before) == len(after) and all(map(_same, before, after))
    return bool(before == after)


def _lists(before: list[Any], after: list[Any], path: tuple[Step, ...]) -> Iterator[Field]:
    key = _key(before, after)
    if key:
        old, new = ({str(item[key]): item for item in items} for items in (before, after))
        kept = [[name for name in side if name in old and name in new] for side in (old, new)]
        if kept[0] != kept[1]:
            yield Field(path, kept[0], kept[1])
        for name in dict.fromkeys((*old, *new)):
            yield from fields(old.get(name, ABSENT), new.get(name, ABSENT), (*path, f"[{name}]"))
    elif _are_scalars(before) and _are_scalars(after):
        gone = [item for item in before if item not in after]
        come = [item for item in after if item not in before]
        if gone or come:
            yield from (Field((*path, f"[{item}]"), item, ABSENT) for item in gone)
            yield from (Field((*path, f"[{item}]"), ABSENT, item) for item in come)
        else:
            yield Field(path, before, after)
    else:
        yield from _by_content(before, after, path)


def _by_content(before: list[Any], after: list[Any], path: tuple[Step, ...]) -> Iterator[Field]:
    """Items without a name: equal ones go together wherever they stand, the others in order."""
    old = [(index, item) for index, item in enumerate(before) if item not in after]
    new = [(index, item) for index, item in enumerate(after) if item not in before]
    for place in range(max(len(old), len(new))):
        was = old[place][1] if place < len(old) else ABSENT
        index, now = new[place] if place < len(new) else (old[place][0], ABSENT)
        yield from fields(was, now, (*path, index))
    if not old and not new:
        yield Field(path, before, after)


def _key(before: Sequence[Any], after: Sequence[Any]) -> str:
    for key in KEYS:
        if all(_names(items, key) for items in (before, after)):
            return key
    return ""


def _names(items: Sequence[Any], key: str) -> bool:
    if not all(isinstance(item, dict) and isinstance(item.get(key), str | int) for item in items):
        return False
    return len({str(item[key]) for item in items}) == len(items)


def _are_scalars(items: Sequence[Any]) -> bool:
    return all(not isinstance(item, dict | list) for item in items)
