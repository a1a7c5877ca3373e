"""Bifrost: the default engine of the LLM gateway, configured for release 2.6 by one file that Git alone changes.

Its open edition does not start without a configuration store, so each pod builds one of its own from config.json, in a
SQLite file that goes with the pod, or keeps it in `database`, which allows for one pod only.

A pod does not start while Redis is down; one that runs answers on without its cache.
"""

from __future__ import annotations

from generator.environment.model import Environment
from generator.environment.models import Model, ProviderName
from generator.kubernetes.json_text import json_text
from generator.kubernetes.objects import Obj
from generator.kubernetes.pod import ConfigDir, Probes, http_get
from generator.kubernetes.quantity import mebibytes
from generator.kubernetes.secret import Remote

from . import cache, llm_engine, providers
from .bifrost_governance import governance
from .llm_engine import Engine

APP_DIR = "/app/data"
"""Where the image reads config.json; its entry point insists that the directory is writable."""
RETRIES = 1
"""Of quick failures (429, 5xx, no connection).  What has timed out is never retried, it goes to the fallback."""
CACHE_TIMEOUT = "500ms"
"""A request waits no longer for Redis, then goes to the provider."""
MEMORY_SHARE = 90
"""Percent of the memory limit at which Go collects garbage harder (vendor's deployment requirements)."""


def engine(env: Environment, port: int) -> Engine:
    gateway = env.llm_gateway
    own = ["admin-password", "admin-username", "encryption-key"]
    if gateway.database:
        own += ["database-password", "database-user"]
    health = http_get("/health", "http")
    return Engine(
        image=gateway.images.bifrost,
        user=1000,
        group=0,
        args=(),
        environ={
            "APP_PORT": str(port),
            "GOMEMLIMIT": f"{mebibytes(gateway.resources.memory_limit) * MEMORY_SHARE // 100}MiB",
        },
        secrets=llm_engine.keys(env)
        | {f"BIFROST_{entry.upper().replace('-', '_')}": Remote("llm-gateway", entry) for entry in own},
        configs=[ConfigDir("config", APP_DIR, files(env), sub_path=True)],
        scratch={APP_DIR: "256Mi", "/tmp": "64Mi"},
        # Start-up asks every provider for its models, and waits for one that does not answer.
        probes=Probes(health, health, health, startup_seconds=60 + 2 * gateway.request_timeout),
    )


def files(env: Environment) -> dict[str, str]:
    """config.json, and the catalogues that Bifrost would otherwise fetch from its vendor, and not start without."""
    contents: dict[str, Obj] = {
        "config.json": config(env),
        "mcp-library.json": {"servers": []},
        "model-parameters.json": {},
        "pricing.json": {name: price(model) for name, model in env.models.items()},
    }
    return {name: json_text(made) for name, made in contents.items()}


def config(env: Environment) -> Obj:
    """The whole of config.json.  Bifrost ignores keys that it does not know, so the tests know its schema."""
    made: Obj = {
        "$schema": "https://www.getbifrost.ai/schema",
        "version": 2,
        "source_of_truth": "config.json",
        "encryption_key": "env.BIFROST_ENCRYPTION_KEY",
        "auth_config": {
            "is_enabled": True,
            "admin_username": "env.BIFROST_ADMIN_USERNAME",
            "admin_password": "env.BIFROST_ADMIN_PASSWORD",
        },
        "client": {
            "enforce_auth_on_inference": True,
            "allow_direct_keys": False,
            "drop_excess_requests": False,
            "enable_logging": False,
            "disable_content_logging": True,
            # With pings, an outage of the cache would fail the probes of every pod.
            "disable_db_pings_in_health": True,
        },
        "config_store": store(env),
        "logs_store": {"enabled": False},
        "framework": {
            "pricing": {
                "pricing_url": f"file://{APP_DIR}/pricing.json",
                "model_parameters_url": f"file://{APP_DIR}/model-parameters.json",
                "mcp_library_url": f"file://{APP_DIR}/mcp-library.json",
                "live_models_sync_interval": 0,
            }
        },
        "providers": {name: provider(env, name, models) for name, models in providers.in_use(env).items()},
        "governance": governance(env),
        "plugins": [traces(env)],
    }
    if env.cache.mode != "none":
        made["vector_store"] = vector_store(env)
        made["plugins"].append(response_cache(env))
    return made


def store(env: Environment) -> Obj:
    database = env.llm_gateway.database
    if not database:
        return {"enabled": True, "type": "sqlite", "config": {"path": f"{APP_DIR}/config.db"}}
    return {
        "enabled": True,
        "type": "postgres",
        "config": {
            "host": database.host,
            "port": str(database.port),
            "db_name": database.name,
            "user": "env.BIFROST_DATABASE_USER",
            "password": "env.BIFROST_DATABASE_PASSWORD",
            "ssl_mode": "require",
        },
    }


