"""Fuzzing by structure, with Hypothesis: real files with hostile values in them, and data of any shape.

It reaches what coverage does not lead to: two values that each are right, and together are not.
"""

from __future__ import annotations

import itertools
import json
import random
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from .findings import Findings
from .hostile import KEYS, TEXTS, VALUES
from .mutating import mutated
from .targets import TARGETS, seeds

SECONDS = 5
"""CPU time that one input may take."""
MEGABYTES = 512
"""More memory than before it than one input may leave taken."""
ROUND = 100
"""Inputs between two looks at the clock."""


def texts(target: str) -> st.SearchStrategy[str]:
    """Files of a target: real ones with edits, data of any shape, and text of any kind."""
    known = list(seeds(target))
    edited = st.builds(
        lambda text, chance: mutated(text, target, chance),
        st.sampled_from(known),
        st.integers(0, 2**64).map(random.Random),
    )
    leaves = st.one_of(st.sampled_from(VALUES), st.text(), st.integers(), st.floats(), st.booleans(), st.none())
    names = st.one_of(st.sampled_from([str(key) for key in KEYS]), st.text(max_size=20))
    shapes = st.recursive(leaves, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(names, inner, max_size=5))
    written = st.dictionaries(names, shapes, max_size=8).map(lambda data: json.dumps(data, default=str))
    pieces = st.lists(st.sampled_from(TEXTS) | st.text(max_size=30), max_size=30).map("".join)
    return st.one_of(edited, edited, edited, written, pieces)


def fuzz(target: str, seconds: float, findings: Findings) -> int:
    """Runs a target for so long; how many inputs it was given."""
    run, count = TARGETS[target], 0
    end = time.monotonic() + seconds

    @given(texts(target))
    @settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def one(text: str) -> None:
        nonlocal count
        count += 1
        data = text.encode("utf-8", "replace")  # no file holds half a pair of surrogates
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            with limited(SECONDS):
                run(data.decode())
            taken = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
            assert taken < MEGABYTES, f"{taken} MB"
        except Exception as error:
            findings.keep(target, data, error)

    for number in itertools.count(random.randrange(2**32)):
        if time.monotonic() > end:
            return count
        seed(number)(one)()
    return count


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raises TimeoutError in what takes more CPU time: on a busy machine the clock tells nothing."""

    def late(*_: object) -> None:
        raise TimeoutError(f"took more than {seconds} s of CPU time")

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
