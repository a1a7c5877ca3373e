"""LiteLLM: the engine of the LLM gateway that reads prompts, so that `auto` routes by content for every client.

Replicas share the response cache, rate limits and provider budgets over Redis.  Callers are known without a database,
by a module beside the configuration (generator/assets/litellm-auth).
"""

from __future__ import annotations

from pathlib import Path

from generator.environment.model import Environment
from generator.environment.models import Embedding, Model, ProviderName
from generator.kubernetes.emit import emit
from generator.kubernetes.json_text import json_text
from generator.kubernetes.objects import Obj
from generator.kubernetes.pod import ConfigDir, Probes, http_get
from generator.kubernetes.secret import Remote

from . import cache, llm_engine, providers, router
from .llm_engine import AUTO, Engine

CONFIG = "/etc/litellm"
METRICS_KEY = "LITELLM_METRICS_KEY"
"""Variable with a key that may read /metrics/ and do nothing else (generator/assets/litellm-auth)."""
ASSETS = Path(__file__).parents[1] / "assets"
NOBODY = 65534
"""User and group of the non-root image."""
GENERAL = "general"
"""The tier of prompts that belong to no route."""
CACHE_TIMEOUT = 0.5
"""Seconds for one command.  A request makes several: at the default of 5, a Redis that hung held one up for 25 s."""
CLASSIFIER_TIMEOUT = 500
"""Milliseconds; a decision takes well under one, with an embedding model `routing.embedding.deadlineMs` more."""
START_SECONDS = 300
"""It takes 14 to 42 s on two cores."""

PROVIDER_NAMES: dict[ProviderName, str] = {"upstage": "custom_openai", "ollama": "ollama_chat", "vllm": "hosted_vllm"}
"""What LiteLLM calls a provider, where it differs.  `custom_openai` keeps Solar's spending apart from OpenAI's."""

BUNDLED = ("ANTHROPIC_BETA_HEADERS", "AUTOROUTER_PRESETS", "BLOG_POSTS", "MODEL_COST_MAP", "POLICY_TEMPLATES")
"""What LiteLLM would otherwise fetch from the Internet at start, each with a copy in the image."""


def engine(env: Environment, port: int, drain: int) -> Engine:
    ready = http_get("/health/readiness", "http")
    return Engine(
        image=env.llm_gateway.images.litellm,
        user=NOBODY,
        group=NOBODY,
        args=("--config", f"{CONFIG}/config.yaml", "--port", str(port)),
        environ=environ(env, drain),
        secrets=llm_engine.keys(env)
        | {
            "LITELLM_MASTER_KEY": Remote("llm-gateway", "master-key"),
            METRICS_KEY: Remote("llm-gateway", "metrics-key"),
        },
        configs=[ConfigDir("config", CONFIG, files(env))],
        scratch={"/tmp": "256Mi"},
        # Not /health, which calls every model.
        probes=Probes(ready, ready, http_get("/health/liveliness", "http"), startup_seconds=START_SECONDS),
    )


def environ(env: Environment, drain: int) -> dict[str, str]:
    made = {f"LITELLM_LOCAL_{name}": "True" for name in BUNDLED} | {
        "DISABLE_ADMIN_UI": "True",
        "GRACEFUL_SHUTDOWN_TIMEOUT": str(drain),
        "HOME": "/tmp",
        "LITELLM_MODE": "PRODUCTION",
        "NO_DOCS": "True",
        "NO_REDOC": "True",
        "OTEL_EXPORTER_OTLP_ENDPOINT": llm_engine.collector(),
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        # Prompts leave the pod only where there is a Langfuse to read them.
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY" if env.langfuse.enabled else "NO_CONTENT",
        "OTEL_SERVICE_NAME": "litellm",
        "PYTHONDONTWRITEBYTECODE": "1",
        # Modules beside the configuration are imported by path, and find each other so.
        "PYTHONPATH": CONFIG,
        # Else the model call is written onto the span of the HTTP request, after that has ended.
        "USE_OTEL_LITELLM_REQUEST_SPAN": "True",
    }
    if env.cache.mode == "elasticache":
        # The router's settings have no key for TLS; this variable holds for every client in the process.
        made["REDIS_SSL"] = "True"
    return made


def files(env: Environment) -> dict[str, str]:
    made = {
        "config.yaml": emit(config(env)),
        "virtual_keys.json": json_text(virtual_keys(env)),
        "virtual_keys.py": (ASSETS / "litellm-auth" / "virtual_keys.py").read_text("utf-8"),
    }
    if env.routing.routes:
        made |= router.classifier() | {"router.json": json_text(router.data(env, "", env.models, {}))}
    return made


