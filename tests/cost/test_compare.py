"""Two estimates against each other: what a review says of a change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.cost.compare import delta
from generator.cost.estimate import Estimate, Line, estimate
from generator.environment.model import Environment

from . import sets


def line(what: str, low: float, high: float, quantity: str = "1", component: str = "nodes") -> Line:
    return Line(component, what, quantity, "", low, high)


def made(*lines: Line, ceiling: float = 100) -> Estimate:
    return Estimate("dev", "us-east-1", ceiling, lines)


def test_lines_that_cost_the_same_are_left_out_and_the_dearest_change_comes_first() -> None:
    before = made(line("disk", 5, 5), line("Spot", 10, 20, "1 node"), line("keys", 2, 2))
    after = made(line("disk", 5, 5), line("Spot", 20, 60, "1 to 3 nodes"), line("endpoints", 9, 9))
    found = delta(before, after)
    assert found.lines() == [
        "34 to 74 USD a month, 17 to 47 more; 74% of the ceiling of 100 at its high end",
        "nodes, Spot: 10 to 40 more (1 node -> 1 to 3 nodes)",
        "nodes, endpoints: 9.00 more (none -> 1)",
        "nodes, keys: 2.00 less (1 -> none)",
    ]
    assert (found.low, found.high) == (17, 47)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (line("x", 10, 20), line("x", 10, 20), []),
        (line("x", 10, 20), line("x", 4, 12), ["nodes, x: 6.00 to 8.00 less (still 1)"]),
        (line("x", 10, 20), line("x", 5, 30), ["nodes, x: from 5.00 less to 10 more (still 1)"]),
        (line("x", 10, 20), line("x", 10.001, 20.001), []),
    ],
    ids=["same", "less", "wider", "below a cent"],
)
def test_a_change_is_said_by_its_direction(before: Line, after: Line, said: list[str]) -> None:
    assert delta(made(before), made(after)).lines()[1:] == said


def test_an_environment_that_is_new_or_gone_has_one_side() -> None:
    one = made(line("x", 10, 20))
    assert delta(None, one).lines()[0] == "10 to 20 USD a month; 20% of the ceiling of 100 at its high end"
    assert delta(one, None).lines()[0] == "10 to 20 USD a month less: the environment is gone"


def test_a_ceiling_that_is_passed_or_moved_is_said() -> None:
    before, after = made(line("x", 10, 20), ceiling=50), made(line("x", 60, 70), ceiling=55)
    found = delta(before, after)
    assert found.above_ceiling
    assert found.lines()[0].endswith("50 more; ABOVE the ceiling of 55 even at its low end (was 50)")
    assert not delta(after, before).above_ceiling


def test_one_more_replica_shows_as_one_line(defaults: Environment) -> None:
    env = sets.idle(defaults)
    objects = [sets.by_path(env, sets.pool(), sets.deployment("web", cpu="1", replicas=count)) for count in (1, 2)]
    found = delta(*(estimate(env, one, {}) for one in objects))
    assert found.lines()[1:] == ["nodes, Spot, pool shop: 16 to 35 more (1 node -> 2 nodes)"]


def test_a_ceiling_alone_changes_no_line(defaults: Environment) -> None:
    env = sets.idle(defaults)
    raised = replace(env, cost=replace(env.cost, monthly_ceiling=9999))
    found = delta(estimate(env, {}, {}), estimate(raised, {}, {}))
    assert found.changes == ()
    assert found.lines() == ["73 USD a month, nothing more; 1% of the ceiling of 9,999 at its high end (was 1,500)"]
