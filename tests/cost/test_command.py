"""`python -m generator cost`: tables, JSON, Markdown and the exit code."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from generator import cli_cost
from generator.cli import main
from generator.environment.model import Environment
from generator.trees.plan import Plan
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def _planned(monkeypatch: pytest.MonkeyPatch, planned: Plan, environments: dict[str, Environment]) -> None:
    """The plan of the session: what the command does with it is looked at here, not how it comes about."""
    monkeypatch.setattr(cli_cost, "planned", lambda root: (planned, list(environments.values())))


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["--root", str(ROOT), "cost", *arguments])
    return done.exit_code, done.output


def test_the_table_has_lines_ranges_savings_and_what_is_left_out() -> None:
    code, output = run("dev")
    assert code == 0
    missing = [
        words
        for words in (
            "EKS control plane",
            "Spot, pool openclaw",
            "together",
            "ceiling of 300",
            "assumed",
            "not counted",
        )
        if words not in output
    ]
    assert missing == []
    assert "prod (" not in output


def test_json_is_for_programs(environments: dict[str, Environment]) -> None:
    code, output = run("--json")
    found = json.loads(output)
    assert code == 0
    assert [one["environment"] for one in found] == list(environments)
    for one in found:
        assert not one["aboveCeiling"]
        assert one["low"] == pytest.approx(sum(line["low"] for line in one["lines"]), abs=0.2)
        assert set(one["lines"][0]) == {"component", "what", "quantity", "how", "low", "high", "prices"}


def test_markdown_shows_how_each_line_is_computed() -> None:
    code, output = run("dev", "--markdown")
    assert code == 0
    assert output.startswith("## dev\n")
    assert "| cluster | EKS control plane | 1 | 73 | 730 h x 0.1 |" in output


def test_a_low_end_above_the_ceiling_fails(
    monkeypatch: pytest.MonkeyPatch, planned: Plan, environments: dict[str, Environment]
) -> None:
    dev = environments["dev"]
    poor = replace(dev, cost=replace(dev.cost, monthly_ceiling=120))
    monkeypatch.setattr(cli_cost, "planned", lambda root: (planned, [poor, environments["prod"]]))
    code, output = run()
    assert code == 1
    assert "ABOVE the ceiling of 120 even at its low end" in output
    assert run("prod")[0] == 0


def test_an_environment_that_is_not_there_is_an_unusable_input() -> None:
    code, output = run("mars")
    assert (code, output) == (2, "no environment «mars»: there are dev, prod, staging\n")
