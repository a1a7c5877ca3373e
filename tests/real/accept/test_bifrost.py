"""Bifrost starts with every config.json and follows every routing rule in it to its model."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.real import addresses, manifests, mapping, process, stack
from tests.real.accept import calls, scrapes
from tests.real.accept.bench import bench, running
from tests.real.accept.subjects import environments
from tests.real.stack import Stack

COMPONENT = "llm-gateway"


@pytest.fixture(scope="module", params=environments("bifrost", engine="bifrost"))
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Bifrost with its cache."""
    with (
        bench(request.param, tmp_path_factory.mktemp("bench")) as made,
        running(stack._cache(made)),
        running(stack._bifrost(made)) as made.llm,
    ):
        yield made


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_it_answers_the_probe(here: Stack, probe: str) -> None:
    path = manifests.container(here.environment, COMPONENT)[probe]["httpGet"]["path"]
    assert process.http_status(here.url(COMPONENT) + path) == 200


def test_every_model_is_called_by_its_own_name_at_its_provider(here: Stack) -> None:
    called = {}
    for model in _aliases(here.environment):
        status, answer = _chat(here, "VIRTUAL_KEY_OPENCLAW", model, f"Say hello to {model}")
        assert status == 200, f"{model}: {answer}"
        called[model] = calls.last_chat(here.upstream)
    assert called == _aliases(here.environment)


def test_every_routing_rule_leads_to_its_target(here: Stack) -> None:
    aliases, found, expected = _aliases(here.environment), {}, {}
    embeddings = _embedding_models(here.environment)
    for rule in _rules(here.environment):
        if "scope" in rule:  # of one virtual key: a refusal, tried below
            continue
        asked = _asked(rule["cel_expression"])
        if asked["model"] in embeddings:
            status, answer = _embed(here, asked["model"])
        else:
            headers = {"x-route": asked["route"]} if asked["route"] else {}
            status, answer = _chat(here, "VIRTUAL_KEY_OPENCLAW", asked["model"], f"Prompt for {rule['id']}", **headers)
        assert status == 200, f"{rule['id']}: {answer}"
        [target] = rule["targets"]
        expected[rule["id"]] = aliases.get(target["model"], target["model"])
        found[rule["id"]] = here.upstream.requests[-1].model
    assert found == expected


def test_a_model_that_a_key_may_not_use_is_refused(here: Stack) -> None:
    keys = {key["id"]: key["value"].removeprefix("env.") for key in _governance(here.environment)["virtual_keys"]}
    tried = {}
    for rule in _rules(here.environment):
        if rule.get("scope") == "virtual_key":
            before = len(here.upstream.requests)
            status, _ = _chat(here, keys[rule["scope_id"]], _asked(rule["cel_expression"])["model"], "hello")
            tried[rule["id"]] = (status >= 400, len(here.upstream.requests) - before)
    assert tried == dict.fromkeys(tried, (True, 0))


def test_without_a_key_nothing_is_answered(here: Stack) -> None:
    status, _ = calls.chat(here.url(COMPONENT), "sk-bf-of-nobody", "auto", "hello")
    assert status in (400, 401, 403)


def test_prometheus_is_served_as_it_asks(here: Stack) -> None:
    scrapes.check(here, COMPONENT)


_MODEL, _ROUTE = re.compile(r'model == "([^"]+)"'), re.compile(r'headers\["x-route"\] == "([^"]+)"')


def _asked(expression: str) -> dict[str, str]:
    """What a request must say for a rule to match it."""
    model, route = _MODEL.search(expression), _ROUTE.search(expression)
    assert model, f"a rule of another form: {expression}"
    return {"model": model[1], "route": route[1] if route else ""}


def _chat(here: Stack, key: str, model: str, text: str, **headers: str) -> tuple[int, Any]:
    return calls.chat(here.url(COMPONENT), mapping.SECRETS[key], model, text, **headers)


def _embed(here: Stack, model: str) -> tuple[int, Any]:
    """Asked for as the plugins of the gateways ask."""
    asked = [
        embedding["request"]
        for gateway in addresses.gateways(here.environment)
        if (embedding := addresses.config(here.environment, gateway, "/router.json").get("embedding"))
    ]
    [request] = [one for one in asked if one["model"] == model][:1] or [{"model": model}]
    headers = {"Authorization": f"Bearer {mapping.SECRETS['VIRTUAL_KEY_OPENCLAW']}"}
    return calls.post(f"{here.url(COMPONENT)}/v1/embeddings", {**request, "input": ["a text"]}, headers)


def _config(environment: str) -> Any:
    return addresses.config(environment, COMPONENT, "/config.json")


def _governance(environment: str) -> Any:
    return _config(environment)["governance"]


def _rules(environment: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _governance(environment)["routing_rules"]
    return found


def _aliases(environment: str) -> dict[str, str]:
    """Model -> what its provider calls it."""
    keys = [key for provider in _config(environment)["providers"].values() for key in provider["keys"]]
    return {model: alias["model_id"] for key in keys for model, alias in key.get("aliases", {}).items()}


def _embedding_models(environment: str) -> set[str]:
    keys = [key for provider in _config(environment)["providers"].values() for key in provider["keys"]]
    return {model for key in keys for model in key["models"]} - _aliases(environment).keys()
