"""The OpenTelemetry Collector finds every relay.yaml valid, starts with it and listens where it is told to."""

import os
import socket
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.real import manifests, process
from tests.real.accept import bench, scrapes
from tests.real.accept.subjects import environments
from tests.real.pod import Pod
from tests.real.stack import Stack
from tools.programs import Program

COMPONENT = "otel-collector"


@pytest.fixture(scope="module", params=environments("otelcol"))
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """What the collector sends to."""
    with bench.bench(request.param, tmp_path_factory.mktemp("bench")) as made:
        yield made


@pytest.fixture(scope="module")
def configured(here: Stack) -> Pod:
    """The collector, not started."""
    return bench.collector(here)


@pytest.fixture(scope="module")
def collector(configured: Pod) -> Iterator[Pod]:
    """The collector, ready."""
    with bench.running(configured) as pod:
        yield pod


def test_the_config_is_valid(configured: Pod, programs: Callable[[str], Program]) -> None:
    run = subprocess.run(
        [*programs("otelcol").argv, "validate", *configured.argv[-1:]],
        env={"PATH": os.defpath, **configured.env},
        cwd=configured.root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_it_answers_the_probe(here: Stack, collector: Pod, probe: str) -> None:
    get = manifests.container(here.environment, COMPONENT)[probe]["httpGet"]
    assert process.http_status(here.url(COMPONENT, get["port"]) + get["path"]) == 200


def test_every_port_of_the_container_is_listened_on(here: Stack, collector: Pod) -> None:
    names = [port["name"] for port in manifests.container(here.environment, COMPONENT)["ports"]]
    deaf = []
    for name in names:
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", here.ports[f"{COMPONENT}/{name}"])) != 0:
                deaf.append(name)
    assert deaf == []


def test_prometheus_is_served_as_it_asks(here: Stack, collector: Pod) -> None:
    scrapes.check(here, COMPONENT)
