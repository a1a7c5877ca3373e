"""The LLM gateway: both engines get configurations that they accept, without secrets, and every host is admitted."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import pytest
import yaml

from generator.components import bifrost, cache, litellm, llm_gateway, providers
from generator.environment.llm import Database, RateLimit, Replicas, Semantic, VirtualKey
from generator.environment.model import Environment
from generator.environment.models import Budget, Provider, ProviderName
from generator.environment.openclaw import DETECTION_MARGIN, SPOT_NOTICE
from generator.kubernetes.network import Addresses, Edge, Hosts, Namespace, PodIdentityAgent, Pods
from generator.kubernetes.objects import Obj, host
from tests.conftest import ROOT, assert_same

SCHEMA = json.loads((ROOT / "policies" / "schemas" / "bifrost.json").read_text("utf-8"))
ARN = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123"

CEL_VARIABLES = {
    "budget_used", "complexity_tier", "customer_id", "customer_name", "headers", "model", "params", "provider",
    "request", "request_type", "team_id", "team_name", "tokens_used", "user_id", "virtual_key_id", "virtual_key_name",
}  # fmt: skip
"""All that a routing rule can see (Bifrost's createCELEnvironment); a rule that names anything else is skipped."""

Change = Callable[[Environment], Environment]


def gateway(**changes: Any) -> Change:
    return lambda env: replace(env, llm_gateway=replace(env.llm_gateway, **changes))


def caching(**changes: Any) -> Change:
    return lambda env: replace(env, cache=replace(env.cache, **changes))


def every_provider(env: Environment) -> Environment:
    model = replace(env.models["solar-pro-3"], fallbacks=())
    ids: dict[ProviderName, str] = {
        "anthropic": "claude-sonnet-4-6", "openai": "gpt-6", "ollama": "llama3.3", "vllm": "Qwen/Qwen3-32B",
    }  # fmt: skip
    added = {f"on-{name}": replace(model, provider=name, id=ident) for name, ident in ids.items()}
    added |= {"on-vllm-too": replace(added["on-vllm"], id="other"), "profile": replace(env.models["glm-4.7"], id=ARN)}
    limited = Budget(usd=100, period="1d")
    known: dict[ProviderName, Provider] = {
        **env.providers,
        "anthropic": Provider(budget=limited),
        "openai": Provider(base_url="https://llm.example.com/v1", budget=limited),
        "ollama": Provider(base_url="http://ollama.inference.svc.cluster.local:11434"),
        "vllm": Provider(base_url="http://vllm.inference.svc.cluster.local:8000/v1", budget=limited),
    }
    return replace(env, models=dict(sorted((dict(env.models) | added).items())), providers=known)


KEYS = {
    "narrow": VirtualKey(models=("glm-4.7",), rate_limit=RateLimit(5, 1000)),
    "openclaw": VirtualKey(budget=Budget(usd=300, period="30d"), rate_limit=RateLimit(600, 2_000_000)),
    "team-a": VirtualKey(),
}

BOTH: dict[str, Change] = {
    "defaults": lambda env: env,
    "one replica": gateway(replicas=Replicas(1, 1, 70)),
    "restricted keys": gateway(virtual_keys=KEYS),
    "every provider": every_provider,
    "other region": lambda env: replace(env, providers={**env.providers, "bedrock": Provider(region="eu-west-1")}),
    "no fallbacks": lambda env: replace(
        env, models={name: replace(model, fallbacks=()) for name, model in env.models.items()}
    ),
    "no routes": lambda env: replace(env, routing=replace(env.routing, routes=())),
    "elasticache": caching(mode="elasticache", endpoint="answers.abc.use1.cache.amazonaws.com"),
    "no cache": lambda env: caching(mode="none")(gateway(replicas=Replicas(1, 1, 70))(env)),
    "langfuse": lambda env: replace(
        env, langfuse=replace(env.langfuse, enabled=True, url="https://langfuse.example.com")
    ),
}
ONLY_BIFROST: dict[str, Change] = {
    "database": gateway(
        database=Database("db.abc.us-east-1.rds.amazonaws.com", 5432, "bifrost"), replicas=Replicas(1, 1, 70)
    ),
    "semantic cache": caching(semantic=Semantic("cohere.embed-multilingual-v3", 1024, 0.9)),
    "elasticache cluster": caching(mode="elasticache", endpoint="clustercfg.answers.abc.use1.cache.amazonaws.com"),
}
CASES = [("bifrost", name) for name in (*BOTH, *ONLY_BIFROST)] + [("litellm", name) for name in BOTH]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}, {case[1]}")
def env(request: pytest.FixtureRequest, defaults: Environment) -> Environment:
    """Each engine in each variation."""
    engine, variation = request.param
    return made(defaults, engine, variation)


