"""How the LLM gateway ends, whichever engine it is: two drills, and the tests that both engines share."""

import contextlib
import http.client
from urllib.parse import urlsplit

from generator.environment.openclaw import DETECTION_MARGIN, SPOT_NOTICE
from tests.real import addresses, process
from tests.real.drain.drill import ENDLESS, SLACK, Drill, prepared, run, send
from tests.real.drain.replies import Call, Caller
from tests.real.stack import Stack
from tests.real.upstream import words

COMPONENT = "llm-gateway"
ROOM = 8
"""Seconds by which a call is shorter than its time-out."""


def timeout(env_name: str) -> int:
    """Seconds that the gateway gives one model for one call, as rendered."""
    if addresses.engine(env_name) == "litellm":
        return int(addresses.config(env_name, COMPONENT, "/config.yaml")["router_settings"]["timeout"])
    providers = addresses.config(env_name, COMPONENT, "/config.json")["providers"].values()
    return max(int(provider["network_config"]["default_request_timeout_in_seconds"]) for provider in providers)


def ask(caller: Caller, name: str) -> Call:
    """A short reply, all of it."""
    return caller.ask(name, "glm-4.7", stream=False).join(60)


def fitting(here: Stack, caller: Caller) -> Drill:
    """Replies that fit, and a caller that keeps its connection open without using it, as OpenClaw does."""
    drill, seconds = prepared(here, COMPONENT), timeout(here.environment)
    talks = {"glm-4.7": {"text": words(seconds - 2 * ROOM), "delay": 1}}
    thinks = {"solar-pro-3": {"delay": seconds - ROOM}}

    def late() -> None:
        drill.calls["late"] = send(here, caller, "asked-during-pre-stop", "claude-sonnet")

    def new_call() -> None:
        assert here.llm.running
        url = here.url(COMPONENT)
        here.llm.running.wait_until(lambda: process.http_status(url) is None, SLACK, "the refusal of new connections")

    with contextlib.closing(_idle_connection(here.url(COMPONENT))):
        drill.calls["stream"] = send(here, caller, "reply-in-a-stream", "glm-4.7", behave=talks)
        drill.calls["whole"] = send(here, caller, "reply-in-one-piece", "solar-pro-3", behave=thinks, stream=False)
        run(here, COMPONENT, here.llm, drill, late, new_call)
    here.upstream.behave_well()
    return drill


def overrunning(here: Stack, caller: Caller) -> Drill:
    """The longest reply that fits, by a fallback that is asked after a time-out, and a stream that never ends."""
    drill, seconds = prepared(here, COMPONENT), timeout(here.environment)
    talks = {"solar-pro-3": {"text": words(ENDLESS), "delay": 1}}
    fails = {"glm-4.7": {"hang": True}, "claude-sonnet": {"delay": seconds - ROOM}}
    drill.calls["endless"] = send(here, caller, "reply-without-end", "solar-pro-3", behave=talks)
    drill.calls["fallback"] = send(here, caller, "reply-by-a-fallback", "glm-4.7", behave=fails, stream=False)
    return run(here, COMPONENT, here.llm, drill)


def _idle_connection(url: str) -> http.client.HTTPConnection:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
    connection.request("GET", "/metrics")
    connection.getresponse().read()
    return connection


class Ends:
    """What holds for both engines."""

    def test_replies_that_fit_are_complete(self, fitting: Drill) -> None:
        assert all(call.is_complete for call in fitting.calls.values()), "\n".join(map(str, fitting.calls.values()))

    def test_it_takes_calls_until_preStop_is_over(self, fitting: Drill) -> None:  # noqa: N802
        late = fitting["late"]
        assert late.is_complete, str(late)
        assert fitting.ending.evicted < late.asked < fitting.ending.signalled

    def test_it_ends_with_its_last_reply_though_callers_keep_connections(self, fitting: Drill) -> None:
        ending = fitting.ending
        assert not ending.killed, f"{ending}, {ending.gone - fitting.last_reply:.1f} s after its last reply"
        assert ending.gone - fitting.last_reply < SLACK, str(ending)

    def test_a_fallback_after_a_time_out_is_answered(self, overrunning: Drill) -> None:
        fallback = overrunning["fallback"]
        assert fallback.is_complete, str(fallback)

    def test_a_stream_without_end_does_not_outlast_the_spot_notice(self, overrunning: Drill) -> None:
        endless, ending = overrunning["endless"], overrunning.ending
        assert not endless.is_complete
        assert endless.end > ending.signalled, str(endless)
        assert DETECTION_MARGIN + ending.lasted <= SPOT_NOTICE, str(ending)
