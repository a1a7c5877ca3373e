"""Traces -> collector -> Langfuse: joined from the agent to the provider, and without what must not be in them."""

import json
import secrets

import pytest

from tests.real.e2e.path import Path, unheard
from tests.real.otlp import Span, encode
from tests.real.volume import Volume

ARRIVAL = 40
"""Seconds: the gateways export every five, the collector sends after two."""
PLANTED = {
    "key of an API": "sk-planted0123456789abcdefghij",
    "key of AWS": "AKIAPLANTED123456789",
    "e-mail": "planted.person@mail.planted.org",
    "card": "4111 1111 1111 1111",
    "token of GitHub": "ghp_planted0123456789abcdefghijklmnopqrst",
    "JSON web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlb2ZwbGFudGVk",
}


def test_a_callers_trace_goes_on_through_the_gateway_to_the_provider(path: Path) -> None:
    trace, agent = secrets.token_hex(16), secrets.token_hex(8)
    sent = Span(trace, agent, "", "openclaw.model.call", "openclaw-gateway", {"openclaw.provider": "gateway"})
    _export(path, [sent])
    assert path.complete(
        path.promise.default, unheard("Whose trace is this?"), trace=f"00-{trace}-{agent}-01"
    ).is_complete
    spans = path.here.langfuse.wait(
        lambda spans: any(span.trace == trace and path.default_id in span.text for span in spans),
        ARRIVAL,
        f"a span of trace {trace} that names {path.default_id}",
    )
    joined = {span.id: span for span in spans if span.trace == trace}
    [provider, *_] = [span for span in joined.values() if span.service != sent.service and path.default_id in span.text]
    assert _ancestors(provider, joined)[-1].id == agent, f"{provider.name} does not descend from the agent's span"


def test_the_agents_own_trace_goes_on_through_the_gateway_to_the_provider(path: Path, state: Volume) -> None:
    answer = path.turn(unheard("Which trace am I in?"))
    assert answer.is_complete, str(answer)
    run = json.loads(answer.raw)["id"]
    assert path.here.openclaw.running
    path.here.openclaw.running.wait_until(lambda: bool(_traces_of(run, state)), 20, f"a line of run {run} in its log")
    [trace] = _traces_of(run, state)
    path.here.langfuse.wait(
        lambda spans: any(span.trace == trace and path.default_id in span.text for span in spans),
        ARRIVAL,
        f"a span of OpenClaw's trace {trace} that names {path.default_id}",
    )


def test_a_span_says_from_which_pod_it_came(path: Path) -> None:
    trace = _asked(path, "Where does this come from?")
    for span in path.here.langfuse.spans:
        if span.trace == trace:
            assert span.resource.get("k8s.pod.name") == "llm-gateway-0"
            assert span.resource.get("k8s.namespace.name") == "llm-gateway"


def test_planted_secrets_do_not_reach_langfuse(path: Path) -> None:
    story = "The whale swam north. "
    path.here.upstream.behave(path.default_id, text=story + " ; ".join(PLANTED.values()))
    _asked(path, story + " and ".join(PLANTED.values()))
    received = path.here.langfuse.payload
    assert b"The whale swam north." in received, "the prompt is not in the trace at all"
    assert [kind for kind, secret in PLANTED.items() if secret.encode() in received] == []


def test_credentials_of_the_path_do_not_reach_langfuse(path: Path) -> None:
    _asked(path, "Who pays for this?")
    received = path.here.langfuse.payload
    assert [name for name, key in path.promise.keys.items() if key.encode() in received] == []


def test_langfuse_refused_nothing(path: Path) -> None:
    _asked(path, "Is anything wrong with this?")
    assert [refusal for refusal in path.here.langfuse.refusals if refusal.reason != "told so"] == []


@pytest.mark.engine("litellm")
def test_prompts_and_answers_do_not_reach_xray(path: Path) -> None:
    path.here.upstream.behave(path.default_id, text="the-answer-about-narwhals")
    trace = _asked(path, "the-question-about-narwhals")
    path.here.xray.wait(lambda spans: any(span.trace == trace for span in spans), ARRIVAL, f"trace {trace} in X-Ray")
    received = path.here.xray.payload
    assert [word for word in (b"the-question-about-narwhals", b"the-answer-about-narwhals") if word in received] == []


def _asked(path: Path, prompt: str) -> str:
    """The id of a trace with this prompt, once Langfuse has the provider's part of it."""
    trace = secrets.token_hex(16)
    answer = path.complete(path.promise.default, unheard(prompt), trace=f"00-{trace}-{secrets.token_hex(8)}-01")
    assert answer.is_complete, str(answer)
    path.here.langfuse.wait(
        lambda spans: any(span.trace == trace and path.default_id in span.text for span in spans),
        ARRIVAL,
        f"trace {trace}",
    )
    return trace


def _export(path: Path, spans: list[Span]) -> None:
    path.here.send("otel-collector", "otlp-http", "/v1/traces", encode(spans), "application/x-protobuf")


def _ancestors(span: Span, spans: dict[str, Span]) -> list[Span]:
    found = [span]
    while found[-1].parent in spans:
        found.append(spans[found[-1].parent])
    return found


def _traces_of(run: str, state: Volume) -> set[str]:
    """The traces that OpenClaw's own log names for a run."""
    assert state.logs
    return {
        json.loads(line)["traceId"]
        for file in state.outside(state.logs).glob("*.log")
        for line in file.read_text(errors="replace").splitlines()
        if run in line and "traceId" in line
    }
