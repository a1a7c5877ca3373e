"""Bifrost ends: what fits is answered; for what does not it waits, until it is killed when the grace period is over."""

import base64
import json
import urllib.request

import pytest

from tests.real import addresses, mapping
from tests.real.drain import llm_gateway
from tests.real.drain.drill import Drill
from tests.real.stack import Stack
from tests.real.upstream import Behaviour

ENVIRONMENT = "staging"
pytestmark = [pytest.mark.program("bifrost", ENVIRONMENT)]


@pytest.fixture(scope="module")
def restarted(here: Stack, fitting: Drill) -> float:
    """USD that the virtual key has used of its budget, as Bifrost knows it after the restart."""
    pair = f"{mapping.SECRETS['BIFROST_ADMIN_USERNAME']}:{mapping.SECRETS['BIFROST_ADMIN_PASSWORD']}"
    url = here.url(llm_gateway.COMPONENT) + "/api/governance/virtual-keys"
    headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as response:
        keys = json.load(response)["virtual_keys"]
    [key] = [each for each in keys if each["name"] == "openclaw"]
    return float(key["budgets"][0]["current_usage"])


class TestBifrost(llm_gateway.Ends):
    def test_it_waits_for_a_stream_until_it_is_killed(self, overrunning: Drill) -> None:
        ending = overrunning.ending
        assert ending.killed, str(ending)
        assert ending.lasted == pytest.approx(overrunning.budget.grace, abs=1)

    def test_what_was_spent_before_the_end_is_counted_after_the_restart(self, restarted: float) -> None:
        models = ("glm-4.7", "glm-4.7", "solar-pro-3", "claude-sonnet")  # before, stream, whole, late
        assert restarted == pytest.approx(sum(map(price, models)))


def price(model: str) -> float:
    """USD of one reply of the stand-in provider, by the rendered prices."""
    of = addresses.config(ENVIRONMENT, llm_gateway.COMPONENT, "/pricing.json")[model]
    said = Behaviour()
    return float(said.input_tokens * of["input_cost_per_token"] + said.output_tokens * of["output_cost_per_token"])
