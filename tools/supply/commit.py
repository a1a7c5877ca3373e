"""What git says of the commit that documents and packages are made of."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path


def revision(root: Path) -> str:
    """The full name of the commit; raises CalledProcessError outside a repository."""
    return _git(root, "rev-parse", "HEAD")


def made(root: Path) -> datetime:
    """When it was committed."""
    return datetime.fromtimestamp(int(_git(root, "log", "-1", "--format=%ct")), UTC)


def uncommitted(root: Path) -> int:
    """How many files differ from it."""
    return len(_git(root, "status", "--porcelain").splitlines())


def unpack(root: Path, folder: Path) -> None:
    """Writes its files into a folder, by the umask and the clock of this process."""
    with subprocess.Popen(["git", "-C", str(root), "archive", "HEAD"], stdout=subprocess.PIPE) as archive:
        subprocess.run(
            ["tar", "--extract", "--touch", "--no-same-permissions"], cwd=folder, stdin=archive.stdout, check=True
        )


def _git(root: Path, *argv: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *argv], capture_output=True, text=True, check=True)
    return done.stdout.strip()
