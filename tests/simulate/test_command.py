"""`python -m generator simulate`: settings side by side, changes of any key, the same answer to the same question."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from generator.cli import main
from generator.simulate import settings
from generator.simulate.settings import PRESETS, Candidate, WhatIf, candidates, what_if
from tests.conftest import ROOT
from tools.pictures.__main__ import PICTURES, months

FEW = ("--months", "15")


def run(*argv: str) -> Result:
    return CliRunner().invoke(main, ["--root", str(ROOT), "simulate", *argv], catch_exceptions=False)


@cache
def _once(folder: Path, name: str, asked: tuple[WhatIf, ...]) -> list[Candidate]:
    return candidates(folder, name, asked)


@pytest.fixture(scope="module", autouse=True)
def _rendered_once() -> Iterator[None]:
    """What the command plays is rendered once: what it does with it is looked at here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "candidates", lambda folder, name, asked: _once(folder, name, tuple(asked)))
        yield


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The answer for prod, and its picture."""
    picture = tmp_path_factory.mktemp("picture") / "prod.svg"
    done = run("prod", *FEW, "--interruptions", "80", "--svg", str(picture))
    assert done.exit_code == 0, done.output
    return done.stdout, picture


def test_presets_that_change_something_stand_beside_the_environment(prod: tuple[str, Path]) -> None:
    """prod's gateways are on demand already."""
    head = next(line for line in prod[0].splitlines() if "as it is" in line)
    assert head.split("  ")[-1].strip() == "gateways-on-spot"
    assert "generation-3" in head
    assert "gateways-on-demand" not in head


def test_means_have_their_intervals(prod: tuple[str, Path]) -> None:
    lines = prod[0].splitlines()
    [interruptions] = [line for line in lines if line.startswith("interruptions a month")]
    assert interruptions.count("(") == 3
    assert interruptions.count("–") == 3
    at = lines.index("availability, %")
    assert all("(" in line or "100" in line for line in lines[at + 1 : at + 6])


def test_the_last_lines_say_what_a_setting_changes(prod: tuple[str, Path]) -> None:
    assert "gateways-on-spot: the nodes cost " in prod[0]
    assert " USD a month less, openclaw-main is away " in " ".join(prod[0].split())


def test_the_picture_is_whole_and_says_the_same(prod: tuple[str, Path]) -> None:
    text = prod[1].read_text("utf-8")
    root = ElementTree.fromstring(text)
    wide, high = float(root.attrib["width"]), float(root.attrib["height"])
    space = "{http://www.w3.org/2000/svg}"
    words = [one.text or "" for one in root.iter(f"{space}text")]
    for expected in ("as it is", "generation-3", "gateways-on-spot", "openclaw-main", "llm-gateway"):
        assert expected in words
    for box in root.iter(f"{space}rect"):
        x, y, w, h = (float(box.attrib[name]) for name in ("x", "y", "width", "height"))
        assert (x >= 0, y >= 0, x + w <= wide + 0.1, y + h <= high + 0.1) == (True,) * 4, box.attrib
    assert "prefers-color-scheme:dark" in text
    used = {name for one in root.iter() for name in one.attrib.get("class", "").split()}
    assert [name for name in sorted(used) if f".{name}{{" not in text] == []


def test_the_same_question_has_the_same_answer_to_the_letter(tmp_path: Path) -> None:
    asked = ("prod", *FEW, "--seed", "7", "--interruptions", "50", "--json", "--svg")
    first, second = (run(*asked, str(tmp_path / name)).stdout for name in ("a.svg", "b.svg"))
    assert first == second
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert first != run("prod", *FEW, "--seed", "8", "--interruptions", "50", "--json").stdout


@pytest.mark.thorough
def test_the_answer_does_not_depend_on_the_hash_seed() -> None:
    found = []
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "generator", "simulate", "staging", *FEW, "--interruptions", "60", "--json"]
        environment = os.environ | {"PYTHONHASHSEED": seed}
        found.append(subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout)
    assert found[0] == found[1]


def test_any_key_may_be_changed_for_the_comparison() -> None:
    change = "llmGateway.replicas={minimum: 6, maximum: 9}; compute.categories=[m, r]"
    everywhere = "openclaw.gateways.<name>.capacity=spot-first"
    done = run("prod", *FEW, "--what-if", change, "--what-if", everywhere, "--json")
    was, other, on_spot = json.loads(done.stdout)["settings"]
    assert other["changes"] == {"llmGateway.replicas": "{minimum: 6, maximum: 9}", "compute.categories": "[m, r]"}
    replicas = [
        next(part["replicas"] for part in one["components"] if part["name"] == "llm-gateway/llm-gateway")
        for one in (was, other)
    ]
    assert replicas == [3, 6]
    assert {node["type"][0] for node in other["nodes"]} <= {"m", "r"}
    assert other["usd"]["low"] > was["usd"]["low"]
    gateways = [one for one in on_spot["components"] if one["name"].startswith("openclaw/")]
    assert [one["onDemand"] for one in gateways] == [False] * 3, "<name> stands for every gateway"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("nowhere",), "no environment «nowhere»: there are dev, prod, staging"),
        (("dev", "--what-if", "generation-4"), "neither a preset nor key=value"),
        (("dev", "--what-if", "compute.gravitom=3"), "did you mean graviton?"),
        (("dev", "--what-if", "compute.graviton=7"), "--what-if compute.graviton=7:1:"),
        (("dev", "--what-if", "compute.sizes=[large"), "--what-if compute.sizes=[large"),
        (("dev", "--advisor", __file__), "is not AWS's spot-advisor-data.json"),
    ],
)
def test_what_cannot_be_played_is_refused_with_its_place(argv: tuple[str, ...], said: str) -> None:
    done = run(*argv, *FEW)
    assert done.exit_code == 2
    assert said in done.output


def test_presets_are_what_ifs_by_name() -> None:
    assert [what_if(name).name for name in PRESETS] == list(PRESETS)
    assert what_if(" compute.graviton = 3 ").changes == (("compute.graviton", "3"),)
    with pytest.raises(ValueError, match="did you mean generation-3"):
        what_if("generation3")


@pytest.mark.thorough
def test_the_pictures_of_the_page_are_current() -> None:
    for name, text in months().items():
        assert (PICTURES / name).read_text("utf-8") == text, "run `make pictures`"