@pytest.fixture(params=[*BOTH, *ONLY_BIFROST])
def on_bifrost(request: pytest.FixtureRequest, defaults: Environment) -> Environment:
    return made(defaults, "bifrost", request.param)


@pytest.fixture(params=list(BOTH))
def on_litellm(request: pytest.FixtureRequest, defaults: Environment) -> Environment:
    return made(defaults, "litellm", request.param)


def made(defaults: Environment, engine: str, variation: str = "defaults") -> Environment:
    return gateway(engine=engine)((BOTH | ONLY_BIFROST)[variation](defaults))


def deployment(env: Environment) -> Obj:
    return next(obj for obj in llm_gateway.objects(env) if obj["kind"] == "Deployment")


def container(env: Environment) -> Obj:
    found: Obj = deployment(env)["spec"]["template"]["spec"]["containers"][0]
    return found


def variables(env: Environment) -> set[str]:
    return {variable["name"] for variable in container(env)["env"]}


def files(env: Environment) -> dict[str, str]:
    found: dict[str, str] = next(obj for obj in llm_gateway.objects(env) if obj["kind"] == "ConfigMap")["data"]
    return found


def config(env: Environment) -> Obj:
    """The main file, as the engine reads it."""
    found: Obj = (
        json.loads(files(env)["config.json"])
        if env.llm_gateway.engine == "bifrost"
        else yaml.load(files(env)["config.yaml"], Loader=yaml.CSafeLoader)
    )
    return found


def strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every string in a configuration with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings(item, f"{path}[{index}]")
    elif isinstance(value, str):
        yield path, value


# Bifrost


def test_bifrost_config_fits_its_schema(on_bifrost: Environment) -> None:
    found = config(on_bifrost)
    assert faults(SCHEMA, found) == []
    if "vector_store" in found:
        # The schema lets through what fits any kind of vector store.
        redis = {"$ref": "#/$defs/redis_config", "$defs": SCHEMA["$defs"]}
        assert faults(redis, found["vector_store"]["config"]) == []


def faults(schema: Obj, instance: Obj) -> list[str]:
    errors = jsonschema_rs.Draft201909Validator(schema).iter_errors(instance)
    return [f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in errors]


@pytest.mark.parametrize(
    "fault",
    [
        {"model_list": []},
        {"client": {"enforce_auth": True}},
        {"providers": {"bedrock": {"keys": [{"name": "a", "weight": 1, "bedrock_key_config": {}}]}}},
        {"governance": {"routing_rules": [{"id": "a", "name": "a", "targets": []}]}},
        {"config_store": {"enabled": True, "kind": "sqlite"}},
        {"plugins": [{"name": "semantic_cache", "enabled": True, "config": {"dimension": 8}}]},
        {"plugins": [{"name": "otel", "enabled": True, "config": {"collector_url": "http://a/v1/traces"}}]},
    ],
    ids=lambda fault: next(iter(fault)),
)
def test_the_schema_refuses_what_bifrost_would_ignore(fault: Obj) -> None:
    assert faults(SCHEMA, fault)


def test_routing_rules_see_only_what_bifrost_shows_them(on_bifrost: Environment) -> None:
    for rule in config(on_bifrost)["governance"]["routing_rules"]:
        names = set(re.findall(r"[A-Za-z_]\w*", re.sub(r'"(\\.|[^"\\])*"', "", rule["cel_expression"])))
        assert names <= CEL_VARIABLES, rule["id"]


def test_every_name_leads_to_its_model(on_bifrost: Environment) -> None:
    models = on_bifrost.models
    found = {
        rule["cel_expression"]: (rule["targets"], rule["fallbacks"])
        for rule in config(on_bifrost)["governance"]["routing_rules"]
        if rule.get("scope") != "virtual_key"
    }

    def leads_to(name: str) -> tuple[list[Obj], list[str]]:
        model = models[name]
        target = {"provider": model.provider, "model": name, "weight": 1}
        return [target], [f"{models[other].provider}/{other}" for other in model.fallbacks]

    expected = {f'model == "{name}"': leads_to(name) for name in models}
    expected['model == "auto"'] = leads_to(on_bifrost.routing.default)
    for route in on_bifrost.routing.routes:
        expected[f'model == "auto" && headers["x-route"] == "{route.name}"'] = leads_to(route.model)
    assert_same(found, expected)


