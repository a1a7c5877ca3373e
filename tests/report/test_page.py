"""The page of an environment: complete, from what is rendered, and without anything from elsewhere."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.aws.files import account
from generator.check.rules.spot_grace import timeline
from generator.cli import main
from generator.components import registry
from generator.components.network_page import described
from generator.cost.estimate import object_set
from generator.environment.load import load, names
from generator.environment.model import Environment
from generator.environment.waiver import Waiver, Waivers
from generator.kubernetes.objects import Obj
from generator.report.page import bars, page
from generator.report.topology import drawing
from generator.trees.rendered import rendered

ROOT = Path(__file__).parent.parent.parent
NAMES = names(ROOT / "environments")
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta"}


@cache
def objects(name: str) -> tuple[Environment, dict[str, Obj]]:
    env = load(ROOT / "environments", name)
    made: dict[str, Obj] = {}
    for part in registry.render(env):
        made |= rendered(f"rendered/{name}/{part.name}", part.objects)
    return env, made


@cache
def written(name: str) -> str:
    env, made = objects(name)
    return page(env, made, account(env).templates, [], {"graviton": "arm64 alone"}, {})


class Reader(HTMLParser):
    """What a browser would fetch, and whether every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [str(value) for key, value in attrs if key in ("src", "srcset", "data", "xlink:href")]
        self.fetched += [str(value) for key, value in attrs if key == "href" and tag in ("link", "use", "image")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag not in ("p", "li", "html"):
            self.wrong.append(tag)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_whole_and_fetches_nothing(name: str) -> None:
    reader = Reader()
    reader.feed(written(name))
    assert not reader.fetched
    assert not reader.wrong, f"closed without being open: {reader.wrong}"
    assert not re.search(r"url\((?!#)|@import", written(name)), "a style sheet fetches something"
    assert "<script" not in written(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_edge_is_an_arrow_between_boxes(name: str) -> None:
    env, _ = objects(name)
    made = drawing(env, {})
    boxes = {box.name for box in made.boxes}
    pairs = {(arrow.source, arrow.target) for arrow in made.arrows}
    gateways = {f"openclaw/openclaw-{gateway}" for gateway in env.openclaw.gateways}
    for edge in registry.all_edges(env):
        ends = [described(edge.source), described(edge.target)]
        sources, targets = (gateways if end == "every gateway" else {end} for end in ends)
        missing = {(source, target) for source in sources for target in targets} - pairs
        assert not missing, f"Missing: {missing}"
    assert {end for pair in pairs for end in pair} == boxes
    assert gateways <= boxes


@pytest.mark.parametrize("name", NAMES)
def test_boxes_neither_overlap_nor_leave_the_drawing(name: str) -> None:
    made = drawing(objects(name)[0], {})
    for box in made.boxes:
        assert 0 <= box.x <= made.width - box.width, box
        assert 0 <= box.y <= made.height - box.height, box
    columns: dict[int, list[tuple[int, int]]] = {}
    for box in made.boxes:
        columns.setdefault(box.x, []).append((box.y, box.y + box.height))
    for spans in columns.values():
        spans.sort()
        assert all(first[1] < second[0] for first, second in itertools.pairwise(spans)), spans


@pytest.mark.parametrize("name", NAMES)
def test_the_time_line_is_that_of_the_rule(name: str) -> None:
    env, made = objects(name)
    found = object_set(env, made)
    shown = {bar.name: bar.parts[-1][2] for bar in bars(found)}
    assert shown == {f"{one.item.name} ({one.container})": one.killed for one in timeline(found)}


@pytest.mark.parametrize("name", NAMES)
def test_versions_waivers_and_money_are_on_the_page(name: str) -> None:
    env, _ = objects(name)
    text = written(name)
    assert env.openclaw.image.tag in text
    for waiver in env.waivers.accepted:
        assert waiver.object in text
    assert f"of {env.cost.monthly_ceiling:,.0f} agreed" in text


def test_what_people_write_cannot_become_markup() -> None:
    env, made = objects("dev")
    waiver = Waiver("graviton", "Deployment <b>x</b>", "<script>alert(1)</script> and 20 characters", "2027-01-01")
    text = page(replace(env, waivers=Waivers((waiver,))), made, {}, [], {}, {})
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_the_command_writes_a_page_an_environment(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--root", str(ROOT), "report", "dev", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert [path.name for path in tmp_path.iterdir()] == ["dev.html"]
    assert "No findings" in (tmp_path / "dev.html").read_text("utf-8")


def test_an_environment_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--root", str(ROOT), "report", "qa", "--out", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert "no environment «qa»: there are dev, prod, staging" in done.output
    assert not (tmp_path / "out").exists()
