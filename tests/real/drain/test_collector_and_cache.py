"""The collector and Redis end within what the rules take for their drains, and no span is lost on the way."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.check.workloads.drain import COLLECTOR, REDIS
from tests.real.accept.bench import bench, cache, collector, running
from tests.real.drain.kubelet import Ending, budget, end
from tests.real.otlp import PROTOBUF, Span, encode
from tests.real.pod import Pod
from tests.real.stack import Stack

QUEUED = "asked-before-the-signal"
BUSY = 2
"""Seconds that a machine with other work may add."""


@pytest.fixture
def hanging() -> Iterator[str]:
    """The URL of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def of_prod(tmp_path: Path) -> Iterator[Stack]:
    with bench("prod", tmp_path) as made:
        yield made


@pytest.mark.program("otelcol", "prod")
def test_the_collector_ends_though_langfuse_hangs_and_delivers_after_a_restart(of_prod: Stack, hanging: str) -> None:
    pod = collector(of_prod)
    relay = pod.root / "etc/otelcol/relay.yaml"
    well = relay.read_text()
    relay.chmod(0o640)
    relay.write_text(well.replace(of_prod.langfuse.url, hanging))
    with running(pod):
        sent = encode([Span("1" * 32, "2" * 16, "", QUEUED, "bifrost")])
        assert of_prod.send("otel-collector", "otlp-http", "/v1/traces", sent, PROTOBUF) == 200
        ending = ended(of_prod, "otel-collector", pod)
    assert not ending.killed, str(ending)
    assert ending.drained < COLLECTOR + BUSY, str(ending)
    relay.write_text(well)
    with running(pod):
        of_prod.langfuse.wait(lambda spans: any(span.name == QUEUED for span in spans), 60, "the span that was queued")


@pytest.mark.program("redis-server", "dev")
def test_redis_ends_at_once(tmp_path: Path) -> None:
    with bench("dev", tmp_path) as here, running(cache(here, "redis-server")) as pod:
        ending = ended(here, "cache", pod)
    assert (ending.killed, ending.exit.code) == (False, 0), str(ending)
    assert ending.drained < REDIS, str(ending)


def ended(here: Stack, component: str, pod: Pod) -> Ending:
    """How a pod ended, as the kubelet ends it."""
    assert pod.running
    ending = end(pod.running, budget(here.environment, component))
    pod.running = None
    print(f"{here.environment}/{component} {ending}")
    return ending
