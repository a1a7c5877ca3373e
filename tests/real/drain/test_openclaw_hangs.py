"""OpenClaw ends while no provider answers: the turn must end in time, though there is nothing that it could say."""

import pytest

from generator.environment.openclaw import DETECTION_MARGIN, SPOT_NOTICE
from tests.real import addresses
from tests.real.drain import openclaw
from tests.real.drain.drill import Drill, id_of, naming, prepared, run, send
from tests.real.stack import Stack

ENVIRONMENT = "prod"
pytestmark = [pytest.mark.program("openclaw", ENVIRONMENT), pytest.mark.program("litellm", ENVIRONMENT)]


@pytest.fixture(scope="module")
def drill(here: Stack) -> Drill:
    """A turn waits for a model that hangs, as all of its fallbacks do, when the gateway ends."""
    openclaw.start(here)
    openclaw.ask(here, "warm-up", "session-of-warm-up")
    found = prepared(here, here.gateway)
    [provider] = addresses.openclaw(here.environment, here.gateway)["models"]["providers"].values()
    hang = {model["id"]: {"hang": True} for model in provider["models"]}
    headers = openclaw.session("session-of-nothing")
    found.calls["nothing"] = send(here, openclaw.caller(here), "turn-nothing", "openclaw", behave=hang, headers=headers)
    return run(here, here.gateway, here.openclaw, found)


def test_it_exits_by_itself_inside_the_spot_notice(drill: Drill) -> None:
    ending = drill.ending
    assert not ending.killed, f"{ending}: {drill['nothing']}"
    assert DETECTION_MARGIN + ending.lasted < SPOT_NOTICE, str(ending)


def test_the_turn_fails_and_is_not_paid_for_twice(here: Stack, drill: Drill) -> None:
    defaults = addresses.openclaw(here.environment, here.gateway)["agents"]["defaults"]
    first = id_of(here.environment, defaults["model"]["primary"].partition("/")[2])
    asked = [request for request in naming(here.upstream.requests, "turn-nothing") if request.model == first]
    assert drill["nothing"].answer.error, str(drill["nothing"])
    assert len(asked) == 1, f"{first} was asked {len(asked)} times"