def test_routes_come_before_the_default_of_auto(defaults: Environment) -> None:
    rules = config(made(defaults, "bifrost"))["governance"]["routing_rules"]
    assert [rule["id"] for rule in sorted(rules, key=lambda rule: rule["priority"])][:3] == [
        "route-coding", "route-korean", "route-default",
    ]  # fmt: skip


def test_targets_and_fallbacks_exist_at_their_providers(on_bifrost: Environment) -> None:
    found = config(on_bifrost)
    served = {
        f"{name}/{model}"
        for name, provider in found["providers"].items()
        for key in provider["keys"]
        for model in key["models"]
        if model in key["aliases"]
    }
    for rule in found["governance"]["routing_rules"]:
        wanted = {f"{target['provider']}/{target['model']}" for target in rule["targets"]} | {
            *rule.get("fallbacks", ())
        }
        assert wanted <= served, rule["id"]


def test_a_key_is_refused_what_it_may_not_call(defaults: Environment) -> None:
    governance = config(made(defaults, "bifrost", "restricted keys"))["governance"]
    keys = {key["name"]: key for key in governance["virtual_keys"]}
    assert keys["narrow"]["provider_configs"] == [
        {"provider": "bedrock", "allowed_models": ["glm-4.7"], "key_ids": ["*"]}
    ]
    assert [one["provider"] for one in keys["openclaw"]["provider_configs"]] == ["bedrock", "upstage"]
    refusals = [rule for rule in governance["routing_rules"] if rule.get("scope") == "virtual_key"]
    assert {(rule["scope_id"], rule["cel_expression"]) for rule in refusals} == {
        ("key-narrow", 'model == "claude-sonnet"'),
        ("key-narrow", 'model == "solar-pro-3"'),
        ("key-narrow", 'model == "auto"'),
    }
    for rule in refusals:
        assert "fallbacks" not in rule, "a fallback would answer instead of a refusal"
        assert rule["targets"][0]["model"] != "glm-4.7"


@pytest.mark.parametrize("replicas", [1, 3, 4])
def test_pods_together_never_exceed_a_limit(defaults: Environment, replicas: int) -> None:
    env = gateway(replicas=Replicas(1, replicas, 70), virtual_keys=KEYS)(made(defaults, "bifrost"))
    governance = config(env)["governance"]
    budgets = {budget["id"]: budget for budget in governance["budgets"]}
    assert {name: round(budget["max_limit"] * replicas, 3) for name, budget in budgets.items()} == {
        "budget-key-openclaw": 300,
        "budget-provider-bedrock": 500,
    }
    assert budgets["budget-key-openclaw"]["virtual_key_id"] == "key-openclaw"
    assert governance["providers"] == [{"name": "bedrock", "budget_id": "budget-provider-bedrock"}]
    limits = {limit["id"]: limit for limit in governance["rate_limits"]}
    for name, key in KEYS.items():
        if key.rate_limit:
            limit = limits[f"limit-key-{name}"]
            assert 0 < limit["request_max_limit"] <= max(1, key.rate_limit.requests / replicas)
            assert 0 < limit["token_max_limit"] <= max(1, key.rate_limit.tokens / replicas)


def test_governance_refers_to_what_it_defines(on_bifrost: Environment) -> None:
    governance = config(on_bifrost)["governance"]
    keys = {key["id"] for key in governance["virtual_keys"]}
    budgets = {budget["id"] for budget in governance["budgets"]}
    limits = {limit["id"] for limit in governance["rate_limits"]}
    assert {budget["virtual_key_id"] for budget in governance["budgets"] if "virtual_key_id" in budget} <= keys
    assert {provider["budget_id"] for provider in governance["providers"]} <= budgets
    assert {key["rate_limit_id"] for key in governance["virtual_keys"] if "rate_limit_id" in key} == limits
    assert {provider["name"] for provider in governance["providers"]} <= set(config(on_bifrost)["providers"])


