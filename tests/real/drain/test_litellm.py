"""LiteLLM ends: what fits is answered, what does not is cut when GRACEFUL_SHUTDOWN_TIMEOUT is over."""

import pytest

from tests.real import manifests
from tests.real.drain import llm_gateway
from tests.real.drain.drill import SLACK, Drill, naming
from tests.real.drain.replies import Call, Caller
from tests.real.stack import Stack

ENVIRONMENT = "prod"
pytestmark = [pytest.mark.program("litellm", ENVIRONMENT)]


@pytest.fixture(scope="module")
def restarted(fitting: Drill, caller: Caller, before: Call) -> Call:
    """What was asked before the end, asked again."""
    return llm_gateway.ask(caller, before.name)


class TestLiteLLM(llm_gateway.Ends):
    def test_it_cuts_a_stream_and_exits_when_its_shutdown_timeout_is_over(self, overrunning: Drill) -> None:
        longest = float(manifests.variables(ENVIRONMENT, llm_gateway.COMPONENT)["GRACEFUL_SHUTDOWN_TIMEOUT"])
        ending = overrunning.ending
        assert not ending.killed, str(ending)
        assert longest <= ending.drained < longest + SLACK, str(ending)

    def test_what_was_answered_before_the_end_is_in_the_cache_after_the_restart(
        self, here: Stack, before: Call, restarted: Call
    ) -> None:
        assert before.is_complete, str(before)
        assert restarted.answer.text == before.answer.text
        asked = naming(here.upstream.requests, before.name)
        assert len(asked) == 1, f"the provider was asked, and paid, {len(asked)} times"
