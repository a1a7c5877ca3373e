"""Metrics -> a real Prometheus, which scrapes as rendered."""

import time
from collections.abc import Iterator

import pytest

from tests.real.e2e.conftest import ENVIRONMENTS
from tests.real.e2e.path import Path, unheard
from tests.real.otlp import counter
from tests.real.prometheus import Prometheus, prometheus
from tools.programs import Program, program

pytestmark = [pytest.mark.program("prometheus", environment) for environment in ENVIRONMENTS.values()]

SCRAPES = 60
"""Seconds for a few scrapes, one every five."""
CALLS = {
    "litellm": "litellm_proxy_total_requests_metric_total",
    "bifrost": "bifrost_success_requests_total",
}
"""Engine -> the counter of the calls that it has answered."""


@pytest.fixture(scope="session")
def server(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Prometheus runs beside the path."""
    found = program("prometheus")
    assert isinstance(found, Program)
    made = prometheus(path.here, found, tmp_path_factory.mktemp("prometheus"))
    try:
        made.start()
        yield made
    finally:
        if made.running:
            made.kill()


def test_every_target_is_up(server: Prometheus) -> None:
    expected = {"llm-gateway/http": "", "otel-collector/metrics": "", "otel-collector/self": ""}
    _wait(server, lambda: server.is_through(len(expected)), "the first scrape of every target")
    assert server.targets() == expected


def test_a_call_is_counted_under_its_namespace(path: Path, server: Prometheus) -> None:
    expression = f'sum({CALLS[path.here.engine]}{{namespace="llm-gateway"}})'
    before = _value(server, expression)
    assert path.complete(path.promise.default, unheard("Will this be counted?")).is_complete
    _wait(server, lambda: _value(server, expression) > before, f"{expression} above {before}")


def test_what_an_agent_reports_is_kept_apart_by_its_pod(path: Path, server: Prometheus) -> None:
    """OpenClaw's own exporter is in its image alone: a counter of its kind is sent in its place."""
    sent = counter("openclaw.tokens", 7, {"openclaw.model": "a-model"}, service="openclaw-gateway", at=time.time_ns())
    path.here.send("otel-collector", "otlp-http", "/v1/metrics", sent, "application/x-protobuf")
    # The pod behind this address is named by the collector, and the monitor puts its name where rules look for it.
    expression = 'openclaw_tokens_total{namespace="llm-gateway",pod="llm-gateway-0",openclaw_model="a-model"}'
    _wait(server, lambda: _value(server, expression) == 7, expression)


def test_the_collector_counts_what_it_passes_on(path: Path, server: Prometheus) -> None:
    expression = 'sum({__name__=~"otelcol_exporter_sent_spans(_total|__spans__total)?",exporter="otlp_http/langfuse"})'
    before = _value(server, expression)
    assert path.complete(path.promise.default, unheard("And this span?")).is_complete
    _wait(server, lambda: _value(server, expression) > before, f"{expression} above {before}")


def _value(server: Prometheus, expression: str) -> float:
    return sum(value for _, value in server.query(expression))


def _wait(server: Prometheus, condition: object, what: str) -> None:
    assert server.running
    assert callable(condition)
    server.running.wait_until(condition, SCRAPES, what)
