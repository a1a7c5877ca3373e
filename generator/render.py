"""Environments -> trees on disk: what changed is rendered, everything is written together or nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from generator.environment.load import DEFAULTS
from generator.trees import inputs, record
from generator.trees.plan import ROOTS
from generator.trees.prepare import Preparer
from generator.trees.repository import Progress, every, strangers
from generator.trees.write import Report, commit, sweep


@dataclass(frozen=True)
class Rendered:
    """What a render found and did."""

    report: Report
    objects: int
    environments: int
    current: int
    """Environments that were proven current, and so not rendered."""


def render(root: Path, *, anew: bool = False, progress: Progress = lambda done, of: None) -> Rendered:
    """Makes base/, overlays/ and rendered/ what environments/ yields; `anew` trusts no record.

    `progress` is told how many of how many are done.  Raises EnvironmentInvalid or OSError, and the trees are as they
    were.
    """
    units = inputs.units(root)
    known = {} if anew else record.read(root)
    try:
        prepared = every(Preparer, (root,), [(unit, known.get(unit.name)) for unit in units], progress)
        reports = [*(one.report for one in prepared), strangers(root, [unit.name for unit in units])]
        commit(root, reports)
    except BaseException:
        sweep(root, ROOTS)
        raise
    entries = {one.unit.name: one.entry for one in prepared if one.entry}
    if entries != known:
        with suppress(OSError):
            record.save(root, entries)
    return Rendered(
        _sum(reports),
        sum(entry.objects for entry in entries.values()),
        len(units) - 1,
        sum(not one.rendered for one in prepared if one.unit.name != DEFAULTS),
    )


def _sum(reports: Sequence[Report]) -> Report:
    return Report(
        sorted(path for report in reports for path in report.created),
        sorted(path for report in reports for path in report.changed),
        sorted(path for report in reports for path in report.deleted),
        sum(report.unchanged for report in reports),
    )
