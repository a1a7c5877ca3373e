"""Values of secrets: each has a recipe, what is made fits what is asked of it, and what is given is looked at first."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from generator import fill_secrets
from generator.environment.langfuse import ClickHouse, Postgres, Redis
from generator.environment.load import names
from generator.environment.model import Environment
from generator.fill_secrets import PASSWORD, Property, Recipe, Unfit, accept, given, missing, properties
from generator.kubernetes.secret import Remote, Secret
from tests.conftest import ROOT, assert_same

EACH = pytest.mark.parametrize("name", names(ROOT / "environments"))
SLACK = Property("alerting", "slack-url", Recipe("given: the address", None, r"https://[!-~]+"))
KEY = Property("providers", "openai", Recipe("given: API key"))


def by_key(env: Environment) -> dict[str, Recipe]:
    return {f"{one.entry}/{one.name}": one.recipe for one in properties(env)}


def from_people(env: Environment) -> set[str]:
    return {key for key, recipe in by_key(env).items() if recipe.make is None}


@EACH
def test_what_is_made_fits_its_own_demands_and_is_never_made_twice(
    environments: dict[str, Environment], name: str
) -> None:
    seen: set[str] = set()
    for key, recipe in by_key(environments[name]).items():
        if recipe.make:
            value = recipe.make()
            assert re.fullmatch(recipe.pattern, value), f"{key}: {recipe.said}"
            assert recipe.said.startswith("always") or (len(value) >= 32 and value not in seen), key
            seen.add(value)


def test_made_values_look_as_their_programs_demand(environments: dict[str, Environment]) -> None:
    demands = {
        "staging": {
            "virtual-keys/research": r"sk-bf-[0-9a-f-]{36}",
            "langfuse/encryption-key": r"[0-9a-f]{64}",
            "langfuse/public-key": r"pk-lf-[0-9a-f-]{36}",
            "langfuse/secret-key": r"sk-lf-[0-9a-f-]{36}",
            "langfuse/salt": r"[A-Za-z0-9+/]{43}=",
            "langfuse/postgres-password": r"[A-Za-z0-9]{40}",
            "langfuse/postgres-username": "langfuse",
            "llm-gateway/encryption-key": r"[0-9a-f]{64}",
            "llm-gateway/admin-username": "admin",
            "cache/password": r"[A-Za-z0-9]{40}",
            "openclaw/ci": r"[0-9a-f]{64}",
            "grafana/username": "admin",
        },
        "prod": {"llm-gateway/master-key": r"sk-[0-9a-f]{64}", "llm-gateway/metrics-key": r"sk-[0-9a-f]{64}"},
    }
    for name, wanted in demands.items():
        recipes = by_key(environments[name])
        for key, pattern in wanted.items():
            make = recipes[key].make
            assert make is not None, f"{key} is made"
            assert re.fullmatch(pattern, make()), key


def test_people_give_what_others_issue(environments: dict[str, Environment]) -> None:
    wanted = {
        "dev": {"providers/upstage"},
        "staging": {"alerting/slack-url", "providers/anthropic", "providers/upstage"},
        "prod": {
            "alerting/slack-url",
            "cache/password",
            "ingress/client-id",
            "ingress/client-secret",
            "langfuse/clickhouse-password",
            "langfuse/postgres-password",
            "langfuse/redis-password",
            "providers/openai",
            "providers/upstage",
        },
    }
    for name, keys in wanted.items():
        env = environments[name]
        own = {key for key in from_people(env) if key.partition("/")[0] in env.services}
        assert_same(dict.fromkeys(from_people(env) - own), dict.fromkeys(keys))


def test_the_keys_of_a_langfuse_elsewhere_are_given(environments: dict[str, Environment]) -> None:
    env = environments["staging"]
    elsewhere = replace(env.langfuse, mode="external", url="https://langfuse.example.com", bucket=None)
    given_now = from_people(replace(env, langfuse=elsewhere)) - from_people(env)
    assert given_now == {"langfuse/public-key", "langfuse/secret-key"}


def test_a_store_of_langfuse_outside_has_its_password_already(environments: dict[str, Environment]) -> None:
    env = environments["staging"]
    stores = replace(env.langfuse, postgres=Postgres("db.example.com"), redis=Redis("redis.example.com"))
    outside = replace(env, langfuse=replace(stores, clickhouse=ClickHouse("ch.example.com")))
    stores_given = {f"langfuse/{store}-password" for store in ("clickhouse", "postgres", "redis")}
    assert from_people(outside) - from_people(env) == stores_given


@EACH
def test_every_engine_and_cache_is_thought_of(environments: dict[str, Environment], name: str) -> None:
    env = environments[name]
    for engine in ("bifrost", "litellm"):
        for mode in ("in-cluster", "elasticache", "none"):
            changed = replace(
                env,
                llm_gateway=replace(env.llm_gateway, engine=engine),
                cache=replace(env.cache, mode=mode, endpoint="redis.example.com", semantic=None),
            )
            assert properties(changed), (engine, mode)


def test_only_what_has_no_value_is_missing() -> None:
    assert missing([SLACK, KEY], {"alerting": {"slack-url": "https://x"}, "providers": {}}) == [KEY]
    assert missing([SLACK], {"alerting": {"slack-url": ""}}) == [SLACK], "an empty value is none"
    assert missing([SLACK], {}) == [SLACK]


def test_a_given_value_is_taken_when_it_fits() -> None:
    assert given([SLACK, KEY], {"providers": {"openai": "sk-1"}}) == {("providers", "openai"): "sk-1"}


@pytest.mark.parametrize("value", ["hooks.example.com/secret-part", "", " https://x", "https://x\n", 7, None])
def test_a_given_value_that_cannot_be_used_is_refused_without_showing_it(value: object) -> None:
    with pytest.raises(Unfit) as refused:
        accept(SLACK, value)
    assert "alerting/slack-url" in str(refused.value)
    assert "secret-part" not in str(refused.value)


def test_a_file_says_all_its_problems_at_once() -> None:
    with pytest.raises(Unfit) as refused:
        given([SLACK, KEY], {"alerting": {"slack-url": "x"}, "providers": {"openal": "sk-1"}})
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == [
        "alerting/slack-url",
        "providers/openal",
    ]


@pytest.mark.parametrize("document", [[], {"providers": "sk-1"}, None])
def test_a_file_of_another_form_is_refused(document: object) -> None:
    with pytest.raises(Unfit, match="not of the form"):
        given([KEY], document)


@pytest.mark.parametrize(
    ("said", "recipe"), [("API token of example.com", "given: API token of example.com"), ("", PASSWORD.said)]
)
def test_a_component_says_itself_how_a_value_comes_to_be(
    monkeypatch: pytest.MonkeyPatch, defaults: Environment, said: str, recipe: str
) -> None:
    declare(monkeypatch, Remote("search", "token", given=said))
    assert fill_secrets.recipe(defaults, "search", "token").said == recipe


def test_a_value_of_which_nobody_says_how_it_comes_to_be_is_named(
    monkeypatch: pytest.MonkeyPatch, defaults: Environment
) -> None:
    declare(monkeypatch, Remote("search", "token"))
    with pytest.raises(LookupError, match=r"nobody says how search/token comes to be: Remote\(\.\.\., given="):
        fill_secrets.recipe(defaults, "search", "token")


def declare(monkeypatch: pytest.MonkeyPatch, remote: Remote) -> None:
    found = [Secret("search", "search", {"token": remote})]
    monkeypatch.setattr(fill_secrets, "all_secrets", lambda env: found)
