"""The one folder that programs are installed in: .cache/programs, or what OPENCLAW_EKS_CACHE names."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEAL = ".complete"


def folder() -> Path:
    """The cache's folder, made if missing."""
    path = Path(os.environ.get("OPENCLAW_EKS_CACHE") or ROOT / ".cache/programs")
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


def installed(name: str, version: str, recipe: list[str], install: Callable[[Path], None]) -> Path:
    """The folder that `install` has filled: now, or in an earlier run with the same recipe.

    A recipe is every text that decides what is installed. An installation that was broken off, or that followed another
    recipe, is done again from the start. Two processes that want the same program do not install it twice.
    """
    path = folder() / f"{name}-{version}"
    digest = hashlib.sha256("\0".join(recipe).encode()).hexdigest()
    seal = path / SEAL
    with _locked(folder() / f".{name}.lock"):
        if not seal.exists() or seal.read_text() != digest:
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
            install(path)
            seal.write_text(digest)
    return path


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
