"""docs/footprint.json: what was measured, one row a program and environment; a run replaces only its own rows."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[3] / "docs"
RECORD = DOCS / "footprint.json"


@dataclass(frozen=True)
class Figures:
    """What one program took.  Memory is MiB of resident set, all of its processes together."""

    program: str
    """As tools/programs calls it."""
    runs: str
    """The version that was measured."""
    rendered: str
    """The tag of the rendered image."""
    differs: str
    """Why that is not what was measured."""
    environment: str
    component: str
    date: str
    machine: str
    load: float
    """Of the machine in the minute before; more than its number of CPUs stretches `ready_wall`."""
    ready_cpu: float
    """Seconds of CPU until the readiness probe passed."""
    ready_wall: float
    """Seconds until then."""
    idle: float
    """Fifteen quiet seconds later."""
    calls: str
    """What it then did."""
    after: float
    """Held when that was done."""
    peak: float
    """The most, from the start on."""


def read() -> list[Figures]:
    """Every row, by program and environment; none before the first run."""
    if not RECORD.exists():
        return []
    return [Figures(**row) for row in json.loads(RECORD.read_text("utf-8"))]


def merged(old: Iterable[Figures], new: Iterable[Figures]) -> list[Figures]:
    """The new rows, and old ones of what was not measured again."""
    rows = {(row.program, row.environment): row for row in (*old, *new)}
    return [rows[key] for key in sorted(rows)]


def write(rows: Iterable[Figures]) -> None:
    """Replace the record."""
    RECORD.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", "utf-8")
