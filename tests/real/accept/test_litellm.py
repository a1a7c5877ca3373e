"""LiteLLM starts with every config.yaml and reaches every model in it."""

from collections.abc import Iterator
from typing import Any

import pytest

from generator.environment.load import load
from tests.real import addresses, manifests, mapping, process, stack
from tests.real.accept import calls, scrapes
from tests.real.accept.bench import bench, running
from tests.real.accept.subjects import environments
from tests.real.stack import Stack

COMPONENT = "llm-gateway"
ENVIRONMENTS = manifests.RENDERED.parent / "environments"


@pytest.fixture(scope="module", params=environments("litellm", engine="litellm"))
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """LiteLLM with its cache."""
    with (
        bench(request.param, tmp_path_factory.mktemp("bench")) as made,
        running(stack._cache(made)),
        running(stack._litellm(made)) as made.llm,
    ):
        yield made


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_it_answers_the_probe(here: Stack, probe: str) -> None:
    path = manifests.container(here.environment, COMPONENT)[probe]["httpGet"]["path"]
    assert process.http_status(here.url(COMPONENT) + path) == 200


def test_every_model_is_called_by_its_own_name_at_its_provider(here: Stack) -> None:
    called = {}
    for model in _models(here.environment):
        status, answer = _ask(here, model["model_name"], f"Say hello to {model['model_name']}")
        assert status == 200, f"{model['model_name']}: {answer}"
        called[model["model_name"]] = calls.last_chat(here.upstream)
    assert called == {name: _id(here.environment, name) for name in called}


def test_every_route_leads_to_its_model(here: Stack) -> None:
    routing = load(ENVIRONMENTS, here.environment).routing
    prompts = {
        route.model: route.examples[0] if route.examples else PHRASES[str(route.language)] for route in routing.routes
    }
    prompts[routing.default] = routing.general[0]
    found = {}
    for model, prompt in prompts.items():
        status, answer = _ask(here, "auto", prompt)
        assert status == 200, f"{model}: {answer}"
        found[model] = calls.last_chat(here.upstream)
    assert found == {model: _id(here.environment, model) for model in prompts}


def test_a_key_that_nobody_gave_out_is_refused(here: Stack) -> None:
    status, _ = calls.chat(here.url(COMPONENT), "sk-of-nobody", "auto", "hello")
    assert status == 401


def test_prometheus_is_served_as_it_asks(here: Stack) -> None:
    scrapes.check(here, COMPONENT)


PHRASES = {
    "ar": "ماذا نأكل على العشاء اليوم؟",
    "el": "Τι να φάμε απόψε για βραδινό;",
    "he": "מה נאכל הערב לארוחת ערב?",
    "hi": "आज रात के खाने में क्या खाएँ?",
    "ja": "今日の夕食は何を食べましょうか。",
    "ko": "오늘 저녁에 무엇을 먹으면 좋을까요?",
    "ru": "Что нам сегодня приготовить на ужин?",
    "th": "เย็นนี้เรากินอะไรกันดี",
    "zh": "今天晚饭我们吃什么好呢？",
}
"""Language -> a sentence in it."""


def _ask(here: Stack, model: str, text: str) -> tuple[int, Any]:
    return calls.chat(here.url(COMPONENT), mapping.SECRETS["VIRTUAL_KEY_OPENCLAW"], model, text)


def _models(environment: str) -> list[dict[str, Any]]:
    """Those that have a provider."""
    found = addresses.config(environment, COMPONENT, "/config.yaml")["model_list"]
    return [model for model in found if not model["litellm_params"]["model"].startswith("auto_router/")]


def _id(environment: str, model: str) -> str:
    [found] = [m["litellm_params"]["model"] for m in _models(environment) if m["model_name"] == model]
    return str(found.rpartition("/")[2])
