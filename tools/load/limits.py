"""A container's limits for a program of this machine, by the kernel's control groups, as the kubelet sets them.

Needs root and a writable hierarchy, of version 1 or 2.  Without it a program runs unlimited, and `applied` says so.
"""

import contextlib
import itertools
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
CORES = frozenset(os.sched_getaffinity(0))
"""Of this process, as it was started: the last one is for the program that is measured."""
PATIENCE = 10
"""Seconds within which a killed process must be gone."""
RIG = 8192
"""MiB for load generator, provider and cache together, far more than they take."""
PERIOD = 100_000
"""Microseconds over which the kernel counts CPU, as the kubelet has it."""
WEIGHTS = {"cpu.weight": 10_000, "cpu.shares": 262_144}
"""The greatest of each version: whatever else the machine does waits for the program that is measured."""
_numbers = itertools.count(1)
ENTER = 'for folder in $1; do echo $$ > "$folder/cgroup.procs"; done; shift; exec "$@"'


@dataclass(frozen=True)
class Group:
    """One container's group; made by `limited`."""

    memory: Path | None
    """Its folder in the hierarchy that counts memory; None where no group can be made."""
    cpu: Path | None
    core: int | None
    """The one CPU that it runs on; None for any."""

    @property
    def prefix(self) -> list[str]:
        """What a command line begins with that is to run in it."""
        folders = " ".join(sorted({str(folder) for folder in (self.memory, self.cpu) if folder}))
        enter = ["sh", "-c", ENTER, "sh", folders] if folders else []
        return [*enter, *([] if self.core is None else ["taskset", "-c", str(self.core)])]

    def hold(self, cores: float | None) -> bool:
        """From now on it gets no more CPU than this, None: all of its core.  False where that cannot be done."""
        if self.cpu is None:
            return False
        quota = None if cores is None else round(cores * PERIOD)
        if (self.cpu / "cpu.max").exists():
            (self.cpu / "cpu.max").write_text(f"{'max' if quota is None else quota} {PERIOD}")
        else:
            (self.cpu / "cpu.cfs_period_us").write_text(str(PERIOD))
            (self.cpu / "cpu.cfs_quota_us").write_text(str(-1 if quota is None else quota))
        return True

    @property
    def applied(self) -> str:
        """What holds, in words."""
        memory = "memory by control group" if self.memory else "no memory limit: control groups cannot be written here"
        return memory + ("" if self.core is None else ", one core of its own")


@contextlib.contextmanager
def limited(name: str, memory_mib: int, cpu: float | None = None, root: Path = ROOT) -> Iterator[Group]:
    """A group with these limits for the time of the block; whoever is left in it then is killed."""
    memory, processor = _folders(root, f"load-{os.getpid()}-{next(_numbers)}-{name}")
    with contextlib.ExitStack() as ends:
        try:
            for folder in sorted({memory, processor}):
                folder.mkdir()
                ends.callback(_remove, folder)
        except OSError:
            yield Group(None, None, _core())
            return
        file = "memory.max" if (memory / "memory.max").exists() else "memory.limit_in_bytes"
        (memory / file).write_text(str(memory_mib << 20))
        weight = "cpu.weight" if (processor / "cpu.weight").exists() else "cpu.shares"
        (processor / weight).write_text(str(WEIGHTS[weight]))
        group = Group(memory, processor, _core())
        group.hold(cpu)
        yield group


@contextlib.contextmanager
def ahead(root: Path = ROOT) -> Iterator[None]:
    """For the time of the block this process, and whatever it starts, comes before all other work of the machine."""
    with limited("rig", RIG, root=root) as group:
        if group.cpu is None:
            yield
            return
        me = str(os.getpid())
        (group.cpu / "cgroup.procs").write_text(me)
        try:
            yield
        finally:
            (group.cpu.parent / "cgroup.procs").write_text(me)


def spare() -> set[int]:
    """The CPUs that are left for whatever is not measured."""
    return set(CORES - {max(CORES)} or CORES)


def _remove(folder: Path) -> None:
    """The group, as soon as nobody is in it: the kernel counts those who were killed until all of them is gone."""
    members, deadline = folder / "cgroup.procs", time.monotonic() + PATIENCE
    while True:
        for pid in map(int, members.read_text().split() if members.exists() else ()):
            if pid != os.getpid():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        try:
            folder.rmdir()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def _core() -> int | None:
    return max(CORES) if len(CORES) > 1 else None


def _folders(root: Path, name: str) -> tuple[Path, Path]:
    """For memory and for CPU: one and the same in version 2."""
    if (root / "cgroup.controllers").exists():
        return root / name, root / name
    return root / "memory" / name, root / "cpu" / name
