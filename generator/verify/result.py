"""What a check found: observations, each with its evidence and, where something is wrong, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .access import Absent, Silent, Unseen


class State(Enum):
    """In order of weight: the heaviest of its observations is that of a check."""

    FAILED = "failed"
    UNSEEN = "not seen"
    OK = "ok"
    SKIPPED = "does not apply"


@dataclass(frozen=True)
class Observation:
    """One thing that was looked at."""

    state: State
    evidence: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        return {"state": self.state.value, "evidence": self.evidence, "remedy": self.remedy}


def ok(evidence: str) -> Observation:
    return Observation(State.OK, evidence)


def failed(evidence: str, remedy: str) -> Observation:
    return Observation(State.FAILED, evidence, remedy)


def unseen(evidence: str) -> Observation:
    return Observation(State.UNSEEN, f"could not see: {evidence}")


def skipped(evidence: str) -> Observation:
    """It does not apply to this environment, or was not asked for."""
    return Observation(State.SKIPPED, evidence)


def attempt(found: Iterable[Observation], remedy: str) -> Iterator[Observation]:
    """What was observed and, where that broke off, why."""
    try:
        yield from found
    except Unseen as error:
        yield unseen(str(error))
    except (Absent, Silent) as error:
        yield failed(str(error), remedy)


@dataclass(frozen=True)
class Result:
    """One point of the checklist."""

    number: int
    title: str
    observations: tuple[Observation, ...]

    @property
    def state(self) -> State:
        states = {one.state for one in self.observations}
        return next((state for state in State if state in states), State.SKIPPED)

    def as_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "title": self.title,
            "state": self.state.value,
            "observations": [one.as_dict() for one in self.observations],
        }
