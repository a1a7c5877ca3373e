"""Requests, limits and startup probes of every environment cover what the programs were measured to take."""

from __future__ import annotations

import pytest

from tests.real.footprint.page import PAGE, page, slowest_start
from tests.real.footprint.record import Figures, read
from tests.real.footprint.rendered import Allowance, allowances

HEADROOM = 1.25
"""What a limit leaves above the measured peak: prompts of users are longer than those of the tests."""
SLOWER = 2
"""How many times slower than measured a start may be."""

ROWS = read()
CONTAINERS = [pytest.param(one, id=f"{one.environment}-{one.component}") for one in allowances()]


def rows(one: Allowance) -> list[Figures]:
    found = [row for row in ROWS if row.program == one.program]
    assert found, f"{one.program} was never measured: run `make footprint`"
    return found


@pytest.mark.parametrize("one", CONTAINERS)
def test_the_memory_request_covers_what_is_held_after_calls(one: Allowance) -> None:
    held = max(row.after for row in rows(one))
    assert one.memory >= held, f"requests {one.memory} MiB, but {one.program} held {held:.0f} MiB"


@pytest.mark.parametrize("one", CONTAINERS)
def test_the_memory_limit_leaves_headroom_above_the_peak(one: Allowance) -> None:
    peak = max(row.peak for row in rows(one))
    assert one.limit >= peak * HEADROOM, f"limited to {one.limit} MiB, but {one.program} peaked at {peak:.0f} MiB"


@pytest.mark.parametrize("one", CONTAINERS)
def test_the_startup_probe_waits_for_a_start_on_the_requested_cpu(one: Allowance) -> None:
    slowest = slowest_start(rows(one), one)
    assert one.startup >= slowest * SLOWER, f"gives up after {one.startup} s, but a start takes {slowest:.0f} s"


def test_the_page_is_current() -> None:
    fresh = page(ROWS, allowances())
    assert PAGE.read_text("utf-8") == fresh, "run `python -m tests.real.footprint page`"
