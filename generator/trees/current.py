"""Which units are as they were rendered, by their record and by what lies on disk."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from generator import parallel
from generator.environment.load import DEFAULTS

from . import fingerprint, inputs, record
from .inputs import Unit
from .record import Entry

PRECISION = 2_000_000_000
"""Nanoseconds within which a file system may give two changes the same time: FAT, the coarsest, counts in two s."""


def proven(root: Path) -> dict[str, Entry]:
    """Environments whose inputs and trees have the recorded hashes.  Raises EnvironmentInvalid where there are none."""
    known = record.read(root)
    if not known:
        return {}
    units = [unit for unit in inputs.units(root) if unit.name != DEFAULTS and unit.name in known]
    tasks = [(unit, known[unit.name]) for unit in units]
    found = parallel.each(_Prover, (root,), tasks)
    return {unit.name: entry for (unit, _), entry in zip(tasks, found, strict=True) if entry}


def found_current(root: Path, unit: Unit, entry: Entry) -> Entry | None:
    """The record of a unit that is what it says, so that rendering it would change nothing; None where it is not.

    Contents are read where the file system says something else than when they were last read, or was told to change
    them within its own precision of that.
    """
    if entry.inputs != unit.inputs or entry.trees.keys() != set(unit.folders):
        return None
    stamps = {}
    for folder in unit.folders:
        now = time.time_ns()
        stamp, newest = fingerprint.stamp(root / folder)
        if entry.stamps.get(folder) != stamp and fingerprint.of_folder(root / folder) != entry.trees[folder]:
            return None
        if newest < now - PRECISION:
            stamps[folder] = stamp
    return replace(entry, stamps=stamps)


class _Prover:
    def __init__(self, root: Path) -> None:
        self.root = root

    def __call__(self, task: tuple[Unit, Entry]) -> Entry | None:
        return found_current(self.root, *task)
