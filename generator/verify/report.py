"""What a run found, as text and for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from .registry import Point
from .result import Result, State
from .rights import Need


def table(results: Sequence[Result]) -> Iterator[str]:
    """A line a check; below it each observation, and the remedy of what is wrong."""
    width = max(len(result.title) for result in results)
    for result in results:
        yield f"{result.number}  {result.title:<{width}}  {result.state.value}"
        for one in result.observations:
            yield f"     {'FAILED: ' if one.state is State.FAILED else ''}{one.evidence}"
            if one.remedy:
                yield f"       -> {one.remedy}"


def verdict(results: Sequence[Result]) -> str:
    """How many checks ended how: `7 ok, 1 failed, 1 not seen`."""
    counts = Counter(result.state for result in results)
    return ", ".join(f"{counts[state]} {state.value}" for state in State if counts[state])


def as_dict(environment: str, context: str, results: Sequence[Result]) -> dict[str, Any]:
    return {"environment": environment, "context": context, "checks": [result.as_dict() for result in results]}


def listed(points: Sequence[Point], needed: dict[int, list[Need]]) -> Iterator[str]:
    """The checks, and what each must be allowed."""
    for point in points:
        yield f"{point.number}  {point.title}"
        rights = [str(need) for need in dict.fromkeys(needed[point.number])]
        yield from (f"     {right}" for right in rights or ["nothing"])
