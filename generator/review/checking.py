"""The checks of changed environments, in a process of their own that loads the rules while this one still renders.

Two fifths of a check's time pass before its first object, in compiling the policies. Where a process cannot be forked
safely, everything runs in this one.
"""

from __future__ import annotations

import copyreg
import multiprocessing
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from types import MappingProxyType
from typing import Any

from generator.check import current
from generator.check.finding import Finding
from generator.environment.model import Environment
from generator.trees.plan import Plan
from generator.trees.write import Report

FORKS = sys.platform == "linux"
"""Elsewhere system libraries may have started threads, which a fork would leave without their owners."""
UNTOUCHED = Report([], [], [], 0)
"""What is judged is what the environment files yield, whatever lies on disk."""


@dataclass(frozen=True)
class Work:
    """One environment to be checked; `made` holds its own files and objects alone."""

    root: Path
    made: Plan
    env: Environment
    today: date


def work(root: Path, made: Plan, env: Environment, today: date) -> Work:
    below = f"rendered/{env.name}/"
    sides: Iterable[Mapping[str, Any]] = (made.files, made.objects, made.templates)
    own = ({path: value for path, value in side.items() if path.startswith(below)} for side in sides)
    return Work(root, Plan(*own), env, today)


def stale(report: Report) -> list[Finding]:
    """One finding for all files that are not what was judged: what is merged would be another change."""
    paths = [*report.created, *report.changed, *report.deleted]
    if not paths:
        return []
    message = f"of the generated files {len(paths)} are not what environments/ yields, this one first"
    return [Finding(min(paths), 0, current.RULE, "", message, "run `make render` and commit what it writes")]


class Checker:
    """A process that waits for environments and checks them."""

    def __init__(self, *, forks: bool = FORKS) -> None:
        self._given: list[Work] = []
        self._pipe: Connection | None = None
        if forks:
            copyreg.pickle(MappingProxyType, _reduced)  # maps of an environment are read-only
            context = multiprocessing.get_context("fork")
            self._pipe, theirs = context.Pipe()
            context.Process(target=_serve, args=(theirs, self._pipe), daemon=True).start()
            theirs.close()

    def begin(self, given: Iterable[Work]) -> None:
        """Returns as soon as the other process has it; without one, does nothing yet."""
        self._given = list(given)
        if self._pipe:
            self._pipe.send(self._given)

    def findings(self) -> list[Finding]:
        """Waits for the findings of all that was given; raises EOFError when the other process has failed."""
        if not self._given:
            return []
        found: list[Finding] = self._pipe.recv() if self._pipe else _checked(self._given)
        return found


def _serve(pipe: Connection, other: Connection) -> None:
    other.close()  # or its end would never come
    from generator.check.admission import lint
    from generator.check.admission.policy import policy
    from generator.check.aws import registry as account  # noqa: F401  loaded now to be there at once
    from generator.check.rules import registry as rules  # noqa: F401
    from generator.components.policies import policies

    for obj in policies():
        lint.examine(policy(obj))
    try:
        given = pipe.recv()
    except EOFError:  # nothing changes
        return
    pipe.send(sorted(_halved(given)))


def _halved(given: Sequence[Work]) -> list[Finding]:
    """Half of the environments in one process more, which has the rules from this one."""
    mine, others = given[::2], given[1::2]
    if not others:
        return _checked(mine)
    ours, theirs = multiprocessing.Pipe(duplex=False)
    helper = os.fork()
    if not helper:
        try:
            theirs.send(_checked(others))
        finally:
            os._exit(0)
    theirs.close()
    found = _checked(mine)
    try:
        found += ours.recv()
    except EOFError:  # what it failed of is to be seen here
        found += _checked(others)
    os.waitpid(helper, 0)
    return found


def _checked(given: Iterable[Work]) -> list[Finding]:
    from generator.check import run

    return sorted(
        finding
        for one in given
        for finding in run.check_environment(one.root, one.made, one.env, UNTOUCHED, one.today).findings
    )


def _reduced(found: MappingProxyType[Any, Any]) -> tuple[Any, ...]:
    return _proxy, (dict(found),)


def _proxy(found: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(found)
