"""What `routing.embedding` makes of the gateway's configuration: who serves the model, who may call it, who asks it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.components import bifrost, litellm, llm_engine, openclaw_config, router
from generator.environment.load import load
from generator.environment.model import Environment
from generator.environment.models import Embedding, Provider

COHERE = "cohere.embed-multilingual-v3"


@pytest.fixture(scope="module")
def staging() -> Environment:
    return load(Path("environments"), "staging")


def served_by(env: Environment, provider: Any, model: str) -> Environment:
    providers = {**env.providers, provider: Provider(base_url=f"http://{provider}.inference.svc.cluster.local:8000")}
    routing = replace(env.routing, embedding=Embedding(model, provider))
    return replace(env, providers=providers, routing=routing)


def test_the_plugin_asks_the_llm_gateway_with_the_key_of_its_own_pod(staging: Environment) -> None:
    assert openclaw_config.routing(staging, "main")["embedding"] == {
        "url": "http://llm-gateway.llm-gateway.svc.cluster.local:4000/v1/embeddings",
        "keyVariable": "LLM_GATEWAY_API_KEY",
        "deadlineMs": 300,
        "request": {"model": COHERE, "input_type": "classification", "truncate": "END"},
    }


def test_without_an_embedding_model_nobody_is_asked(staging: Environment) -> None:
    off = replace(
        staging, routing=replace(staging.routing, embedding=None), cache=replace(staging.cache, semantic=None)
    )
    assert "embedding" not in openclaw_config.routing(off, "main")
    assert COHERE not in json.dumps(bifrost.config(off))


def test_the_deadline_is_over_before_litellm_gives_the_classifier_up(staging: Environment) -> None:
    limits = Embedding.__annotations__["deadline_ms"].__metadata__[0]
    assert limits.maximum + 50 <= litellm.CLASSIFIER_TIMEOUT


def test_keys_of_gateways_alone_may_call_the_embedding_model(staging: Environment) -> None:
    keys = {**staging.llm_gateway.virtual_keys, "batch": staging.llm_gateway.virtual_keys["research"]}
    env = replace(staging, llm_gateway=replace(staging.llm_gateway, virtual_keys=keys))
    assert {name for name in keys if COHERE in llm_engine.callable_models(env, name)} == {"openclaw", "research"}
    allowed = {
        key["name"]: {model for one in key["provider_configs"] for model in one["allowed_models"]}
        for key in bifrost.config(env)["governance"]["virtual_keys"]
    }
    assert {name for name, models in allowed.items() if COHERE in models} == {"openclaw", "research"}


@pytest.mark.parametrize(("provider", "model"), [("bedrock", COHERE), ("vllm", "BAAI/bge-m3"), ("ollama", "bge-m3")])
def test_bifrost_serves_the_embedding_model_under_its_name(staging: Environment, provider: Any, model: str) -> None:
    env = staging if provider == "bedrock" else served_by(staging, provider, model)
    made = bifrost.config(env)
    assert sum(key["models"].count(model) for key in made["providers"][provider]["keys"]) == 1
    [rule] = [rule for rule in made["governance"]["routing_rules"] if rule["name"] == "embedding"]
    assert rule["cel_expression"] == f'model == "{model}"'
    assert rule["targets"] == [{"provider": provider, "model": model, "weight": 1}]


@pytest.mark.parametrize(
    ("provider", "model", "params"),
    [
        ("bedrock", COHERE, {"model": f"bedrock/{COHERE}", "aws_region_name": "us-east-1"}),
        (
            "vllm",
            "BAAI/bge-m3",
            {"model": "hosted_vllm/BAAI/bge-m3", "api_base": "http://vllm.inference.svc.cluster.local:8000/v1"},
        ),
        ("ollama", "bge-m3", {"model": "ollama/bge-m3", "api_base": "http://ollama.inference.svc.cluster.local:8000"}),
    ],
)
def test_litellm_serves_the_embedding_model_under_its_name(
    staging: Environment, provider: Any, model: str, params: dict[str, str]
) -> None:
    env = staging if provider == "bedrock" else served_by(staging, provider, model)
    [found] = [one for one in litellm.config(env)["model_list"] if one["model_name"] == model]
    assert found["litellm_params"] == params


def test_litellm_gets_every_module_of_the_classifier_and_finds_it(staging: Environment) -> None:
    made = litellm.files(staging)
    assert {"content_decision.py", "content_embedding.py", "content_lexicon.py", "content_router.py"} <= set(made)
    assert litellm.environ(staging, 80)["PYTHONPATH"] == litellm.CONFIG
    assert json.loads(made["router.json"])["embedding"]["request"]["model"] == COHERE


def test_the_phrases_that_ask_for_a_language_have_its_names_in_them() -> None:
    phrases = {"latin": "auf (?:{latin})", "after": "(?:{unspaced})で", "english": "(?<!{letter})in {english}"}
    names = {"latin": "koreanisch|coréen", "unspaced": "韓国語", "english": "korean"}
    assert router.asked(phrases, names) == "auf (?:koreanisch|coréen)|(?:韓国語)で|(?<!{letter})in korean"