def provider(env: Environment, name: ProviderName, models: list[str]) -> Obj:
    timeout = env.llm_gateway.request_timeout
    network: Obj = {
        "default_request_timeout_in_seconds": timeout,
        "stream_idle_timeout_in_seconds": max(5, timeout),
        "max_retries": RETRIES,
    }
    if providers.is_private(env, name):
        network["allow_private_network"] = True
    if name in providers.PUBLIC_ADDRESSES:
        network["base_url"] = providers.address(env, name)
    # A key of vLLM is for one model.
    served = [*models, *providers.embedders(env).get(name, [])]
    groups = [[model] for model in served] if name == "vllm" else [served]
    made: Obj = {"network_config": network, "keys": [key(env, name, group) for group in groups]}
    if name == "upstage":
        made["custom_provider_config"] = {
            "base_provider_type": "openai",
            "allowed_requests": dict.fromkeys(("chat_completion", "chat_completion_stream", "list_models"), True),
        }
    return made


def key(env: Environment, name: ProviderName, models: list[str]) -> Obj:
    variable = providers.KEY_VARIABLES.get(name)
    made: Obj = {
        "name": f"{name}-{models[0]}" if name == "vllm" else name,
        "value": f"env.{variable}" if variable else "",
        "weight": 1,
        "models": list(models),
        "aliases": {model: alias(env.models[model].id) for model in models if model in env.models},
    }
    if name == "bedrock":
        # Without keys Bifrost takes the pod's own credentials, from the Pod Identity Agent.
        made["bedrock_key_config"] = {"region": providers.region(env)}
    elif name == "ollama":
        made["ollama_key_config"] = {"url": providers.address(env, name)}
    elif name == "vllm":
        # Compared with the name that callers use; the alias then turns it into the server's own.
        made["vllm_key_config"] = {"url": providers.address(env, name), "model_name": models[0]}
    return made


def alias(model_id: str) -> Obj:
    """What a model is called at its provider; an ARN in two parts, which Bifrost joins and escapes for the URL."""
    if model_id.startswith("arn:"):
        arn, _, name = model_id.rpartition("/")
        return {"model_id": name, "inference_profile_arn": arn}
    return {"model_id": model_id}


def price(model: Model) -> Obj:
    return {
        "provider": model.provider,
        "mode": "chat",
        "max_input_tokens": model.context_window,
        "max_output_tokens": model.max_tokens,
        "input_cost_per_token": providers.per_token(model.price.input),
        "output_cost_per_token": providers.per_token(model.price.output),
        "cache_read_input_token_cost": providers.per_token(model.price.cache_read),
        "cache_creation_input_token_cost": providers.per_token(model.price.cache_write),
    }


def traces(env: Environment) -> Obj:
    return {
        "name": "otel",
        "enabled": True,
        "config": {
            "service_name": "bifrost",
            "collector_url": f"{llm_engine.collector()}/v1/traces",
            "protocol": "http",
            "trace_type": "genai_extension",
            # Prompts leave the pod only where there is a Langfuse to read them.
            "disable_content_logging": not env.langfuse.enabled,
            # Each plugin would add three spans to every request.
            "plugin_span_filter": {"mode": "include", "plugins": []},
        },
    }


def vector_store(env: Environment) -> Obj:
    name, port, tls = cache.address(env)
    timeouts = ("dial_timeout", "read_timeout", "write_timeout", "context_timeout")
    return {
        "enabled": True,
        "type": "redis",
        "config": {
            "addr": f"{name}:{port}",
            "password": "env.REDIS_PASSWORD",
            "use_tls": tls,
            # The configuration endpoint of an ElastiCache cluster is called so.
            "cluster_mode": name.startswith("clustercfg."),
            **dict.fromkeys(timeouts, CACHE_TIMEOUT),
        },
    }


def response_cache(env: Environment) -> Obj:
    semantic = env.cache.semantic
    dimension = semantic.dimension if semantic else 1
    # An index keeps the dimension that it was made with, so each dimension gets its own.
    settings: Obj = {"ttl": env.cache.ttl, "dimension": dimension, "vector_store_namespace": f"answers-{dimension}"}
    if semantic:
        # No default key: an answer to a similar prompt may hold what only its asker should see.  Callers name whom they
        # share answers with in the header `x-bf-cache-key`; who sends none is not cached.
        settings |= {"provider": "bedrock", "embedding_model": semantic.model, "threshold": semantic.threshold}
    else:
        # Only an equal request hits, whose sender already has all that the answer was made from.
        settings["default_cache_key"] = "equal-requests"
    return {"name": "semantic_cache", "enabled": True, "config": settings}
