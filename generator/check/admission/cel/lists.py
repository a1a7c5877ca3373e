"""Kubernetes' functions on lists: isSorted, sum, min, max, indexOf, lastIndexOf.

Declared for the types of JSON alone: a sum of unsigned numbers or of durations would lose its type or its nanoseconds
on the way through Python, so it is refused as unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from generator.check.admission.cel.declaration import Function

_MAX = 2**63 - 1
_ORDERED = {"int": "int", "double": "double", "string": "string", "bool": "bool", "bytes": "bytes"}
_EQUATABLE = (*_ORDERED, "uint")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _compare(one: Any, other: Any) -> int:
    """-1, 0 or 1. Raises ValueError for values that have no order."""
    comparable = type(one) is type(other) or (_is_number(one) and _is_number(other))
    if not comparable or isinstance(one, list | dict | None):
        raise ValueError("no such overload")
    return int(one > other) - int(one < other)


def equal(one: Any, other: Any) -> bool:
    """Equality of the language: numbers of any type compare, a boolean is not a number."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    comparable = type(one) is type(other) or (_is_number(one) and _is_number(other))
    return comparable and bool(one == other)


def is_sorted(values: list[Any]) -> bool:
    return all(_compare(one, other) <= 0 for one, other in pairwise(values))


def total(values: list[Any]) -> int | float:
    """Raises ValueError for an overflow and for what is not all of one numeric type."""
    result: int | float = 0.0 if values and isinstance(values[0], float) else 0
    for value in values:
        if type(value) is not type(result):
            raise ValueError("no such overload")
        result += value
        if isinstance(result, int) and not -_MAX - 1 <= result <= _MAX:
            raise ValueError("integer overflow")
    return result


def _extreme(values: Iterable[Any], sense: int) -> Any:
    found: list[Any] = []
    for value in values:
        if not found or _compare(value, found[0]) == sense:
            found = [value]
    if not found:
        raise ValueError("called on an empty list")
    return found[0]


def smallest(values: list[Any]) -> Any:
    return _extreme(values, -1)


def largest(values: list[Any]) -> Any:
    return _extreme(values, 1)


def index_of(values: list[Any], item: Any) -> int:
    return next((index for index, value in enumerate(values) if equal(value, item)), -1)


def last_index_of(values: list[Any], item: Any) -> int:
    return next((index for index in range(len(values) - 1, -1, -1) if equal(values[index], item)), -1)


FUNCTIONS = (
    *(
        Function("sum", f"list_{kind}_sum_{kind}", (f"list({kind})",), kind, total, member=True)
        for kind in ("int", "double")
    ),
    *(
        function
        for kind in _ORDERED
        for function in (
            Function("isSorted", f"list_{kind}_is_sorted_bool", (f"list({kind})",), "bool", is_sorted, member=True),
            Function("min", f"list_{kind}_min_{kind}", (f"list({kind})",), kind, smallest, member=True),
            Function("max", f"list_{kind}_max_{kind}", (f"list({kind})",), kind, largest, member=True),
        )
    ),
    *(
        function
        for kind in _EQUATABLE
        for function in (
            Function("indexOf", f"list_{kind}_index_of_int", (f"list({kind})", kind), "int", index_of, member=True),
            Function(
                "lastIndexOf",
                f"list_{kind}_last_index_of_int",
                (f"list({kind})", kind),
                "int",
                last_index_of,
                member=True,
            ),
        )
    ),
)
