"""Drills: a part of the path is gone or full.  What can be served is, what cannot is said, nothing accepted is lost."""

import secrets
import threading
from collections.abc import Iterator

import pytest

from tests.real.e2e.client import Answer
from tests.real.e2e.path import Path, unheard
from tests.real.otlp import PROTOBUF, Span, encode
from tests.real.upstream import words
from tests.real.volume import Volume, mounted

REDIS_RETURNS = 90
"""Seconds: LiteLLM leaves a Redis that failed alone for 60 s."""
ROOM_AGAIN = 120
"""Seconds: OpenClaw has refused every turn for a minute after its disk was full."""
ARRIVAL = 60
"""Seconds until a span that waits is sent again: the collector's retries grow to 30 s."""


def test_without_redis_answers_go_on_and_caching_returns_with_it(path: Path) -> None:
    here = path.here
    here.cache.kill()
    try:
        for question in ("Do you need a memory?", "And now?"):
            answer = path.complete(path.promise.default, unheard(question))
            assert answer.is_complete, str(answer)
        assert here.llm.is_ready(), "Redis is gone, and the kubelet takes the LLM gateway out of its Service"
    finally:
        here.cache.start()
    question = unheard("Is your memory back?")

    def is_remembered() -> bool:
        before = len(path.chats)
        assert path.complete(path.promise.default, question, share="redis").is_complete
        return path.asked_since(before) == []

    assert here.llm.running
    here.llm.running.wait_until(is_remembered, REDIS_RETURNS, "an answer from the cache")


def test_without_the_collector_answers_go_on_and_traces_return_with_it(path: Path) -> None:
    here = path.here
    here.collector.kill()
    try:
        answer = path.turn(unheard("Is anybody watching?"))
        assert answer.is_complete, str(answer)
        assert here.llm.is_ready()
    finally:
        here.collector.start()
    _traced(path, "Is anybody watching again?")


def test_what_langfuse_does_not_take_waits_on_disk_though_the_collector_is_killed(path: Path) -> None:
    here = path.here
    here.langfuse.answer(503)
    refused = len(here.langfuse.refusals)
    accepted = [_send(path) for _ in range(3)]
    here.langfuse.wait_for_refusals(refused + 1, ARRIVAL)
    here.collector.kill()
    here.collector.start()
    here.langfuse.accept()
    here.langfuse.wait(
        lambda spans: {span.trace for span in spans} >= set(accepted), ARRIVAL, "every span that the collector accepted"
    )


@pytest.mark.parametrize("status", [400, 401])
def test_what_langfuse_rejects_for_good_is_counted_and_said(path: Path, status: int) -> None:
    here = path.here
    before = path.metric("otel-collector", "self", "otelcol_exporter_send_failed_spans(?:_total|__spans__total)?")
    here.langfuse.answer(status)
    refused = len(here.langfuse.refusals)
    _send(path)
    here.langfuse.wait_for_refusals(refused + 1, ARRIVAL)
    assert here.collector.running
    here.collector.running.wait_until(
        lambda: (
            path.metric("otel-collector", "self", "otelcol_exporter_send_failed_spans(?:_total|__spans__total)?")
            > before
        ),
        ARRIVAL,
        "a counted failure",
    )
    assert str(status) in here.collector.log
    answer = path.complete(path.promise.default, unheard("Do rejected traces matter to you?"))
    assert answer.is_complete, str(answer)
    here.langfuse.accept()
    _traced(path, "Are traces taken again?")


@pytest.fixture
def small_queue(path: Path) -> Iterator[Volume]:
    """The collector on a volume that can be filled."""
    collector = path.here.collector
    plain = collector.argv
    folder = collector.root / path.here.written("otel-collector").lstrip("/")
    collector.stop()
    with mounted(folder, "64m", path.here.root / "queue.log") as volume:
        collector.argv = [*volume.prefix, *plain]
        collector.start()
        yield volume
        collector.kill()
    collector.argv = plain
    collector.start()