def test_bifrost_fetches_no_catalogue_from_outside(on_bifrost: Environment) -> None:
    urls = {value for _, value in strings(config(on_bifrost)["framework"])}
    assert urls == {f"file:///app/data/{name}" for name in files(on_bifrost) if name != "config.json"}
    mounts = {mount["mountPath"]: mount for mount in container(on_bifrost)["volumeMounts"]}
    for name in files(on_bifrost):
        assert mounts[f"/app/data/{name}"]["subPath"] == name
    assert "readOnly" not in mounts["/app/data"], "the entry point of the image writes there"


def test_bifrost_knows_the_price_of_every_model(on_bifrost: Environment) -> None:
    prices = json.loads(files(on_bifrost)["pricing.json"])
    assert_same(
        {name: (one["provider"], round(one["output_cost_per_token"] * 1e6, 6)) for name, one in prices.items()},
        {name: (model.provider, model.price.output) for name, model in on_bifrost.models.items()},
    )


def test_bifrost_has_a_store_and_guards_its_management_api(on_bifrost: Environment) -> None:
    found = config(on_bifrost)
    assert found["config_store"]["enabled"], "without a store Bifrost does not start, nor ask for a password"
    assert found["config_store"]["type"] == ("postgres" if on_bifrost.llm_gateway.database else "sqlite")
    assert found["source_of_truth"] == "config.json"
    assert found["auth_config"]["is_enabled"]
    assert found["client"]["enforce_auth_on_inference"]
    assert "whitelisted_routes" not in found["client"], "metrics name callers and what they spend"


def test_a_cache_outage_does_not_fail_probes(on_bifrost: Environment) -> None:
    assert config(on_bifrost)["client"]["disable_db_pings_in_health"]


def test_response_cache_compares_hashes_or_meanings(defaults: Environment) -> None:
    def response_cache(variation: str) -> Obj:
        plugins = {plugin["name"]: plugin for plugin in config(made(defaults, "bifrost", variation))["plugins"]}
        found: Obj = plugins["semantic_cache"]["config"]
        return found

    assert response_cache("defaults") == {
        "ttl": 600, "dimension": 1, "vector_store_namespace": "answers-1", "default_cache_key": "equal-requests",
    }  # fmt: skip
    semantic = response_cache("semantic cache")
    assert (semantic["provider"], semantic["dimension"], semantic["threshold"]) == ("bedrock", 1024, 0.9)
    assert "default_cache_key" not in semantic, "answers to similar prompts would cross callers"
    bedrock = config(made(defaults, "bifrost", "semantic cache"))["providers"]["bedrock"]
    assert "cohere.embed-multilingual-v3" in bedrock["keys"][0]["models"]


@pytest.mark.parametrize(
    ("variation", "tls", "cluster"),
    [("defaults", False, False), ("elasticache", True, False), ("elasticache cluster", True, True)],
)
def test_bifrost_speaks_to_the_cache_that_is_there(
    defaults: Environment, variation: str, tls: bool, cluster: bool
) -> None:
    found = config(made(defaults, "bifrost", variation))["vector_store"]["config"]
    assert (found["use_tls"], found["cluster_mode"]) == (tls, cluster)


def test_keys_of_providers_carry_what_each_needs(defaults: Environment) -> None:
    found = config(made(defaults, "bifrost", "every provider"))["providers"]
    assert found["bedrock"]["keys"][0]["bedrock_key_config"] == {"region": "us-east-1"}
    assert found["bedrock"]["keys"][0]["aliases"]["profile"] == {
        "model_id": "abc123",
        "inference_profile_arn": ARN.removesuffix("/abc123"),
    }
    assert found["openai"]["network_config"]["base_url"] == "https://llm.example.com"
    assert found["ollama"]["keys"][0]["ollama_key_config"]["url"].endswith(":11434")
    vllm = [(key["models"], key["vllm_key_config"]["model_name"], key["aliases"]) for key in found["vllm"]["keys"]]
    assert vllm == [
        (["on-vllm"], "on-vllm", {"on-vllm": {"model_id": "Qwen/Qwen3-32B"}}),
        (["on-vllm-too"], "on-vllm-too", {"on-vllm-too": {"model_id": "other"}}),
    ]
    private = {name for name, one in found.items() if one["network_config"].get("allow_private_network")}
    assert private == {"bedrock", "ollama", "vllm"}


# LiteLLM


