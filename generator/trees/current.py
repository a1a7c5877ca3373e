"""Which units are as they were rendered, by their record and by what lies on disk."""

from __future__ import annotations

from pathlib import Path

from generator import parallel
from generator.environment.load import DEFAULTS

from . import fingerprint, inputs, record
from .inputs import Unit
from .record import Entry


def proven(root: Path) -> dict[str, Entry]:
    """Environments whose inputs and trees have the recorded hashes.  Raises EnvironmentInvalid where there are none."""
    known = record.read(root)
    if not known:
        return {}
    units = [unit for unit in inputs.units(root) if unit.name != DEFAULTS and unit.name in known]
    tasks = [(unit, known[unit.name]) for unit in units]
    found = parallel.each(_Prover, (root,), tasks)
    return {unit.name: entry for (unit, entry), holds in zip(tasks, found, strict=True) if holds}


def holds(root: Path, unit: Unit, entry: Entry) -> bool:
    """Whether a unit is what its record says, so that rendering it would change nothing."""
    return entry.inputs == unit.inputs and entry.trees == {
        folder: fingerprint.of_folder(root / folder) for folder in unit.folders
    }


class _Prover:
    def __init__(self, root: Path) -> None:
        self.root = root

    def __call__(self, task: tuple[Unit, Entry]) -> bool:
        return holds(self.root, *task)
