"""Every environment of a repository, checked one by one: a fleet does not have to fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from generator import parallel
from generator.check import current, run
from generator.check.finding import Finding
from generator.environment.load import DEFAULTS, names
from generator.environment.problem import EnvironmentInvalid, Problem
from generator.trees.plan import ROOTS, folders
from generator.trees.repository import Repository
from generator.trees.write import Report, compare, ownerless


@dataclass(frozen=True)
class Checked:
    """One environment, or the bases."""

    findings: Sequence[Finding]
    objects: int = 0
    problems: Sequence[Problem] = ()
    """Why it cannot be rendered, and so was not checked."""


def check(root: Path, today: date, progress: Callable[[int, int], None] = lambda done, of: None) -> run.Result:
    """The trees of all environments.  Raises EnvironmentInvalid with the problems of those that cannot be rendered."""
    repository = Repository(root)
    units = [DEFAULTS, *names(repository.folder)]
    done: list[Checked] = []
    for one in parallel.each(Checking, (root, today), units):
        done.append(one)
        progress(len(done) - 1, len(units) - 1)
        if one.problems and len(done) == 1:
            break  # every environment would repeat those of the defaults
    if problems := [problem for one in done for problem in one.problems]:
        raise EnvironmentInvalid(problems)
    owned = [folder for name in units for folder in folders(name)]
    stale = Report([], [], ownerless(root, ROOTS, owned), 0)
    findings = [*current.findings(root, {}, stale), *(finding for one in done for finding in one.findings)]
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