def test_every_model_is_deployed_at_its_price(on_litellm: Environment) -> None:
    deployed = {one["model_name"]: one["litellm_params"] for one in config(on_litellm)["model_list"]}
    for name, model in on_litellm.models.items():
        assert deployed[name]["model"].endswith(f"/{model.id}"), name
        assert round(deployed[name]["input_cost_per_token"] * 1e6, 6) == model.price.input, name
        assert deployed[name].get("aws_region_name") == (
            providers.region(on_litellm) if model.provider == "bedrock" else None
        )


def test_auto_routes_by_content_or_to_the_default(on_litellm: Environment) -> None:
    found = config(on_litellm)
    routers = [one["litellm_params"] for one in found["model_list"] if one["model_name"] == "auto"]
    routes = on_litellm.routing.routes
    if not routes:
        assert (routers, found["router_settings"]["model_group_alias"]) == ([], {"auto": "claude-sonnet"})
        return
    (router,) = routers
    settings = router["complexity_router_config"]
    assert settings["tiers"] == {"general": "claude-sonnet"} | {route.name: route.model for route in routes}
    assert {tier["name"] for tier in settings["tier_definitions"]} == set(settings["tiers"])
    assert settings["fallback_tier"] in settings["tiers"]
    assert {"content_router.py", "router.json"} <= set(files(on_litellm))


def test_the_classifier_loads_its_data_and_routes(
    defaults: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in files(made(defaults, "litellm")).items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    classifier = imported(tmp_path / "content_router.py").classifier
    message = {"role": "user", "content": "오늘 저녁에 무엇을 먹을까요?"}
    assert asyncio.run(classifier.classify(SimpleNamespace(structured_messages=[message]))) == "korean"


def test_fallbacks_and_budgets_name_what_is_deployed(on_litellm: Environment) -> None:
    found = config(on_litellm)
    names = {one["model_name"] for one in found["model_list"]}
    settings = found["router_settings"]
    for fallback in settings["fallbacks"]:
        assert {*fallback, *(name for others in fallback.values() for name in others)} <= names
    deployed = {one["litellm_params"]["model"].partition("/")[0] for one in found["model_list"]}
    assert set(settings.get("provider_budget_config", {})) <= deployed


def test_spending_at_upstage_is_not_counted_as_openais(defaults: Environment) -> None:
    budgets = config(made(defaults, "litellm", "every provider"))["router_settings"]["provider_budget_config"]
    assert set(budgets) == {"anthropic", "bedrock", "hosted_vllm", "openai"}
    deployed = {one["model_name"]: one["litellm_params"] for one in config(made(defaults, "litellm"))["model_list"]}
    assert deployed["solar-pro-3"]["model"] == "custom_openai/solar-pro3"


def test_litellm_enforces_the_models_of_a_key(on_litellm: Environment) -> None:
    found = config(on_litellm)
    assert found["general_settings"]["custom_auth"] == "virtual_keys.authenticate"
    assert found["general_settings"]["custom_auth_run_common_checks"], "without it LiteLLM ignores models and rates"
    assert found["litellm_settings"]["enable_post_custom_auth_checks"], "without it LiteLLM ignores models"


def test_litellm_tells_keys_apart_by_models_and_rates(defaults: Environment) -> None:
    found = json.loads(files(made(defaults, "litellm", "restricted keys"))["virtual_keys.json"])
    every = ["claude-sonnet", "glm-4.7", "solar-pro-3", "auto"]
    assert_same(
        found,
        {
            "narrow": {
                "variable": "VIRTUAL_KEY_NARROW",
                "models": ["glm-4.7"],
                "requestsPerMinute": 5,
                "tokensPerMinute": 1000,
            },
            "openclaw": {
                "variable": "VIRTUAL_KEY_OPENCLAW",
                "models": every,
                "requestsPerMinute": 600,
                "tokensPerMinute": 2_000_000,
            },
            "team-a": {"variable": "VIRTUAL_KEY_TEAM_A", "models": every},
        },
    )


def test_litellm_shares_one_redis_for_answers_and_counters(defaults: Environment) -> None:
    found = config(made(defaults, "litellm"))
    answers, counters = found["litellm_settings"]["cache_params"], found["router_settings"]
    assert (answers["host"], answers["port"]) == (counters["redis_host"], counters["redis_port"])
    assert "REDIS_SSL" not in variables(made(defaults, "litellm"))
    assert "REDIS_SSL" in variables(made(defaults, "litellm", "elasticache"))


def test_litellm_ends_inside_its_grace_period(on_litellm: Environment) -> None:
    pod = deployment(on_litellm)["spec"]["template"]["spec"]
    drain = next(one["value"] for one in container(on_litellm)["env"] if one["name"] == "GRACEFUL_SHUTDOWN_TIMEOUT")
    pause = container(on_litellm)["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pause + int(drain) + 10 <= pod["terminationGracePeriodSeconds"]


# Virtual keys without a database


@pytest.fixture
def virtual_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, defaults: Environment) -> ModuleType:
    """The module as LiteLLM loads it, with stand-ins for the three names that it imports from there."""

    class Refused(Exception):
        def __init__(self, **fields: Any) -> None:
            self.code = fields["code"]
            super().__init__(str(fields))

    types = ModuleType("litellm.proxy._types")
    vars(types).update(
        LitellmUserRoles=SimpleNamespace(INTERNAL_USER="internal_user", PROXY_ADMIN="proxy_admin"),
        ProxyException=Refused,
        UserAPIKeyAuth=lambda **fields: SimpleNamespace(**fields),
    )
    for name, module in {"litellm": ModuleType("litellm"), "litellm.proxy": ModuleType("litellm.proxy")}.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, types.__name__, types)
    monkeypatch.setenv("LITELLM_MASTER_KEY", "sk-master-of-the-gateway")
    monkeypatch.setenv("LITELLM_METRICS_KEY", "key-of-prometheus-alone")
    for name in KEYS:
        monkeypatch.setenv(f"VIRTUAL_KEY_{name.upper().replace('-', '_')}", f"sk-bf-secret-of-{name}")
    for name, text in files(made(defaults, "litellm", "restricted keys")).items():
        (tmp_path / name).write_text(text, "utf-8")
    return imported(tmp_path / "virtual_keys.py")


