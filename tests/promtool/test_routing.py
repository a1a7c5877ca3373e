"""Alertmanager's own opinion: it takes what the operator makes of our configuration, and tells whom it should."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from generator.components.monitoring_alerts import alerts
from generator.components.monitoring_routing import SLACK as SLACK_SECRET
from generator.components.monitoring_routing import SLACK_URL, routing
from generator.environment.model import Environment
from generator.environment.monitoring import Receivers, Slack, Sns
from generator.kubernetes.emit import emit
from generator.kubernetes.objects import Obj
from tests.real.alertmanager import NOBODY, configuration

Tool = Callable[[str], list[str]]
SNS = Sns("arn:aws:sns:us-east-1:111122223333:openclaw")
SLACK = Slack("#openclaw")
BOTH = {
    "sns and slack": (Receivers(SNS, SLACK), {"critical": ["slack", "sns"], "warning": ["slack"], "info": []}),
    "sns alone": (Receivers(SNS), {"critical": ["sns"], "warning": ["sns"], "info": []}),
    "slack alone": (Receivers(slack=SLACK), {"critical": ["slack"], "warning": ["slack"], "info": []}),
}


def whole(env: Environment, told: Receivers) -> Obj:
    """The configuration that the operator writes: ours below a route of its own, for alerts of one namespace."""
    config = {"metadata": {"namespace": "openclaw", "name": "ours"}, "spec": routing(told, alerts(env))}
    return configuration([config], {(SLACK_SECRET, SLACK_URL): "https://hooks.example.com/secret"})


@pytest.mark.parametrize("name", BOTH)
def test_alertmanager_takes_the_configuration(name: str, defaults: Environment, tool: Tool, tmp_path: Path) -> None:
    path = written(whole(defaults, BOTH[name][0]), tmp_path)
    done = subprocess.run([*tool("amtool"), "check-config", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("severity", ["critical", "warning", "info"])
@pytest.mark.parametrize("name", BOTH)
def test_each_severity_reaches_whom_it_should(
    name: str, severity: str, defaults: Environment, tool: Tool, tmp_path: Path
) -> None:
    told, expected = BOTH[name]
    config = whole(defaults, told)
    command = [*tool("amtool"), "config", "routes", "test", f"--config.file={written(config, tmp_path)}"]
    done = subprocess.run(
        [*command, f"severity={severity}", "namespace=openclaw"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (receiver,) = (one for one in config["receivers"] if one["name"] == done.stdout.strip())
    assert sorted(key.removesuffix("_configs") for key in receiver if key != "name") == expected[severity]


def test_alerts_of_other_namespaces_are_not_ours(defaults: Environment, tool: Tool, tmp_path: Path) -> None:
    path = written(whole(defaults, BOTH["sns and slack"][0]), tmp_path)
    command = [
        *tool("amtool"),
        "config",
        "routes",
        "test",
        f"--config.file={path}",
        "severity=critical",
        "namespace=shop",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == NOBODY


def test_what_hushes_an_alert_is_an_alert(defaults: Environment) -> None:
    for engine in ("bifrost", "litellm"):
        env = replace(defaults, llm_gateway=replace(defaults.llm_gateway, engine=engine))
        names = {alert.name for alert in alerts(env)}
        assert {alert.hushed_by for alert in alerts(env) if alert.hushed_by} <= names


def written(config: Obj, folder: Path) -> Path:
    path = folder / "alertmanager.yaml"
    path.write_text(emit(config), "utf-8")
    return path
