"""What moves from one environment to the next, and what never does."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.day2.keys import patterns
from generator.day2.moving import MOVES, STAYS, decides
from generator.day2.promote import Promotion, Refused, promote
from generator.environment.load import load
from tests.conftest import ROOT

from .conftest import Run
from .test_edit import changed


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / f"{name}.yaml").read_text("utf-8")
    assert old in text
    (folder / f"{name}.yaml").write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture(scope="module")
def shipped() -> Promotion:
    """What staging hands on to prod as both are shipped."""
    return promote(ROOT / "environments", "staging", "prod", ())


def test_every_key_of_the_model_either_moves_or_stays_and_none_is_decided_twice() -> None:
    undecided = [".".join(pattern) for pattern in patterns() if decides(pattern) is None]
    idle = (MOVES.keys() | STAYS.keys()) - {decides(pattern) for pattern in patterns()}
    assert (undecided, sorted(idle), sorted(MOVES.keys() & STAYS.keys())) == ([], [], [])
    assert all(len(reason) > 15 for reason in STAYS.values())


@pytest.mark.parametrize(
    "key",
    [
        *("cluster.account", "gitops.revision", "ingress.domain", "backup.bucket", "langfuse.bucket", "secrets.prefix"),
        *("providers.<name>.budget.usd", "waivers.accepted", "monitoring.receivers.slack.channel", "compute.capacity"),
        *("llmGateway.replicas.minimum", "telemetry.replicas", "cost.monthlyCeiling"),
        *("openclaw.gateways.<name>.storage", "cache.image.repository"),
    ],
)
def test_what_an_environment_is_never_moves(key: str) -> None:
    assert decides(tuple(key.split("."))) in STAYS


def test_an_image_and_a_route_move_and_only_their_lines_change(folder: Path) -> None:
    edit(folder, "staging", "openclaw:\n", "openclaw:\n  image:\n    tag: 2026.10.1 # tried since Monday\n")
    edit(folder, "prod", "openclaw:\n", "openclaw:\n  image:\n    tag: 2026.9.6 # held\n")
    before = (folder / "prod.yaml").read_text("utf-8")
    found = promote(folder, "staging", "prod", ())
    assert {one.key for one in found.moves} == {"openclaw.image.tag", "routing.embedding"}
    assert changed(before, found.text) == [
        *("-    tag: 2026.9.6 # held", "+    tag: 2026.10.1 # held"),
        *("+", "+routing:", "+  embedding:", "+    model: cohere.embed-multilingual-v3"),
    ]


def test_a_key_that_becomes_equal_to_the_defaults_is_removed(folder: Path) -> None:
    edit(folder, "prod", "openclaw:\n", "openclaw:\n  image:\n    tag: 2026.8.1 # held\n")
    before = (folder / "prod.yaml").read_text("utf-8")
    found = promote(folder, "staging", "prod", ["openclaw.image"])
    assert changed(before, found.text) == ["-  image:", "-    tag: 2026.8.1 # held"]


def test_what_the_first_environment_only_inherits_is_nobodys_decision(folder: Path, shipped: Promotion) -> None:
    reasons = {one.key: one.reason for one in shipped.stays}
    assert reasons["cache.ttl"] == "staging says nothing of its own here"
    assert "--only" in reasons["monitoring.thresholds.errors"]
    named = promote(folder, "staging", "prod", ["cache.ttl", "monitoring.thresholds"])
    assert {one.key for one in named.moves} == {"cache.ttl", *_below("monitoring.thresholds", reasons)}


def _below(key: str, reasons: dict[str, str]) -> set[str]:
    return {one for one in reasons if one.startswith(f"{key}.")}


def test_a_new_model_moves_whole_where_its_provider_is_and_stays_where_it_is_not(
    folder: Path, shipped: Promotion
) -> None:
    reasons = {one.key: one.reason for one in shipped.stays}
    assert reasons["models.claude-direct"] == "prod has no provider anthropic"
    assert "geography" in reasons["models.claude-sonnet.id"]
    edit(folder, "prod", "providers:\n", "providers:\n  anthropic: {}\n")
    found = promote(folder, "staging", "prod", ["models.claude-direct"])
    assert [one.key for one in found.moves] == ["models.claude-direct"]
    assert "  claude-direct:\n    provider: anthropic\n    id: claude-sonnet-4-6\n" in found.text
    (folder / "prod.yaml").write_text(found.text, "utf-8")
    staging, prod = (load(folder, name).models["claude-direct"] for name in ("staging", "prod"))
    assert staging == prod


def test_a_promotion_that_would_not_load_is_refused_with_the_models_own_words(folder: Path, run: Run) -> None:
    edit(folder, "staging", "ingress:\n", "ingress:\n  idleTimeout: 200\n")
    edit(folder, "prod", "openclaw:\n", "openclaw:\n  drain: {runTimeout: 250, gracePeriod: 300}\n")
    before = (folder / "prod.yaml").read_bytes()
    done = run("promote", "staging", "prod", "--only", "ingress.idleTimeout")
    assert done.exit_code == 2
    assert "ingress.idleTimeout: 200 s cuts answers off" in done.output
    assert (folder / "prod.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("source", "target", "only", "words"),
    [
        ("staging", "prod", ["cluster.name"], "never moves"),
        ("staging", "prod", ["openclaw.imag"], "did you mean openclaw.image"),
        ("staging", "staging", [], "name two environments"),
        ("defaults", "prod", [], "name two environments"),
    ],
)
def test_what_cannot_be_promoted_says_why(folder: Path, source: str, target: str, only: list[str], words: str) -> None:
    with pytest.raises(Refused, match=words):
        promote(folder, source, target, only)


def test_a_dry_run_says_everything_and_writes_nothing(folder: Path, run: Run) -> None:
    before = (folder / "prod.yaml").read_bytes()
    done = run("promote", "staging", "prod", "--dry-run")
    assert done.exit_code == 0
    assert "routing.embedding: (nothing) -> " in done.output
    assert "equal already\nnothing was written" in done.output
    assert (folder / "prod.yaml").read_bytes() == before


def test_a_file_from_windows_stays_one(folder: Path, run: Run) -> None:
    path = folder / "prod.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert run("promote", "staging", "prod").exit_code == 0
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert b"embedding" in data
