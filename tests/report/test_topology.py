"""The drawing of the topology: every line of text in its box, every arrow at its port, and none through a box."""

from __future__ import annotations

import re
from functools import cache

import pytest

from generator.environment.load import load, names
from generator.report.layers import Link, columns, placed
from generator.report.topology import WIDTH, Drawing, drawing
from tests.conftest import ROOT

NAMES = names(ROOT / "environments")


@cache
def drawn(name: str) -> Drawing:
    return drawing(load(ROOT / "environments", name), {"llm-gateway/llm-gateway": ["Deployment, 2–4 pods"]})


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_broken_into_lines_and_nothing_of_it_is_cut(name: str) -> None:
    for box in drawn(name).boxes:
        written = re.sub("[ ,]", "", "".join(box.title))
        assert re.sub("[ ,]", "", box.name).endswith(written)
        assert "…" not in written
        assert box.name.count("/") - written.count("/") in (0, 1), "more than the namespace is left out"


@pytest.mark.parametrize("name", NAMES)
def test_every_arrow_ends_at_a_port_of_its_target(name: str) -> None:
    boxes = {box.name: box for box in drawn(name).boxes}
    for arrow in drawn(name).arrows:
        target = boxes[arrow.target]
        assert arrow.label in target.ports
        x, y = (int(number) for number in re.findall(r"-?\d+", end(arrow.path))[-2:])
        assert y == target.y + target.entry(arrow.label)
        assert x in (target.x - 5, target.x + target.width + 5)


def end(path: str) -> str:
    """The last point, also of a path that ends with a horizontal line."""
    if level := re.search(r"V(-?\d+) q0,(-?\d+) \S+ H(-?\d+)$", path):
        return f"{level[3]},{int(level[1]) + int(level[2])}"
    return path


@pytest.mark.parametrize("name", NAMES)
def test_no_arrow_runs_through_a_box(name: str) -> None:
    for arrow in drawn(name).arrows:
        for left, y, right in re.findall(r"(\d+),(\d+) H(\d+) C", arrow.path):
            for box in drawn(name).boxes:
                beside = int(right) <= box.x or int(left) >= box.x + box.width
                above_or_below = not box.y <= int(y) <= box.y + box.height
                assert beside or above_or_below, f"{arrow.source} to {arrow.target} runs through {box.name}"


@pytest.mark.parametrize("name", NAMES)
def test_the_drawing_fits_a_window_of_1400_pixels(name: str) -> None:
    assert drawn(name).width == WIDTH < 1400
    assert max(box.x + box.width for box in drawn(name).boxes) < WIDTH


def test_a_long_chain_ends_in_the_last_column() -> None:
    assert columns([("a", "b"), ("b", "c"), ("c", "d"), ("c", "b")], 2) == {"a": 0, "b": 1, "c": 1, "d": 1}


def test_a_mere_caller_stands_next_to_what_it_calls() -> None:
    assert columns([("a", "b"), ("b", "c"), ("d", "c")], 5) == {"a": 0, "b": 1, "c": 2, "d": 1}


def test_what_follows_a_circle_is_placed() -> None:
    found = columns([("a", "a"), ("a", "b")], 5)
    assert found == {"a": 0, "b": 1}


def test_a_link_over_a_column_gets_a_lane_there() -> None:
    column = {"a": 0, "b": 1, "c": 2}
    spots = placed(column, {"a": 40, "b": 40, "c": 40}, [Link(*way, 20) for way in (("a", "b", "1"), ("b", "c", "1"))])
    assert len(spots) == 3
    spots = placed(column, {"a": 40, "b": 40, "c": 40}, [Link("a", "b", "1", 20), Link("a", "c", "1", 20)])
    [lane] = [spot for spot in spots if spot.port]
    assert (lane.name, lane.column) == ("c", 1)
