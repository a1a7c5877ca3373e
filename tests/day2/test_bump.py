"""Versions change in one line; what must not run is refused with its reason."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from generator.components.platform import CONTROLLERS
from generator.day2 import bump
from generator.day2.bump import Bump, Refused
from generator.day2.pins import CHARTS, pins
from generator.environment.load import DEFAULTS, load
from generator.environment.model import Environment
from generator.environment.problem import EnvironmentInvalid
from tests.conftest import ROOT

from .conftest import Run
from .test_edit import changed

Environments = Mapping[str, Environment]


@pytest.fixture(scope="module")
def environments() -> Environments:
    return {name: load(ROOT / "environments", name) for name in (DEFAULTS, "dev", "prod", "staging")}


@pytest.fixture(autouse=True)
def _code(folder: Path) -> None:
    """The versions of charts stand in the code."""
    for name in FILES:
        (folder.parent / name).parent.mkdir(parents=True, exist_ok=True)
        (folder.parent / name).write_bytes((ROOT / name).read_bytes())


FILES = sorted({chart.file for chart in CHARTS})


def set_version(
    root: Path, target: str, name: str, version: str, environments: Environments, *, force: bool = False
) -> Bump:
    return bump.bump(root, target, bump.component(name, environments[DEFAULTS]), version, environments, force=force)


def test_a_version_changes_one_line_of_the_defaults(folder: Path, run: Run) -> None:
    before = (folder / "defaults.yaml").read_text("utf-8")
    done = run("bump", "openclaw", "2026.10.1")
    assert (done.exit_code, done.output) == (0, "wrote environments/defaults.yaml: openclaw 2026.9.6 -> 2026.10.1\n")
    after = (folder / "defaults.yaml").read_text("utf-8")
    assert changed(before, after) == ["-    tag: 2026.9.6", "+    tag: 2026.10.1"]


def test_one_environment_goes_ahead_and_comes_back(folder: Path, environments: Environments) -> None:
    before = (folder / "staging.yaml").read_text("utf-8")
    ahead = set_version(folder.parent, "staging", "redis", "8.4.3", environments)
    assert changed(before, ahead.text) == ["+  image:", "+    tag: 8.4.3"]
    ahead.file.write_text(ahead.text, "utf-8")
    now = {**environments, "staging": load(folder, "staging")}
    back = set_version(folder.parent, "staging", "redis", "8.4.2", now, force=True)
    assert back.text == before, "a version that repeats the defaults is not said"


def test_the_digest_of_the_old_version_goes_with_it(folder: Path, environments: Environments) -> None:
    text = (folder / "defaults.yaml").read_text("utf-8")
    pinned = text.replace("    tag: 8.4.2\n", f"    tag: 8.4.2\n    digest: sha256:{'0' * 64}\n")
    (folder / "defaults.yaml").write_text(pinned, "utf-8")
    now = {**environments, **{name: load(folder, name) for name in (DEFAULTS, "dev")}}
    alone = set_version(folder.parent, "dev", "redis", "8.4.3", now)
    assert (alone.unpinned, "    digest: null\n" in alone.text) == (True, True)
    (folder / "dev.yaml").write_text(alone.text, "utf-8")
    everywhere = set_version(folder.parent, DEFAULTS, "redis", "8.4.3", now)
    assert (everywhere.unpinned, "digest" in everywhere.text) == (True, False)
    assert everywhere.own == {"dev": "8.4.3"}, "the defaults do not reach it"


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("litellm", "v1.82.7"), "credential stealer"),
        (("litellm", "main-v1.82.8-stable", "--force"), "use 1.109.1 or newer"),
        (("litellm", "v1.107.3-stable", "--force"), "remote code loader"),
        (("litellm", "v1.83.0", "--force"), "CVE-2026-49468"),
        (("karpenter", "1.8.4", "--force"), "topology spread"),
        (("openclaw", "2026.9.5"), "older than 2026.9.6"),
        (("openclaw", "2026.9.6"), "already"),
        (("openclaw", "latest"), "another build"),
        (("openclaw", "latest", "--force"), "floating tag"),
        (("bifrost", "2.7.0"), "not written like v2.6.0"),
        (("cilium", "1.20"), "not written like"),
        (("cilium", "1.21.x", "--force"), "an exact chart version"),
        (("ami", "al2023@latest", "--force"), "a dated AL2023 release"),
        (("openclaw", "2026.10.1\n  x: y", "--force"), "is no version"),
        (("prod", "karpenter", "1.15.2"), "one version for all environments"),
        (("opnclaw", "2026.10.1"), "no component «opnclaw»"),
    ],
)
def test_what_must_not_be_set_is_refused(
    folder: Path, environments: Environments, argv: tuple[str, ...], words: str
) -> None:
    *target, name, version = (word for word in argv if word != "--force")
    with pytest.raises((Refused, EnvironmentInvalid), match=re.escape(words)):
        set_version(folder.parent, (*target, DEFAULTS)[0], name, version, environments, force="--force" in argv)


def test_a_refusal_writes_nothing_and_ends_with_2(folder: Path, run: Run) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    done = run("bump", "qa", "litellm", "v1.82.8")
    assert (done.exit_code, "no environment «qa»" in done.output, "nothing was written" in done.output) == (
        2,
        True,
        True,
    )
    assert {path: path.read_bytes() for path in folder.rglob("*.yaml")} == before


def test_a_chart_changes_in_the_code_beside_its_values(folder: Path, environments: Environments) -> None:
    for chart in CHARTS:
        *head, last = chart.version(folder.parent).split(".")
        new = ".".join((*head, str(int(last) + 1)))
        made = set_version(folder.parent, DEFAULTS, chart.name, new, environments)
        made.file.write_text(made.text, "utf-8")
        assert chart.version(folder.parent) == new
    changes = [changed((ROOT / f).read_text("utf-8"), (folder.parent / f).read_text("utf-8")) for f in FILES]
    assert sum(map(len, changes)) == 2 * len(CHARTS)


def test_every_image_and_chart_is_listed(run: Run, defaults: Environment) -> None:
    rows = {row["component"]: row for row in json.loads(run("bump", "--list", "--json").output)}
    assert rows.keys() == {pin.name for pin in pins(defaults)} | {chart.name for chart in CHARTS}
    assert rows["karpenter"]["versions"]["prod"] is None
    assert rows["karpenter"]["versions"]["staging"] == rows["karpenter"]["versions"]["defaults"] is not None
    assert {chart.controller for chart in CHARTS} - {""} == CONTROLLERS.keys()