def test_a_full_disk_under_the_collector_is_said_and_answers_go_on(path: Path, small_queue: Volume) -> None:
    here = path.here
    here.langfuse.answer(503)
    accepted = [_send(path)]
    small_queue.fill()
    big = [
        Span(secrets.token_hex(16), secrets.token_hex(8), "", "big", "litellm", {"filler": "x" * 4096})
        for _ in range(500)
    ]
    status = here.send("otel-collector", "otlp-http", "/v1/traces", encode(big), PROTOBUF)
    answer = path.complete(path.promise.default, unheard("Is there room?"))
    assert answer.is_complete, str(answer)
    assert here.collector.is_ready()
    assert status >= 500 or "no space left" in here.collector.log, f"{status}, and nothing in the log"
    small_queue.relieve()
    here.langfuse.accept()
    here.langfuse.wait(
        lambda spans: {span.trace for span in spans} >= set(accepted),
        ARRIVAL,
        "the span accepted before the disk was full",
    )
    _traced(path, "Is there room again?")


@pytest.mark.engine("litellm")
def test_a_full_disk_under_openclaw_is_said_and_costs_no_session(path: Path, state: Volume) -> None:
    session = f"disk-{secrets.token_hex(4)}"
    assert path.turn("Remember the word heliotrope.", session=session).is_complete
    state.fill()
    try:
        answer = path.turn("What is written when nothing can be?", session=session)
    finally:
        state.relieve()
    assert path.here.openclaw.running
    path.here.openclaw.running.wait_until(
        lambda: path.turn(unheard("Is there room again?")).is_complete, ROOM_AGAIN, "an answer"
    )
    assert not answer.is_complete or _was_kept(path, session, "What is written when nothing can be?"), (
        f"a turn that could not be kept was answered as if it were: {answer}"
    )
    assert _was_kept(path, session, "Remember the word heliotrope."), "what was accepted before is gone"


def test_the_llm_gateway_killed_in_the_middle_is_said_and_answers_return_with_it(path: Path) -> None:
    here = path.here
    here.upstream.behave(path.default_id, text=words(200), delay=0.2)
    answers: list[Answer] = []
    caller = threading.Thread(
        target=lambda: answers.append(path.complete(path.promise.default, unheard("Tell it slowly"), stream=True))
    )
    caller.start()
    here.upstream.traffic.wait(lambda requests: requests[-1].chunks > 3, 30, "a stream in the middle")
    here.llm.kill()
    here.llm.start()
    caller.join(30)
    [answer] = answers
    assert not answer.is_complete, str(answer)
    assert answer.error or not answer.done, "the stream ended as if it were whole"
    here.upstream.behave_well()
    assert path.complete(path.promise.default, unheard("Are you back?")).is_complete
    answer = path.turn(unheard("And you?"))
    assert answer.is_complete, str(answer)


@pytest.mark.engine("litellm")
def test_openclaw_killed_loses_no_session(path: Path) -> None:
    session = f"killed-{secrets.token_hex(4)}"
    assert path.turn("Remember the word marzipan.", session=session).is_complete
    path.here.openclaw.kill()
    path.here.openclaw.start()
    assert _was_kept(path, session, "Remember the word marzipan.")


def _was_kept(path: Path, session: str, said: str) -> bool:
    """Whether the next turn of a session shows the model what was said before."""
    before = len(path.chats)
    answer = path.turn(unheard("What did I say before?"), session=session)
    assert answer.is_complete, str(answer)
    return said in path.chats[before:][0].text


def _send(path: Path) -> str:
    """The trace of a span that the collector has accepted."""
    span = Span(secrets.token_hex(16), secrets.token_hex(8), "", "accepted", "litellm")
    assert path.here.send("otel-collector", "otlp-http", "/v1/traces", encode([span]), PROTOBUF) == 200
    return span.trace


def _traced(path: Path, prompt: str) -> None:
    """A call's trace arrives."""
    trace = secrets.token_hex(16)
    answer = path.complete(path.promise.default, unheard(prompt), trace=f"00-{trace}-{secrets.token_hex(8)}-01")
    assert answer.is_complete, str(answer)
    path.here.langfuse.wait(lambda spans: any(span.trace == trace for span in spans), ARRIVAL, f"trace {trace}")
