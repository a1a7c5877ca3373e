"""Prometheus' own opinion: the rules load, and every alert fires when it should and is silent when it should."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.components import dashboards, monitoring
from generator.components.monitoring_alerts import alerts
from generator.environment.model import Environment
from generator.kubernetes.emit import emit
from generator.kubernetes.objects import Obj
from tests.conftest import ENVIRONMENTS

from .cases import CASES, Case, Engine

Tool = Callable[[str], list[str]]


def of_engine(env: Environment, engine: Engine) -> Environment:
    """With everything that alerts are about."""
    backup = replace(env.backup, enabled=True)
    return replace(env, llm_gateway=replace(env.llm_gateway, engine=engine), backup=backup)


def rules(env: Environment) -> str:
    return emit(monitoring.rules(env)["spec"])


def expected(env: Environment, case: Case) -> list[dict[str, Any]]:
    if not case.summary:
        return []
    alert = next(alert for alert in alerts(env) if alert.name == case.alert)
    rule = alert.rule(env.monitoring.runbooks, dashboards.addresses(env)[alert.name])
    notes = rule["annotations"] | {"summary": case.summary}
    labels = {"severity": alert.severity, **case.labels}
    return [{"exp_labels": labels, "exp_annotations": notes}]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_prometheus_loads_the_rules(
    environment: str, environments: dict[str, Environment], tool: Tool, tmp_path: Path
) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(rules(environments[environment]), "utf-8")
    command = [*tool("promtool"), "check", "rules", "--lint=all", "--lint-fatal", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("engine", ["bifrost", "litellm"])
def test_alerts_fire_and_are_silent(engine: Engine, defaults: Environment, tool: Tool, tmp_path: Path) -> None:
    env = of_engine(defaults, engine)
    suites = []
    for name, interval in sorted({(case.alert, case.interval) for case in CASES if case.engine == engine}):
        cases = [case for case in CASES if (case.alert, case.engine, case.interval) == (name, engine, interval)]
        suites.append(f"{name}-{interval}.yaml")
        (tmp_path / f"rules-{suites[-1]}").write_text(emit({"groups": rules_of(env, name)}), "utf-8")
        (tmp_path / suites[-1]).write_text(emit(suite(env, cases, f"rules-{suites[-1]}", interval)), "utf-8")
    command = [*tool("promtool"), "test", "rules", *suites]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("SUCCESS") == len(suites)


def rules_of(env: Environment, alert: str) -> list[Obj]:
    """An alert and the recording rules that it asks, without the rest: promtool evaluates all that it is given."""
    groups = monitoring.rules(env)["spec"]["groups"]
    (expr,) = (rule["expr"] for group in groups for rule in group["rules"] if rule.get("alert") == alert)
    found = []
    for group in groups:
        rules = [rule for rule in group["rules"] if rule.get("alert") == alert or rule.get("record", "-") in expr]
        found += [group | {"rules": rules}] if rules else []
    return found


def suite(env: Environment, cases: list[Case], rules: str, interval: str) -> Obj:
    tests = [
        {
            "name": f"{case.alert}: {case.name}",
            "interval": interval,
            "input_series": [{"series": series, "values": values} for series, values in case.series.items()],
            "alert_rule_test": [{"eval_time": case.at, "alertname": case.alert, "exp_alerts": expected(env, case)}],
        }
        for case in cases
    ]
    return {"rule_files": [rules], "evaluation_interval": interval, "tests": tests}


def test_every_alert_is_tested_firing_and_silent(defaults: Environment) -> None:
    """Alerts whose series come from the engine, with both."""
    wanted: set[tuple[str, Engine, bool]] = set()
    by_engine = {
        engine: {alert.name: alert for alert in alerts(of_engine(defaults, engine))}
        for engine in ("bifrost", "litellm")
    }
    for name, alert in by_engine["bifrost"].items():
        of_llm = "llm_" in alert.expr or alert.expr != by_engine["litellm"][name].expr
        engines: tuple[Engine, ...] = ("bifrost", "litellm") if of_llm else ("bifrost",)
        wanted |= {(name, engine, firing) for engine in engines for firing in (True, False)}
    assert {(case.alert, case.engine, bool(case.summary)) for case in CASES} == wanted


def test_every_alert_keeps_its_namespace() -> None:
    """Alertmanager routes by it: an alert without one reaches nobody."""
    assert [case.alert for case in CASES if case.summary and "namespace" not in case.labels] == []
