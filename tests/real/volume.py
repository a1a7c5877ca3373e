"""A volume of a fixed size: a tmpfs that only those see who enter the namespace that holds it.  Needs no privilege.

It lives as long as its keeper, so a program that is killed and started again finds what it had written.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.real import process

FILLER = "filler"
BLOCK = b"\0" * (1 << 20)


@dataclass(frozen=True)
class Volume:
    """Mounted over one folder."""

    folder: Path
    keeper: int
    """The process whose namespaces have it."""
    logs: Path | None = None
    """A folder that has been laid over with an empty one, so that no other program writes there."""

    @property
    def prefix(self) -> list[str]:
        """What a command line begins with whose program shall see the volume."""
        return ["nsenter", "--preserve-credentials", "--user", "--mount", f"--target={self.keeper}"]

    @property
    def path(self) -> Path:
        """The folder, seen from outside."""
        return self.outside(self.folder)

    def outside(self, place: Path) -> Path:
        """A path that the programs in the namespace see, seen from outside."""
        return Path(f"/proc/{self.keeper}/root{place}")

    @property
    def free(self) -> int:
        """Bytes that are left."""
        state = os.statvfs(self.path)
        return state.f_bavail * state.f_frsize

    def fill(self) -> None:
        """Take all that is left."""
        with (self.path / FILLER).open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(BLOCK)

    def empty(self) -> None:
        """Remove everything in it."""
        for entry in self.path.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

    def relieve(self) -> None:
        """Give it back."""
        (self.path / FILLER).unlink()


@contextlib.contextmanager
def mounted(folder: Path, size: str, log: Path, logs: Path | None = None) -> Iterator[Volume]:
    """A volume of `size` (as mount(8) takes it) over the folder, for the time of the block."""
    script = (
        f'set -e; mount -t tmpfs -o size={size},mode=0750 none "$1"; '
        'test $# -lt 2 || mount -t tmpfs -o mode=0700 none "$2"; echo mounted; exec sleep infinity'
    )
    argv = [
        "unshare",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        script,
        "sh",
        str(folder),
        *([str(logs)] if logs else []),
    ]
    with process.start("volume", argv, env={}, cwd=folder, log=log) as keeper:
        keeper.wait_until(lambda: "mounted" in log.read_text(), 10, "mount")
        yield Volume(folder, keeper.pid, logs)
