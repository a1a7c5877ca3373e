"""The simulation does what a real API server, scheduler and Karpenter did, and would be caught doing otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.check.objectset import ObjectSet
from generator.environment.model import Environment
from generator.simulate.model import Setting, setting
from generator.trees.plan import Plan
from tests.simulate import replay
from tests.simulate.replay import Interruption, differences, replayed

STORED = replay.stored()


def test_interruptions_of_every_environment_are_written_down(environments: dict[str, Environment]) -> None:
    assert {one.environment for one in STORED.values()} == environments.keys()


@pytest.mark.parametrize("name", STORED)
def test_it_plays_what_the_cluster_played(name: str, environments: dict[str, Environment], planned: Plan) -> None:
    seen = STORED[name]
    played = replayed(seen, environments[seen.environment], planned)
    assert differences(seen, played) == []
    assert sum(one.killed for one in played.tallies) == 0, "in the cluster every pod was told to end"


@pytest.fixture
def two() -> Interruption:
    """Two nodes at once: the second replica has to wait until the first is made good."""
    return STORED["prod-two"]


def altered(monkeypatch: pytest.MonkeyPatch, **changed: object) -> None:
    """From now on every component is read otherwise than it is rendered."""

    def misread(objects: ObjectSet) -> Setting:
        found = setting(objects)
        return replace(found, components=tuple(replace(one, **changed) for one in found.components))  # type: ignore[arg-type]

    monkeypatch.setattr("tests.simulate.replay.setting", misread)


def test_a_forgotten_budget_would_be_seen(
    two: Interruption, environments: dict[str, Environment], planned: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered(monkeypatch, may_lack=None)
    found = differences(two, replayed(two, environments["prod"], planned))
    assert any("goes evicted evicted ready ready" in one for one in found), found


def test_a_pod_that_does_not_wait_for_the_one_before_it_would_be_seen(
    environments: dict[str, Environment], planned: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered(monkeypatch, waits=False)
    seen = STORED["staging-two"]
    found = differences(seen, replayed(seen, environments["staging"], planned))
    assert any("ready openclaw/openclaw-main" in one for one in found), found


def test_a_node_that_stays_would_be_seen(
    two: Interruption, environments: dict[str, Environment], planned: Plan
) -> None:
    one = replace(two, taken=two.taken[:1])
    assert any(
        said.startswith("Missing: evicted") for said in differences(two, replayed(one, environments["prod"], planned))
    )
