"""OpenClaw takes every openclaw.json, finds nothing critical in it, starts with it and answers the rendered probes."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.real import addresses, manifests, process, stack
from tests.real.accept.bench import bench, running
from tests.real.accept.subjects import gateways
from tests.real.pod import Pod
from tools.programs import Program, Unavailable, program

PATIENCE = 120
"""Seconds for a command; each loads much code."""

KNOWN = {
    "fs.config.perms_group_readable": "a ConfigMap belongs to root; the group of the pod must read it",
    "gateway.http.session_key_override_enabled": "programs name their conversations; every one of them has the token",
    "gateway.trusted_proxy_auth": "the load balancer signs people in, and nobody else reaches the port",
    "gateway.trusted_proxy_device_auto_approve": "who got past the load balancer needs no second approval",
    "gateway.trusted_proxy_no_allowlist": "the user pool decides who signs in",
    "models.weak_tier": "the id claude-sonnet, a name of ours, is read as an old release",
    "summary.attack_surface": "a summary, not a finding",
}
"""Findings of the audit that are meant, and why."""

CRITICAL = {"gateway.trusted_proxy_auth"}
"""Those of them that the audit calls critical: only where people sign in at the load balancer."""


@dataclass(frozen=True)
class Config:
    """One gateway's files, byte for byte but for the folder that they lie in, and its variables."""

    component: str
    auth: str
    env: dict[str, str]
    cwd: Path

    def ask(self, openclaw: Program, *arguments: str) -> Any:
        """What a command of OpenClaw answers as JSON."""
        run = subprocess.run(
            [*openclaw.argv, *arguments, "--json"],
            env={"PATH": os.defpath, **self.env},
            cwd=self.cwd,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert run.stdout.lstrip().startswith("{"), f"exit {run.returncode}\n{run.stdout}\n{run.stderr}"
        return json.loads(run.stdout)


@pytest.fixture
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    """The rendered files of one gateway, with the modes that the kubelet gives them."""
    environment, component = request.param
    folder = str(tmp_path)
    for path, text in manifests.mounted(environment, component).items():
        file = tmp_path / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        file.write_text(text.replace("/etc/openclaw/", f"{folder}/etc/openclaw/") if file.suffix == ".json" else text)
        file.chmod(0o440)
    (tmp_path / "home/node/.openclaw").mkdir(parents=True, mode=0o700)
    (tmp_path / "tmp").mkdir()
    env = {
        name: folder + value if value.startswith("/") else value
        for name, value in manifests.variables(environment, component).items()
    }
    auth = addresses.openclaw(environment, component)["gateway"]["auth"]["mode"]
    return Config(component, auth, env | {"TMPDIR": f"{folder}/tmp"}, tmp_path)


@pytest.fixture(scope="module")
def gateway(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Pod, str]]:
    """(environment, running gateway, its address)."""
    environment, component = request.param
    with bench(environment, tmp_path_factory.mktemp("bench")) as here:
        here.gateway = component
        with running(stack._openclaw(here)) as pod:
            yield environment, pod, here.url(component)


@pytest.mark.parametrize("config", gateways("openclaw"), indirect=True)
def test_the_config_is_valid(config: Config, openclaw: Program) -> None:
    answer = config.ask(openclaw, "config", "validate")
    assert answer["valid"], answer
    assert [w for w in answer.get("warnings", []) if not _is_about_a_missing_plugin(w)] == []


@pytest.mark.parametrize("config", gateways("openclaw-diagnostics-otel"), indirect=True)
def test_every_plugin_is_installed(config: Config, openclaw: Program) -> None:
    assert config.ask(openclaw, "config", "validate").get("warnings", []) == []


@pytest.mark.parametrize("config", gateways("openclaw"), indirect=True)
def test_the_security_audit_finds_nothing_but_what_is_meant(config: Config, openclaw: Program) -> None:
    findings = config.ask(openclaw, "security", "audit")["findings"]
    unknown = [one for one in findings if one["checkId"] not in KNOWN]
    assert [f"{one['severity']} {one['checkId']}: {one['detail']}" for one in unknown] == []
    critical = {one["checkId"] for one in findings if one["severity"] == "critical"}
    assert critical == (CRITICAL if config.auth == "trusted-proxy" else set())


@pytest.mark.parametrize("gateway", gateways("openclaw"), indirect=True)
class TestStarted:
    """One start a gateway."""

    @pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
    def test_it_answers_the_probe(self, gateway: tuple[str, Pod, str], probe: str) -> None:
        environment, pod, url = gateway
        path = manifests.container(environment, pod.name)[probe]["httpGet"]["path"]
        assert process.http_status(url + path) == 200

    def test_the_router_is_the_one_plugin_that_loads(self, gateway: tuple[str, Pod, str]) -> None:
        _, pod, _ = gateway
        assert "http server listening (1 plugin: content-router;" in pod.log

    def test_nothing_is_answered_without_a_credential(self, gateway: tuple[str, Pod, str]) -> None:
        _, _, url = gateway
        assert process.http_status(f"{url}/v1/models") in (401, 403)


@pytest.fixture
def openclaw(programs: Callable[[str], Program]) -> Program:
    """The program."""
    return programs("openclaw")


def _is_about_a_missing_plugin(warning: dict[str, str]) -> bool:
    return (
        warning["path"] == "plugins.entries.diagnostics-otel"
        and warning["message"].startswith("plugin not installed")
        and isinstance(program("openclaw-diagnostics-otel"), Unavailable)
    )
