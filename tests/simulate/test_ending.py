"""How pods end, against what `make drain` measured at the real programs (docs/decisions/drain.md)."""

from __future__ import annotations

import math
import random

import pytest

from generator.environment.openclaw import DETECTION_MARGIN, SPOT_NOTICE
from generator.simulate.ending import Turn, ending, turns
from generator.simulate.model import Component, Setting
from tests.simulate.conftest import component

TO_THE_END = SPOT_NOTICE - DETECTION_MARGIN
SLACK = 2
"""Seconds: a program needs some to notice the end of its last turn, and to exit."""


def of(setting: Setting, program: str) -> Component:
    return next(one for one in setting.components if one.program == program)


def test_openclaw_finishes_what_fits_and_is_gone_when_the_measured_one_is(prod: Setting) -> None:
    gateway = of(prod, "openclaw")
    assert gateway.drain is not None
    endless = Turn(-3, gateway.drain)  # asked three seconds before the eviction, cut by the bound of turns
    stream, late = Turn(-2, 40), Turn(2, gateway.drain - 15)
    end = ending(gateway, (endless, stream, late), TO_THE_END)
    assert (end.killed, end.cut) == (False, ())
    assert 80 - SLACK <= end.gone - end.signalled <= 85 + SLACK, "measured: 80 to 85 s after SIGTERM"


def test_litellm_finishes_what_fits_and_cuts_the_rest_when_the_measured_one_does(prod: Setting) -> None:
    gateway = of(prod, "litellm")
    fits = Turn(-1, 26 + gateway.pre_stop + 1)
    end = ending(gateway, (fits,), TO_THE_END)
    assert end.cut == ()
    assert end.gone - end.signalled == pytest.approx(26, abs=SLACK), "measured: 26 s"
    endless = Turn(-1, 600)
    end = ending(gateway, (fits, endless), TO_THE_END)
    assert (end.cut, end.killed) == ((endless,), False)
    assert end.gone - end.signalled == pytest.approx(76.5, abs=SLACK), "measured: 76.4 to 76.7 s"


def test_bifrost_is_killed_by_the_kubelet_where_its_own_bound_is_longer(staging: Setting) -> None:
    gateway = of(staging, "bifrost")
    endless = Turn(-1, 600)
    end = ending(gateway, (endless,), TO_THE_END)
    assert end.cut == (endless,)
    assert end.gone <= 91, "measured: killed 91 s after the eviction, for nothing bounds a stream that goes on"


@pytest.mark.parametrize(("program", "measured"), [("collector", 7.0), ("redis", 0.1)])
def test_other_programs_take_no_less_than_measured(staging: Setting, program: str, measured: float) -> None:
    end = ending(of(staging, program), (), TO_THE_END)
    assert end.gone - end.signalled >= measured
    assert not end.killed


def test_the_instance_cuts_what_the_grace_period_would_allow() -> None:
    one = component(program="openclaw", grace=300.0, drain=200.0)
    slow, quick = Turn(0, 150), Turn(0, 20)
    end = ending(one, (slow, quick), 110)
    assert (end.gone, end.cut, end.killed) == (110, (slow,), True)


def test_turns_that_run_at_a_moment_are_as_many_as_arrive_in_their_length() -> None:
    drawn = random.Random(1)
    counts = [len(turns(drawn, 0.5, 20, 90, 5)) for _ in range(2000)]
    expected = 0.5 * 20 * (1 - math.exp(-90 / 20))
    assert sum(counts) / len(counts) == pytest.approx(expected, rel=0.03)


def test_nothing_runs_where_nothing_is_asked() -> None:
    assert turns(random.Random(1), 0, 20, 90, 5) == []
