"""Each of the five alerts, by its cause: it fires in a real Prometheus, and a real Alertmanager tells whom it should.

A minute of the rules is a second here; no threshold is another.  What one test has caused may still be told in the
next, so each looks at its own alert; before the first cause nothing is told at all.
"""

import os
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import pytest

from tests.conftest import ROOT
from tests.real import mapping
from tests.real.alerting import Alerting, alerting
from tests.real.e2e.client import Answer
from tests.real.e2e.conftest import ENVIRONMENTS
from tests.real.e2e.path import Path
from tests.real.e2e.rendered import output_price
from tests.real.receiver import Message

pytestmark = [
    pytest.mark.program(name, environment)
    for name in ("prometheus", "alertmanager")
    for environment in ENVIRONMENTS.values()
]

FASTER = 60
"""Scrapes are half a second apart then; Bifrost's takes 0.1 to 0.4 s on a busy machine."""
WITHIN = 60
"""Seconds for an alert on a machine with other work."""
MOMENT = 0.3
"""Seconds in which somebody would be told who should not: Alertmanager tells all at once."""
FIVE = ("LlmBudgetNearlyUsed", "PodRestartingOften", "LlmLatencyHigh", "LlmCacheHitRateLow", "LlmErrorRateHigh")
TOLD = {
    "litellm": {"critical": {"slack", "sns"}, "warning": {"slack"}, "info": set[str]()},
    "bifrost": {"critical": {"slack"}, "warning": {"slack"}, "info": set[str]()},
}
"""Engine -> severity -> who hears of it in its environment."""
PACE = 0.5
"""Seconds from one request to the next: Bifrost's virtual key may ask 150 times a minute."""
EVALUATED = 1.5
"""Seconds until what was scraped has been looked at by rules of both kinds: each twice a second."""
HELD = 6.5
"""Seconds: a budget must be nearly used for 5."""
QUIET = 18
"""Seconds without a cause: longer than any of the five must hold, of which the cache's 15 minutes are the longest."""
SLOW = 5.5
"""Seconds of a slow answer: `monitoring.thresholds.latency` is 5."""
RESTARTS = (2, 4)
"""In 5 minutes: as many as no environment minds, and more than the 3 that none bears."""
SHARES = (0.3, 0.6)
"""Of a budget, one after the other: 30 % are nothing to speak of, 90 % are."""
SPENDERS = {
    "litellm": ("provider bedrock", "LITELLM_MASTER_KEY"),
    "bifrost": ("virtual key research", "VIRTUAL_KEY_RESEARCH"),
}
"""Engine -> a budget, and who may spend it at once: others are first refused for their tokens a minute."""

Reaches = Callable[..., None]


@pytest.fixture(scope="module")
def watch(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alerting]:
    """Prometheus and Alertmanager run beside the path."""
    with alerting(path.here, FASTER, tmp_path_factory.mktemp("alerting")) as made:
        yield made


@pytest.fixture
def reaches(watch: Alerting, figure: Callable[[str], None]) -> Reaches:
    """Waits until an alert, caused at a moment, fires and was told as its severity asks; then looks at the words."""

    def check(alert: str, severity: str, *, of: str, since: float) -> None:
        ways = {"witness", *TOLD[watch.here.engine][severity]}
        watch.receiver.wait(lambda _: ways <= {one.way for one in said_of(watch, alert)}, WITHIN, f"{alert} by {ways}")
        took = time.monotonic() - since
        time.sleep(MOMENT)
        assert {one.way for one in said_of(watch, alert)} == ways
        assert watch.receiver.refusals == []
        runbook = watch.rule(alert)["annotations"]["runbook_url"]
        assert runbook.endswith(f"/docs/runbooks/{alert}.md")
        assert (ROOT / "docs" / "runbooks" / f"{alert}.md").is_file()
        for one in said_of(watch, alert):
            assert one.title == f"FIRING: {alert}"
            if one.way == "witness":
                assert one.to == f"{of}/openclaw/{severity}"
                assert (one.labels["severity"], one.labels["namespace"]) == (severity, of)
                assert one.annotations["runbook_url"] == runbook
            else:
                assert runbook in one.text.splitlines()
                assert one.link == (runbook if one.way == "slack" else "")
        summary = next(one.text for one in said_of(watch, alert) if one.way == "witness")
        figure(f"{alert} ({watch.here.engine}): told {took:.0f} s after its cause: {summary}")

    return check


def test_nobody_is_told_anything_while_all_is_well(path: Path, watch: Alerting) -> None:
    """Calls succeed at once, and nearly all questions were asked before."""
    with asking(partial(ask, path, [question() for _ in range(3)])) as answers:
        time.sleep(QUIET)
        values = {
            series: watch.value(series)
            for series in (
                "budget:llm_spent:ratio",
                "namespace:llm_requests:rate5m",
                "namespace:llm_latency_seconds:mean5m",
                "namespace:llm_cache_hits:ratio_rate30m",
                "namespace:llm_errors:ratio_rate5m",
            )
        }
    assert [str(answer) for answer in answers if not answer.is_complete] == []
    assert None not in values.values(), f"an alert has nothing to look at: {values}"
    assert {alert: state for alert in FIVE if (state := watch.state(alert))} == {}, values
    assert watch.receiver.messages == []


