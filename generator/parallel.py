"""The same work on many things, by every processor where that pays."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")

PAYS = 12
"""Things from which on further processes are started: one imports for 0.4 s, and renders an environment in 0.07 s."""
CHUNK = 4
"""Things that a process is given at a time."""

_work: Callable[[Any], Any]


class ProcessEnded(Exception):
    """The system has ended one of the processes, for want of memory most likely."""


def each(
    worker: Callable[..., Callable[[Thing], Made]], arguments: tuple[Any, ...], things: Sequence[Thing]
) -> Iterator[Made]:
    """What `worker(*arguments)`, made once in each process, yields for each thing, in the order of the things.

    Raises ProcessEnded.
    """
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if len(things) < PAYS or processors == 1:
        yield from map(worker(*arguments), things)
        return
    import multiprocessing  # 20 ms, with the pool, that a few environments do not pay
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor

    context = multiprocessing.get_context("spawn")  # a fork copies locks that threads of a library may hold
    pool = ProcessPoolExecutor(processors, context, _begin, (worker, arguments))
    try:
        yield from pool.map(_do, things, chunksize=CHUNK)
    except BrokenProcessPool:
        raise ProcessEnded from None
    finally:
        pool.shutdown(cancel_futures=True)


def collect_rarely() -> None:
    """A short run makes many objects and hardly a cycle: the default looks for cycles every 700, 8 % of a render."""
    gc.set_threshold(100_000, 50, 50)


def _begin(worker: Callable[..., Callable[[Any], Any]], arguments: tuple[Any, ...]) -> None:
    global _work
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the first process's to answer
    threading.Thread(target=_end_with_the_first, daemon=True).start()
    collect_rarely()
    _work = worker(*arguments)


def _end_with_the_first() -> None:
    """A process whose first one was killed would wait for ever, or write beside the next run."""
    import multiprocessing

    first = multiprocessing.parent_process()
    assert first is not None
    first.join()
    os._exit(1)


def _do(thing: Any) -> Any:
    return _work(thing)