def config(env: Environment) -> Obj:
    """The whole of config.yaml."""
    models = [deployment(env, name, model) for name, model in env.models.items()]
    routing: Obj = {
        "timeout": env.llm_gateway.request_timeout,
        # What fails goes to the fallback at once: a retry would hold up every call to a provider whose budget is spent.
        "num_retries": 0,
        "fallbacks": [{name: list(model.fallbacks)} for name, model in env.models.items() if model.fallbacks],
    }
    if env.routing.embedding:
        models.append(embedder(env, env.routing.embedding))
    if env.routing.routes:
        models.append(auto(env))
    else:
        routing["model_group_alias"] = {AUTO: env.routing.default}
    if budgets := {
        PROVIDER_NAMES.get(name, name): {"budget_limit": provider.budget.usd, "time_period": provider.budget.period}
        for name, provider in env.providers.items()
        if provider.budget and name in providers.in_use(env)
    }:
        routing["provider_budget_config"] = budgets
    settings: Obj = {
        "callbacks": ["prometheus", "otel"],
        "drop_params": True,
        "request_timeout": env.llm_gateway.request_timeout,
        # With `custom_auth_run_common_checks`: without either, LiteLLM ignores the models of a virtual key.
        "enable_post_custom_auth_checks": True,
        "require_auth_for_metrics_endpoint": True,
    }
    if env.cache.mode != "none":
        name, port, _ = cache.address(env)
        redis = {"host": name, "port": port, "password": "os.environ/REDIS_PASSWORD"}
        timeouts = {"socket_connect_timeout": CACHE_TIMEOUT, "socket_timeout": CACHE_TIMEOUT}
        settings["cache"] = True
        settings["cache_params"] = {"type": "redis", "namespace": "litellm", "ttl": env.cache.ttl} | redis | timeouts
        routing |= {f"redis_{key}": value for key, value in redis.items()} | {"cache_kwargs": timeouts}
    return {
        "model_list": models,
        "router_settings": routing,
        "litellm_settings": settings,
        "general_settings": {
            "master_key": "os.environ/LITELLM_MASTER_KEY",
            "custom_auth": "virtual_keys.authenticate",
            "custom_auth_run_common_checks": True,
        },
    }


def deployment(env: Environment, name: str, model: Model) -> Obj:
    """A model; its prices are ours, since LiteLLM's own list does not know every id."""
    params: Obj = {
        "model": f"{PROVIDER_NAMES.get(model.provider, model.provider)}/{model.id}",
        "input_cost_per_token": providers.per_token(model.price.input),
        "output_cost_per_token": providers.per_token(model.price.output),
        "cache_read_input_token_cost": providers.per_token(model.price.cache_read),
        "cache_creation_input_token_cost": providers.per_token(model.price.cache_write),
    }
    if model.provider == "bedrock":
        # No keys: the SDK takes the pod's own credentials, from the Pod Identity Agent.
        params |= {"model": f"bedrock/converse/{model.id}", "aws_region_name": providers.region(env)}
    else:
        version = "" if model.provider in ("anthropic", "ollama") else "/v1"
        params["api_base"] = providers.address(env, model.provider) + version
    if variable := providers.KEY_VARIABLES.get(model.provider):
        params["api_key"] = f"os.environ/{variable}"
    size = {"max_input_tokens": model.context_window, "max_output_tokens": model.max_tokens}
    return {"model_name": name, "litellm_params": params, "model_info": size}


def embedder(env: Environment, embedding: Embedding) -> Obj:
    """The embedding model of content routing."""
    prefix = PROVIDER_NAMES.get(embedding.provider, embedding.provider).removesuffix("_chat")
    params: Obj = {"model": f"{prefix}/{embedding.model}"}
    if embedding.provider == "bedrock":
        params["aws_region_name"] = providers.region(env)
    else:
        version = "" if embedding.provider == "ollama" else "/v1"
        params["api_base"] = providers.address(env, embedding.provider) + version
    return {"model_name": embedding.model, "litellm_params": params, "model_info": {"mode": "embedding"}}


def auto(env: Environment) -> Obj:
    """The model that chooses among the others; without a license a proxy may have one such router."""
    tiers = {GENERAL: env.routing.default} | {route.name: route.model for route in env.routing.routes}
    return {
        "model_name": AUTO,
        "litellm_params": {
            "model": "auto_router/complexity_router",
            "complexity_router_default_model": env.routing.default,
            "complexity_router_config": {
                "classifier_type": "custom",
                "classifier_plugin": "content_router.classifier",
                "classifier_plugin_timeout_ms": CLASSIFIER_TIMEOUT,
                "tier_definitions": [
                    {"name": tier, "description": f"Prompts for {model}"} for tier, model in tiers.items()
                ],
                "tiers": tiers,
                "fallback_tier": GENERAL,
            },
        },
    }


def virtual_keys(env: Environment) -> Obj:
    """What virtual_keys.py reads: each caller's variable, models and rates."""
    made: Obj = {}
    for name, caller in env.llm_gateway.virtual_keys.items():
        rights: Obj = {"variable": llm_engine.key_variable(name), "models": llm_engine.callable_models(env, name)}
        if caller.rate_limit:
            rights["requestsPerMinute"] = caller.rate_limit.requests
            rights["tokensPerMinute"] = caller.rate_limit.tokens
        made[name] = rights
    return made
