"""One unit on its way to the disk: proven current by its record, or rendered and staged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.environment.problem import EnvironmentInvalid, Problem

from . import fingerprint
from .current import found_current
from .inputs import Unit
from .record import Entry
from .repository import Repository
from .write import Report, stage


@dataclass(frozen=True)
class Prepared:
    """What the disk needs for a unit to be current; its new files are staged."""

    unit: Unit
    entry: Entry | None
    """What to record once the unit is written; none where it cannot be rendered."""
    report: Report
    rendered: bool
    problems: Sequence[Problem] = ()


class Preparer:
    """Prepares units of one repository; keeps what they share.  Raises OSError where it cannot write."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.repository = Repository(root)

    def __call__(self, task: tuple[Unit, Entry | None]) -> Prepared:
        unit, recorded = task
        if recorded and (entry := found_current(self.root, unit, recorded)):
            return Prepared(unit, entry, Report([], [], [], entry.files), rendered=False)
        try:
            made = self.repository.unit(unit.name)
        except EnvironmentInvalid as error:
            return Prepared(unit, None, Report([], [], [], 0), rendered=False, problems=error.problems)
        report = stage(self.root, made.files, unit.folders)
        trees = {folder: fingerprint.of_files(made.files, folder) for folder in unit.folders}
        return Prepared(unit, Entry(unit.inputs, trees, len(made.files), len(made.objects)), report, rendered=True)
