"""Client -> OpenClaw -> LLM gateway -> provider, and back: who answers, what is answered again, what is refused."""

import pytest

from tests.real.e2e.path import Path, unheard
from tests.real.upstream import Outcome, words

ROUTES = ["general", "coding", "korean"]
SPEECH = 0.2
"""Seconds between two words: time for the first ones to be passed on before the connection breaks."""
HANGING = 60
"""Seconds within which a fallback answers for a provider that hangs: one `llmGateway.requestTimeout`, and some."""


def test_every_route_has_its_test(path: Path) -> None:
    assert sorted(path.promise.prompts) == sorted(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_prompt_is_answered_by_the_model_of_its_route(path: Path, route: str, stream: bool) -> None:
    prompt, model = path.promise.prompts[route]
    before = len(path.chats)
    answer = path.turn(unheard(prompt), stream=stream)
    assert answer.is_complete, str(answer)
    assert path.asked_since(before) == [path.id(model)]
    assert answer.text == f"answer of {path.id(model)}"


def test_different_questions_to_the_agent_are_different_calls(path: Path) -> None:
    before = len(path.chats)
    for question in ("How tall is the Eiffel Tower?", "Who painted the Mona Lisa?"):
        assert path.turn(question).is_complete
    asked = [request.text for request in path.chats[before:]]
    assert len(asked) == 2, f"{len(asked)} calls for two questions"
    assert "Eiffel" in asked[0]
    assert "Mona Lisa" in asked[1]


def test_every_model_is_called_by_the_name_of_its_provider(path: Path) -> None:
    before = len(path.chats)
    models = list(path.promise.ids)
    answers = {model: path.complete(model, unheard("Who are you?")) for model in models}
    assert {model: answer.text for model, answer in answers.items()} == {
        model: f"answer of {path.id(model)}" for model in models
    }
    assert path.asked_since(before) == [path.id(model) for model in models]


def test_the_second_equal_request_is_answered_from_the_cache(path: Path) -> None:
    question, group = unheard("Is this question new?"), "asked-by-the-test"
    known = path.redis.keys(f"*{path.promise.cached_under}*")
    before = len(path.chats)
    first = path.complete(path.promise.default, question, share=group)
    assert path.here.llm.running
    path.here.llm.running.wait_until(
        lambda: bool(path.redis.keys(f"*{path.promise.cached_under}*") - known), 10, "a cached answer"
    )
    second = path.complete(path.promise.default, question, share=group)
    assert path.asked_since(before) == [path.default_id]
    assert second.is_complete
    assert second.text == first.text == f"answer of {path.default_id}"


@pytest.mark.engine("bifrost")
def test_the_model_that_compares_questions_takes_what_it_is_sent(path: Path) -> None:
    before = len(path.here.upstream.requests)
    assert path.complete(path.promise.default, unheard("Is this like another?"), share="comparing").is_complete
    compared = [one for one in path.here.upstream.requests[before:] if "titan-embed" in one.model]
    assert compared, "no question was compared"
    assert [one.body for one in compared if one.outcome is Outcome.REFUSED] == []


@pytest.mark.engine("bifrost")
def test_questions_of_an_agent_are_not_compared_by_meaning(path: Path) -> None:
    """All of them begin with the same system prompt: any two would look alike."""
    before = len(path.here.upstream.requests)
    assert path.turn(unheard("Is this like another?")).is_complete
    assert [one.model for one in path.here.upstream.requests[before:] if "titan-embed" in one.model] == []


def test_a_caller_without_a_known_key_reaches_no_provider(path: Path) -> None:
    before = len(path.chats)
    answer = path.complete(path.promise.default, unheard("Who goes there?"), key="sk-bf-nobody-knows-this-key")
    assert answer.status == 401, str(answer)
    assert path.asked_since(before) == []


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_fallback_steps_in_for_a_provider_that_fails(path: Path, status: int, stream: bool) -> None:
    path.here.upstream.behave(path.default_id, status=status, retry_after=1)
    before = len(path.chats)
    answer = path.complete(path.promise.default, unheard("Does anybody answer?"), stream=stream)
    assert answer.is_complete, str(answer)
    assert answer.text == f"answer of {path.next_id}"
    asked = path.asked_since(before)
    assert asked[-1] == path.next_id
    assert 1 <= asked.count(path.default_id) <= 2, f"{asked}: more than one retry"


def test_a_fallback_steps_in_for_a_provider_that_hangs_up_before_its_first_word(path: Path) -> None:
    path.here.upstream.behave(path.default_id, drop_after=0)
    answer = path.complete(path.promise.default, unheard("Are you there?"), stream=True)
    assert answer.is_complete, str(answer)
    assert answer.text == f"answer of {path.next_id}"


def test_a_fallback_steps_in_for_a_provider_that_hangs(path: Path) -> None:
    path.here.upstream.behave(path.default_id, hang=True)
    before = len(path.chats)
    answer = path.complete(path.promise.default, unheard("Why so silent?"), stream=True)
    assert answer.is_complete, str(answer)
    assert path.asked_since(before) == [path.default_id, path.next_id]
    waited = path.chats[before + 1].started - path.chats[before].started
    assert waited < HANGING


def test_the_agent_is_answered_by_a_fallback(path: Path) -> None:
    path.here.upstream.behave(path.default_id, status=503)
    answer = path.turn(unheard("Is there anybody out there?"))
    assert answer.is_complete, str(answer)
    assert answer.text == f"answer of {path.next_id}"


def test_when_nobody_can_answer_the_caller_is_told_so(path: Path) -> None:
    for model in path.promise.ids.values():
        path.here.upstream.behave(model, status=503)
    answer = path.complete(path.promise.default, unheard("Can anybody answer?"))
    assert answer.status >= 500, str(answer)
    assert "503" in answer.error, str(answer)


@pytest.mark.parametrize("how", ["drop_after", "fail_after"])
def test_an_answer_that_breaks_off_is_not_passed_for_a_whole_one(path: Path, how: str) -> None:
    path.here.upstream.behave(path.default_id, text=words(6), delay=SPEECH, **{how: 3})
    answer = path.complete(path.promise.default, unheard("Will you finish?"), stream=True)
    assert answer.text == words(3)
    assert not answer.is_complete, str(answer)
    assert answer.error, "the stream ended as if it were whole"


@pytest.mark.engine("litellm")  # OpenClaw tries again for a minute, with either
def test_the_agent_says_when_an_answer_broke_off(path: Path) -> None:
    path.here.upstream.behave(path.default_id, text=words(6), delay=SPEECH, drop_after=3)
    answer = path.turn(unheard("Will you ever finish?"), stream=True)
    assert not answer.is_complete, str(answer)
    assert answer.error, "the stream ended as if it were whole"