def test_a_container_that_restarts_often(path: Path, watch: Alerting, reaches: Reaches) -> None:
    """The collector is killed, as for a lack of memory."""
    container = watch.container("otel-collector")
    few, many = RESTARTS
    with watch.kubelet.attending(container, path.here.collector):
        since = time.monotonic()
        for _ in range(few):
            kill(path, watch)
        time.sleep(EVALUATED)
        assert watch.value(f'kube_pod_container_status_restarts_total{{pod="{container.pod}"}}') == few
        assert said_of(watch, "PodRestartingOften") == []
        for _ in range(many):
            kill(path, watch)
        reaches("PodRestartingOften", "critical", of=container.namespace, since=since)


def test_a_budget_that_is_nearly_used(path: Path, watch: Alerting, reaches: Reaches) -> None:
    """Answers so long that they cost it.  Others go on: LiteLLM tells what is left of a budget when it is asked again.

    What is left is plenty for the tests that follow.
    """
    little, much = SHARES
    with asking(partial(ask, path, [question()]), pace=2):
        spend(path, watch, little)
        time.sleep(HELD)
        assert said_of(watch, "LlmBudgetNearlyUsed") == []
        since = time.monotonic()
        spend(path, watch, much)
        reaches("LlmBudgetNearlyUsed", "warning", of="llm-gateway", since=since)


def test_a_cache_that_seldom_answers(path: Path, watch: Alerting, reaches: Reaches) -> None:
    """No question is asked twice."""
    assert said_of(watch, "LlmCacheHitRateLow") == []
    since = time.monotonic()
    with asking(partial(ask, path)):
        reaches("LlmCacheHitRateLow", "info", of="llm-gateway", since=since)


def test_requests_that_fail(path: Path, watch: Alerting, reaches: Reaches) -> None:
    """Every provider fails."""
    assert said_of(watch, "LlmErrorRateHigh") == []
    for model in path.promise.ids.values():
        path.here.upstream.behave(model, status=503)
    since = time.monotonic()
    with asking(partial(ask, path)) as answers:
        reaches("LlmErrorRateHigh", "warning", of="llm-gateway", since=since)
    assert {answer.status >= 500 for answer in answers} == {True}


def test_answers_that_take_long(path: Path, watch: Alerting, reaches: Reaches) -> None:
    """The provider is slow."""
    assert said_of(watch, "LlmLatencyHigh") == []
    path.here.upstream.behave(path.default_id, delay=SLOW)
    since = time.monotonic()
    with asking(partial(ask, path), callers=round((SLOW + PACE) / PACE)) as answers:
        reaches("LlmLatencyHigh", "info", of="llm-gateway", since=since)
    assert [str(answer) for answer in answers if not answer.is_complete] == []


def said_of(watch: Alerting, alert: str) -> list[Message]:
    """What was received of an alert that fires."""
    return [one for one in watch.receiver.messages if one.title == f"FIRING: {alert}"]


def question() -> str:
    """One like no other, neither in its words nor in their meaning."""
    return " ".join(secrets.token_hex(4) for _ in range(5))


def ask(path: Path, among: Sequence[str] = (), key: str = "") -> Answer:
    """One of these questions, or a new one, to the agent's model, with the agent's key unless another is given."""
    return path.complete(path.promise.default, secrets.choice(among or [question()]), share="alerts", key=key)


def spend(path: Path, watch: Alerting, share: float) -> None:
    """A share of a budget, by one answer, once Prometheus knows what was spent before."""
    budget, key = SPENDERS[path.here.engine]
    series = f'budget:llm_spent:ratio{{budget="{budget}"}}'
    ask(path, key=mapping.SECRETS[key])
    watch.until(lambda: watch.value(series) is not None, series)
    before = watch.value(series) or 0
    tokens = watch.limit(budget) * share / output_price(path.here.environment, path.promise.default)
    path.here.upstream.behave(path.default_id, output_tokens=round(tokens), times=1)
    answer = ask(path, key=mapping.SECRETS[key])
    assert answer.is_complete, str(answer)
    watch.until(
        lambda: (watch.value(series) or 0) > before + 0.9 * share, f"{share:.0%} more of the budget of {budget}"
    )


def kill(path: Path, watch: Alerting) -> None:
    """Kill the collector, and wait until it is started again."""
    container = watch.container("otel-collector")
    before = watch.kubelet.restarts[container]
    assert path.here.collector.running
    os.kill(path.here.collector.running.pid, signal.SIGKILL)
    watch.until(lambda: watch.kubelet.restarts[container] > before, "a restart")


@contextmanager
def asking(call: Callable[[], Answer], callers: int = 1, pace: float = PACE) -> Iterator[list[Answer]]:
    """Callers who ask again and again for the time of the block, one after the other, and what they are answered."""
    ended, answers = threading.Event(), list[Answer]()

    def ask_on() -> None:
        while not ended.is_set():
            answers.append(call())
            ended.wait(pace)

    threads = [threading.Thread(target=ask_on, daemon=True) for _ in range(callers)]
    for thread in threads:
        thread.start()
        ended.wait(pace)
    try:
        yield answers
    finally:
        ended.set()
        for thread in threads:
            thread.join()
