"""OpenClaw ends: turns that fit are answered, one that never ends is cut at its time-out, and nothing is forgotten."""

import contextlib
from dataclasses import dataclass

import pytest

from generator.environment.openclaw import DETECTION_MARGIN, SPOT_NOTICE
from tests.real import process
from tests.real.drain import openclaw
from tests.real.drain.drill import ENDLESS, SLACK, Drill, naming, prepared, run, send
from tests.real.stack import Stack
from tests.real.upstream import Request, words

ENVIRONMENT = "prod"
pytestmark = [pytest.mark.program("openclaw", ENVIRONMENT), pytest.mark.program("litellm", ENVIRONMENT)]
FITS = 40
"""Seconds of a reply that is well inside a turn."""
QUIET = 10
"""Seconds in which a gateway that has started would ask for what it thinks is owed."""


@pytest.fixture(scope="module")
def drill(here: Stack) -> Drill:
    """Turns of every length run when the gateway ends."""
    openclaw.start(here)
    caller, found = openclaw.caller(here), prepared(here, here.gateway)
    openclaw.ask(here, "codeword-magpie", "told-before").join(openclaw.WARM)

    def turn(name: str, seconds: int, *, stream: bool = True) -> None:
        how = {"claude-sonnet": {"text": words(seconds), "delay": 1}}
        headers = openclaw.session(f"session-of-{name}")
        found.calls[name] = send(here, caller, f"turn-{name}", "openclaw", behave=how, stream=stream, headers=headers)

    def probes() -> None:
        pod = here.openclaw.running
        assert pod
        pod.wait_until(lambda: _status(here, "/startupz") == 503, SLACK, "its readiness probe to fail")
        found.seen["liveness"] = _status(here, "/healthz")
        found.seen["new turn"] = openclaw.ask(here, "turn-after-the-signal", "session-of-new").answer.status

    turn("endless", ENDLESS)
    turn("stream", FITS)
    turn("whole", FITS, stream=False)
    run(here, here.gateway, here.openclaw, found, lambda: turn("late", openclaw.turn(here) - SLACK), probes)
    here.upstream.behave_well()
    return found


@dataclass(frozen=True)
class Restarted:
    """What came of a gateway that started again on the same volume."""

    unasked: list[Request]
    """What it asked providers for by itself."""
    remembered: dict[str, str]
    """Conversation -> all that a new turn in it sent to the provider."""


@pytest.fixture(scope="module")
def restarted(here: Stack, drill: Drill) -> Restarted:
    so_far = len(here.upstream.requests)
    here.openclaw.start()
    with contextlib.suppress(AssertionError):
        here.upstream.traffic.wait(lambda requests: len(requests) > so_far, QUIET, "a call that nobody asked for")
    unasked = here.upstream.requests[so_far:]
    remembered = {}
    for conversation in ("told-before", "session-of-stream"):
        name = f"question-in-{conversation}"
        openclaw.ask(here, name, conversation)
        [request] = naming(here.upstream.requests, name)
        remembered[conversation] = request.text
    return Restarted(unasked, remembered)


@pytest.mark.parametrize("name", ["stream", "whole", "late"])
def test_a_turn_that_fits_is_complete(drill: Drill, name: str) -> None:
    assert drill[name].is_complete, str(drill[name])


def test_it_takes_turns_until_pre_stop_is_over(drill: Drill) -> None:
    assert drill.ending.evicted < drill["late"].asked < drill.ending.signalled


def test_it_drains_alive_and_not_ready_and_takes_no_new_turn(drill: Drill) -> None:
    assert drill.seen == {"liveness": 200, "new turn": 503}


def test_a_turn_without_end_is_cut_at_its_time_out(here: Stack, drill: Drill) -> None:
    endless, longest = drill["endless"], openclaw.turn(here)
    assert endless.answer.error, str(endless)
    assert longest <= endless.seconds < longest + SLACK, str(endless)


def test_it_exits_by_itself_when_the_last_turn_is_over(drill: Drill) -> None:
    ending = drill.ending
    assert (ending.killed, ending.exit.code) == (False, 0), str(ending)
    assert ending.gone - drill.last_reply < SLACK, str(ending)


def test_it_is_gone_inside_the_spot_notice(drill: Drill) -> None:
    assert DETECTION_MARGIN + drill.ending.lasted < SPOT_NOTICE, str(drill.ending)


def test_a_conversation_from_before_the_signal_goes_on_after_a_restart(restarted: Restarted) -> None:
    assert "codeword-magpie" in restarted.remembered["told-before"]


def test_a_reply_that_ended_while_it_drained_is_remembered_after_a_restart(restarted: Restarted) -> None:
    assert f"word{FITS - 1}" in restarted.remembered["session-of-stream"]


def test_a_turn_that_was_cut_is_not_asked_and_paid_for_again(restarted: Restarted) -> None:
    assert [request.text[-300:] for request in restarted.unasked] == []


def _status(here: Stack, path: str) -> int | None:
    return process.http_status(here.url(here.gateway) + path)
