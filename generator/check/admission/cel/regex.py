"""find and findAll, on RE2 as in Kubernetes: no lookaround, no back-references, linear time."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import re2  # type: ignore[import-untyped]

from generator.check.admission.cel.declaration import Function

_ANY_BYTE = re.compile(r"(?:[^\\]|\\[^C])*\\C", re.DOTALL)


@cache
def compiled(pattern: str) -> Any:
    """Raises ValueError for a pattern that Go's RE2 does not take; the one of C++ knows \\C besides."""
    if _ANY_BYTE.match(pattern):
        raise ValueError(f"illegal regular expression {pattern!r}: invalid escape sequence \\C")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options=options)
    except re2.error as error:
        raise ValueError(f"illegal regular expression {pattern!r}: {error}") from None


def find(text: str, pattern: str) -> str:
    hit = compiled(pattern).search(text)
    return str(hit.group()) if hit else ""


def find_all(text: str, pattern: str, limit: int = -1) -> list[str]:
    """Matches from left to right; an empty one right behind another match does not count."""
    expression = compiled(pattern)
    found: list[str] = []
    position, previous = 0, -1
    while position <= len(text) and len(found) != limit:
        hit = expression.search(text, position)
        if hit is None:
            break
        start, end = hit.span()
        if end != position or start != previous:
            found.append(str(hit.group()))
        position = end + (end == position)
        previous = end
    return found


FUNCTIONS = (
    Function("find", "string_find_string", ("string", "string"), "string", find, member=True),
    Function("findAll", "string_find_all_string", ("string", "string"), "list(string)", find_all, member=True),
    Function(
        "findAll", "string_find_all_string_int", ("string", "string", "int"), "list(string)", find_all, member=True
    ),
)
