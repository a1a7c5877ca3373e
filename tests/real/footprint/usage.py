"""What a program takes of the machine, read from /proc."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from tests.real.process import Process

TICK = os.sysconf("SC_CLK_TCK")
MIB = 1 << 20


@dataclass(frozen=True)
class Usage:
    """Of all processes of a program's group together; memory that they share counts for each."""

    resident: float
    """MiB now."""
    peak: float
    """MiB: the most that each has held, at whatever moment."""
    cpu: float
    """Seconds so far, of user and system, children that have ended included."""


def usage(program: Process) -> Usage:
    """Now."""
    resident = peak = cpu = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) != program.pid:
                continue
            status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
            resident += _mib(status.get("VmRSS", "0 kB"))
            peak += _mib(status.get("VmHWM", "0 kB"))
            cpu += sum(map(int, fields[11:15])) / TICK
    return Usage(resident, peak, cpu)


def _mib(text: str) -> float:
    return int(text.split()[0]) / 1024
