"""One render at a time: a lock on the repository that the system itself gives back when its holder ends."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PATH = ".cache/render.lock"


@contextmanager
def held(root: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Holds the lock; calls `waiting` once where another holds it.  Where nothing can be written, nothing is locked."""
    path = root / PATH
    try:
        path.parent.mkdir(exist_ok=True)
        file = path.open("w")
    except OSError:
        yield
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