KEYS_OF_THE_GATEWAY = {
    "LITELLM_MASTER_KEY": "sk-master-of-the-gateway",
    "LITELLM_METRICS_KEY": "key-of-prometheus-alone",
}


def imported(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_virtual_key_gets_the_rights_of_its_owner(virtual_keys: ModuleType) -> None:
    caller = asyncio.run(virtual_keys.authenticate(None, "sk-bf-secret-of-narrow"))
    assert (caller.key_alias, caller.models, caller.rpm_limit) == ("narrow", ["glm-4.7"], 5)
    assert caller.user_role == "internal_user"
    assert "/v1/chat/completions" in caller.allowed_routes
    assert "/key/generate" not in caller.allowed_routes


def test_the_key_itself_is_kept_nowhere(virtual_keys: ModuleType) -> None:
    caller = asyncio.run(virtual_keys.authenticate(None, "sk-bf-secret-of-narrow"))
    assert "secret" not in repr((caller, virtual_keys.CALLERS))


def test_the_master_key_is_the_administrators(virtual_keys: ModuleType) -> None:
    assert asyncio.run(virtual_keys.authenticate(None, "sk-master-of-the-gateway")).user_role == "proxy_admin"


def test_the_metrics_key_reads_metrics_and_nothing_else(virtual_keys: ModuleType) -> None:
    caller = asyncio.run(virtual_keys.authenticate(None, "key-of-prometheus-alone"))
    assert (caller.allowed_routes, caller.user_role) == (["/metrics/"], "internal_user")


@pytest.mark.parametrize("key", [None, "", "sk-bf-secret-of-nobody", "sk-bf-secret-of-narrow "])
def test_any_other_key_is_refused(virtual_keys: ModuleType, key: str | None) -> None:
    with pytest.raises(Exception, match="unknown key") as refused:
        asyncio.run(virtual_keys.authenticate(None, key))
    assert getattr(refused.value, "code", None) == 401


@pytest.mark.parametrize(
    ("environ", "complaint"),
    [
        ({}, "VIRTUAL_KEY_A holds no key"),
        ({"VIRTUAL_KEY_A": "short"}, "VIRTUAL_KEY_A holds no key"),
        ({"VIRTUAL_KEY_A": "sk-bf-the-key-of-a"}, "LITELLM_METRICS_KEY holds no key"),
        (KEYS_OF_THE_GATEWAY | {"VIRTUAL_KEY_A": "sk-bf-the-key-of-a", "LITELLM_MASTER_KEY": ""}, "MASTER_KEY holds"),
        (KEYS_OF_THE_GATEWAY | {"VIRTUAL_KEY_A": "sk-master-of-the-gateway"}, "the same key"),
        (KEYS_OF_THE_GATEWAY | {"VIRTUAL_KEY_A": "key-of-prometheus-alone"}, "the same key"),
    ],
)
def test_a_wrong_secret_keeps_the_gateway_from_starting(
    virtual_keys: ModuleType, environ: Mapping[str, str], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        virtual_keys.callers({"a": {"variable": "VIRTUAL_KEY_A", "models": []}}, environ)


# Both engines


def test_every_reference_to_the_environment_resolves(env: Environment) -> None:
    pattern = r"env\.([A-Z_0-9]+)" if env.llm_gateway.engine == "bifrost" else r"os\.environ/([A-Z_0-9]+)"
    named = {name for _, value in strings(config(env)) for name in re.findall(f"^{pattern}$", value)}
    if env.llm_gateway.engine == "litellm":
        named |= {key["variable"] for key in json.loads(files(env)["virtual_keys.json"]).values()}
        named.add(litellm.METRICS_KEY)
    secret = {one["name"] for one in container(env)["env"] if "valueFrom" in one}
    assert named == secret, "what a config names comes from a Secret, and no Secret is read for nothing"


def test_no_secret_stands_in_a_config(env: Environment) -> None:
    telling = re.compile(r"(^|[._])(value|password|api_key|master_key|encryption_key|user|admin_username)$")
    for path, value in strings(config(env)):
        if telling.search(path) and value:
            assert re.match(r"(env\.|os\.environ/)[A-Z_0-9]+$", value), path


def test_secret_has_the_keys_that_the_environment_needs(defaults: Environment) -> None:
    def needed(engine: str, variation: str = "defaults") -> set[tuple[str, str]]:
        (secret,) = llm_gateway.secrets(made(defaults, engine, variation))
        return {(remote.entry, remote.property) for remote in secret.data.values()}

    callers = {("virtual-keys", "openclaw"), ("providers", "upstage")}
    own = {("llm-gateway", name) for name in ("admin-password", "admin-username", "encryption-key")}
    assert needed("bifrost") == callers | own
    assert needed("litellm") == callers | {("llm-gateway", "master-key"), ("llm-gateway", "metrics-key")}
    assert needed("bifrost", "database") - needed("bifrost") == {
        ("llm-gateway", "database-password"),
        ("llm-gateway", "database-user"),
    }
    assert needed("litellm", "every provider") - needed("litellm") == {
        ("providers", "anthropic"),
        ("providers", "openai"),
    }


def test_the_pod_reads_the_keys_of_its_secret(env: Environment) -> None:
    (secret,) = llm_gateway.secrets(env)
    references = [one["valueFrom"]["secretKeyRef"] for one in container(env)["env"] if "valueFrom" in one]
    own = {one["key"] for one in references if one["name"] == secret.name}
    others = {(one["name"], one["key"]) for one in references if one["name"] != secret.name}
    assert own == set(secret.data)
    assert others == ({(cache.NAME, cache.PASSWORD)} if env.cache.mode != "none" else set())


def test_hosts_in_the_config_are_admitted(env: Environment) -> None:
    named = {
        urlsplit(value).hostname or ""
        for path, value in [*strings(config(env)), *strings([one.get("value", "") for one in container(env)["env"]])]
        if value.startswith(("http://", "https://")) and path != ".$schema"
    }
    for path, value in strings(config(env)):
        if path.endswith((".addr", ".host", ".redis_host")) and not value.startswith(("env.", "os.environ/")):
            named.add(value.partition(":")[0])
    if any(model.provider == "bedrock" for model in env.models.values()):
        named |= {f"bedrock-runtime.{providers.region(env)}.amazonaws.com"}
    refused = {name for name in named if not any(admits(edge, name, env) for edge in llm_gateway.edges(env))}
    assert refused == set()


def admits(edge: Edge, name: str, env: Environment) -> bool:
    match edge.target:
        case Hosts():
            return name in edge.target.names
        case Pods():
            return name == host(edge.target.app, edge.target.namespace)
        case Namespace():
            return name.endswith(f".{edge.target.name}.svc.cluster.local")
        case Addresses():
            return name == env.cache.endpoint and edge.target.cidrs == (env.cluster.vpc_cidr,)
    return False


def test_only_bedrock_needs_aws_credentials(defaults: Environment) -> None:
    def asks_the_agent(env: Environment) -> bool:
        return any(isinstance(edge.target, PodIdentityAgent) for edge in llm_gateway.edges(env))

    assert asks_the_agent(defaults)
    solar = {"solar-pro-3": replace(defaults.models["solar-pro-3"], fallbacks=())}
    elsewhere = replace(defaults, models=solar, routing=replace(defaults.routing, default="solar-pro-3", routes=()))
    assert not asks_the_agent(elsewhere)


def test_prometheus_may_scrape_and_traces_may_leave(env: Environment) -> None:
    edges = [(edge.source, edge.target, edge.port) for edge in llm_gateway.edges(env)]
    pods = Pods("llm-gateway", "llm-gateway")
    assert (Pods("prometheus", "monitoring"), pods, 4000) in edges
    assert (pods, Pods("otel-collector", "telemetry"), 4318) in edges


def test_prompts_leave_the_pod_only_for_langfuse(defaults: Environment) -> None:
    def exported(engine: str, variation: str) -> bool:
        env = made(defaults, engine, variation)
        if engine == "bifrost":
            return not bifrost.traces(env)["config"]["disable_content_logging"]
        return litellm.environ(env, 1)["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] == "SPAN_ONLY"

    for engine in ("bifrost", "litellm"):
        assert (exported(engine, "defaults"), exported(engine, "langfuse")) == (False, True), engine


def test_service_and_clients_meet_on_port_4000(env: Environment) -> None:
    found = {obj["kind"]: obj for obj in llm_gateway.objects(env)}
    assert llm_gateway.url(env) == "http://llm-gateway.llm-gateway.svc.cluster.local:4000/v1"
    assert found["Service"]["spec"]["ports"][0]["port"] == 4000
    assert container(env)["ports"] == [{"name": "http", "containerPort": 4000, "protocol": "TCP"}]
    told = {one["name"]: one.get("value") for one in container(env)["env"]}
    assert told.get("APP_PORT", "4000") == "4000"


def test_an_autoscaler_owns_the_replicas_or_there_is_none(env: Environment) -> None:
    replicas = env.llm_gateway.replicas
    scalers = [obj for obj in llm_gateway.objects(env) if obj["kind"] == "HorizontalPodAutoscaler"]
    if replicas.maximum == replicas.minimum:
        assert scalers == []
        assert deployment(env)["spec"]["replicas"] == replicas.minimum
        return
    (scaler,) = scalers
    assert "replicas" not in deployment(env)["spec"], "Argo CD would set back what the autoscaler set"
    assert (scaler["spec"]["minReplicas"], scaler["spec"]["maxReplicas"]) == (replicas.minimum, replicas.maximum)
    assert scaler["spec"]["scaleTargetRef"]["name"] == deployment(env)["metadata"]["name"]
    assert scaler["spec"]["behavior"]["scaleDown"]["stabilizationWindowSeconds"] == 300


@pytest.mark.parametrize("timeout", [1, 80, 600])
def test_the_grace_period_fits_a_spot_notice(defaults: Environment, timeout: int) -> None:
    grace = llm_gateway.grace(gateway(request_timeout=timeout)(defaults))
    assert grace.total <= SPOT_NOTICE - DETECTION_MARGIN
    assert grace.drain == min(2 * timeout, 95), "the fallback gets as long again"


def test_probes_do_not_call_models(env: Environment) -> None:
    paths = {container(env)[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness")}
    expected = {"/health"} if env.llm_gateway.engine == "bifrost" else {"/health/readiness", "/health/liveliness"}
    assert paths == expected


@pytest.mark.parametrize(("engine", "user", "group"), [("bifrost", 1000, 0), ("litellm", 65534, 65534)])
def test_each_image_runs_as_its_own_user(defaults: Environment, engine: str, user: int, group: int) -> None:
    found = deployment(made(defaults, engine))["spec"]["template"]["spec"]["securityContext"]
    assert (found["runAsUser"], found["runAsGroup"], found["runAsNonRoot"]) == (user, group, True)


def test_prices_a_token_are_exact_decimals() -> None:
    assert [providers.per_token(usd) for usd in (3.0, 2.2, 0.1, 0.0)] == [3e-06, 2.2e-06, 1e-07, 0.0]
