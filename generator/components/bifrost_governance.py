"""What Bifrost's callers may do: virtual keys, budgets, rate limits, and which model a name leads to.

Budgets and rate limits are counted pod by pod, so each pod gets its share of every limit at the largest number of
replicas: all together never exceed it.  A new pod counts from nothing, unless there is a `database`; so a budget of a
month holds only there.

A caller over its budget gets 402, over its rate 429.  A provider over its budget is passed over for the fallback.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from generator.environment.model import Environment
from generator.environment.models import ProviderName
from generator.kubernetes.objects import Obj

from . import llm_engine, providers
from .llm_engine import AUTO

ROUTE_HEADER = "x-route"
"""Header by which a client that has classified its prompt asks for a route of `auto`; rules cannot see prompts."""


def governance(env: Environment) -> Obj:
    callers = env.llm_gateway.virtual_keys
    bounded = {name: env.providers[name].budget for name in providers.in_use(env) if name in env.providers}
    spending = [
        budget(env, f"budget-key-{name}", caller.budget.usd, caller.budget.period) | {"virtual_key_id": f"key-{name}"}
        for name, caller in callers.items()
        if caller.budget
    ]
    spending += [
        budget(env, f"budget-provider-{name}", limit.usd, limit.period) for name, limit in bounded.items() if limit
    ]
    return {
        "budgets": spending,
        "rate_limits": [
            {
                "id": f"limit-key-{name}",
                "request_max_limit": max(1, caller.rate_limit.requests // pods(env)),
                "request_reset_duration": "1m",
                "token_max_limit": max(1, caller.rate_limit.tokens // pods(env)),
                "token_reset_duration": "1m",
            }
            for name, caller in callers.items()
            if caller.rate_limit
        ],
        "virtual_keys": [virtual_key(env, name) for name in callers],
        "providers": [
            {"name": name, "budget_id": f"budget-provider-{name}"} for name, limit in bounded.items() if limit
        ],
        "routing_rules": [*refusals(env), *routes(env)],
    }


def pods(env: Environment) -> int:
    """How many pods share a limit, each counting for itself."""
    return env.llm_gateway.replicas.maximum


def budget(env: Environment, name: str, usd: float, period: str) -> Obj:
    return {"id": name, "max_limit": round(usd / pods(env), 6), "reset_duration": period}


def virtual_key(env: Environment, name: str) -> Obj:
    allowed = llm_engine.callable_models(env, name)
    embedders = providers.embedders(env)
    made: Obj = {
        "id": f"key-{name}",
        "name": name,
        "value": f"env.{llm_engine.key_variable(name)}",
        "is_active": True,
        "provider_configs": [
            {"provider": provider_name, "allowed_models": mine, "key_ids": ["*"]}
            for provider_name, models in providers.in_use(env).items()
            if (mine := [model for model in (*models, *embedders.get(provider_name, ())) if model in allowed])
        ],
    }
    if env.llm_gateway.virtual_keys[name].rate_limit:
        made["rate_limit_id"] = f"limit-key-{name}"
    return made


def routes(env: Environment) -> list[Obj]:
    """A rule for every model name: left to itself Bifrost would guess the provider, and have no fallback."""
    auto = f"model == {_quoted(AUTO)}"
    chosen = [
        (f"route-{route.name}", f'{auto} && headers["{ROUTE_HEADER}"] == {_quoted(route.name)}', route.model)
        for route in env.routing.routes
    ]
    chosen.append(("route-default", auto, env.routing.default))
    chosen += [(f"model-{name}", f"model == {_quoted(name)}", name) for name in env.models]
    found = [
        rule(name, priority, condition, env.models[model].provider, model)
        | {"fallbacks": [f"{env.models[other].provider}/{other}" for other in env.models[model].fallbacks]}
        for priority, (name, condition, model) in enumerate(chosen)
    ]
    if embedding := env.routing.embedding:
        condition = f"model == {_quoted(embedding.model)}"
        found.append(rule("embedding", len(found), condition, embedding.provider, embedding.model))
    return found


def refusals(env: Environment) -> Iterator[Obj]:
    """Rules without a fallback: a caller would else get the fallback of a model that it may not call, not a refusal."""
    for name in env.llm_gateway.virtual_keys:
        allowed = llm_engine.callable_models(env, name)
        denied = [model for model in env.models if model not in allowed]
        refused = [(model, model) for model in denied]
        if AUTO not in allowed:
            refused.append((AUTO, next(model for model in denied if model in llm_engine.auto_models(env))))
        for priority, (asked, model) in enumerate(refused):
            condition = f"model == {_quoted(asked)}"
            found = rule(f"refuse-{name}-{asked}", priority, condition, env.models[model].provider, model)
            yield found | {"scope": "virtual_key", "scope_id": f"key-{name}"}


def rule(name: str, priority: int, condition: str, provider: ProviderName, model: str) -> Obj:
    return {
        "id": name,
        "name": name,
        "enabled": True,
        "priority": priority,
        "cel_expression": condition,
        "targets": [{"provider": provider, "model": model, "weight": 1}],
    }


def _quoted(text: str) -> str:
    """A string literal of CEL."""
    return json.dumps(text)
