"""Every environment of a repository, checked one by one: a fleet does not have to fit into memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from generator.check import current, run
from generator.check.finding import Finding
from generator.environment.load import DEFAULTS, names
from generator.environment.problem import EnvironmentInvalid, Problem
from generator.trees.plan import folders
from generator.trees.repository import Progress, Repository, every, strangers
from generator.trees.write import compare


@dataclass(frozen=True)
class Checked:
    """One environment, or the bases."""

    findings: Sequence[Finding]
    objects: int = 0
    problems: Sequence[Problem] = ()
    """Why it cannot be rendered, and so was not checked."""


def check(root: Path, today: date, progress: Progress = lambda done, of: None) -> run.Result:
    """The trees of all environments.  Raises EnvironmentInvalid with the problems of those that cannot be rendered."""
    units = [DEFAULTS, *names(Repository(root).folder)]
    done = every(Checking, (root, today), units, progress)
    stale = current.findings(root, {}, strangers(root, units))
    findings = [*stale, *(finding for one in done for finding in one.findings)]
    return run.Result(sorted(findings), sum(one.objects for one in done))


class Checking:
    """Checks units of one repository; keeps what they share."""

    def __init__(self, root: Path, today: date) -> None:
        self.root, self.today = root, today
        self.repository = Repository(root)

    def __call__(self, name: str) -> Checked:
        try:
            if name == DEFAULTS:
                files = self.repository.unit(name).files
                report = compare(self.root, files, folders(name))
                return Checked(list(current.findings(self.root, files, report)))
            made, env = self.repository.environment(name)
        except EnvironmentInvalid as error:
            return Checked([], problems=error.problems)
        report = compare(self.root, made.files, folders(name))
        result = run.check_environment(self.root, made, env, report, self.today)
        return Checked([*current.findings(self.root, made.files, report), *result.findings], result.objects)
