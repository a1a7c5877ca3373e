"""The checks in another process: the same findings, and none where nothing was given."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from generator.check import run
from generator.check.finding import Finding
from generator.environment.model import Environment
from generator.review.checking import FORKS, Checker, stale, work
from generator.trees.plan import Plan
from generator.trees.write import Report


def told(root: Path, made: Plan, env: Environment, report: Report, today: date) -> run.Result:
    """Tells what arrived, in place of a check."""
    assert report.total == 0
    return run.Result([Finding(path, len(env.models), "x", "", f"{today}") for path in made.files], 0)


@pytest.mark.parametrize("forks", [False, pytest.param(True, marks=pytest.mark.skipif(not FORKS, reason="no fork"))])
def test_each_environment_arrives_with_its_own_files(
    forks: bool, environments: dict[str, Environment], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "check_environment", told)
    monkeypatch.setattr("generator.components.policies.policies", list[Any])  # nothing to compile
    made = Plan({"rendered/dev/a.yaml": "a", "rendered/prod/b.yaml": "b", "base/c.yaml": "c"})
    checker = Checker(forks=forks)
    checker.begin(work(tmp_path, made, environments[name], date(2026, 1, 2)) for name in ("prod", "dev"))
    assert checker.findings() == [
        Finding("rendered/dev/a.yaml", len(environments["dev"].models), "x", "", "2026-01-02"),
        Finding("rendered/prod/b.yaml", len(environments["prod"].models), "x", "", "2026-01-02"),
    ]


def test_without_an_environment_there_is_nothing_to_wait_for() -> None:
    checker = Checker(forks=False)
    checker.begin([])
    assert checker.findings() == []


def test_trees_that_are_not_current_are_one_finding() -> None:
    [finding] = stale(Report(["b"], ["c", "a"], ["d"], 5))
    assert (finding.file, finding.rule, finding.severity) == ("a", "current", "error")
    assert "4" in finding.message
    assert stale(Report([], [], [], 9)) == []
