"""The nine points, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from . import calls, flows, gateways, models, pods, routes, spot, targets, traces
from .look import Look
from .result import Observation, Result, attempt
from .rights import Need


class Check(Protocol):
    """What every module of a check has."""

    TITLE: str

    @property
    def needs(self) -> Callable[[Environment, Sequence[Obj]], list[Need]]: ...

    @property
    def check(self) -> Callable[[Look], Iterator[Observation]]: ...


@dataclass(frozen=True)
class Point:
    """One check under its number."""

    number: int
    check: Check

    @property
    def title(self) -> str:
        return self.check.TITLE

    def run(self, look: Look) -> Result:
        found = attempt(self.check.check(look), "docs/verify.md")
        return Result(self.number, self.title, tuple(dict.fromkeys(found)))


_CHECKS: tuple[Check, ...] = (pods, gateways, models, flows, traces, targets, calls, routes, spot)
CHECKLIST = tuple(Point(number, check) for number, check in enumerate(_CHECKS, 1))


def needs(points: Sequence[Point], env: Environment, objects: Sequence[Obj]) -> list[Need]:
    """Everything that these checks must be allowed, each once."""
    return list(dict.fromkeys(need for point in points for need in point.check.needs(env, objects)))
