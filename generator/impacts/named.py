"""Models, providers, routes, callers and gateways: what their coming, going and changing does to others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.diff.impact import Severity
from generator.environment.llm import RateLimit, VirtualKey
from generator.environment.model import Environment
from generator.environment.models import Budget, Model, Provider, Route
from generator.environment.openclaw import Gateway

NOTE, WARNING, DANGER = Severity.NOTE, Severity.WARNING, Severity.DANGER

What = tuple[Severity, str, str]
"""Of one subject: how grave, which category, and what is said."""


@dataclass(frozen=True)
class Named:
    """Things that the environment file has by name, and what their coming, going and changing does to others."""

    word: str
    of: Callable[[Environment], Mapping[Any, Any]]
    new: Callable[[Any], What]
    gone: Callable[[Any, Environment], What]
    """From what it was, and the environment that is without it."""
    changed: Callable[[Any, Any, Environment], Iterator[What]]
    """From what it was, what it is, and the environment after."""


def named(before: Environment, after: Environment) -> Iterator[tuple[str, What]]:
    """What is said of each, with its kind and name."""
    for kind in NAMED:
        for name, what in _differences(kind, before, after):
            yield f"{kind.word} {name}", what


def _differences(kind: Named, before: Environment, after: Environment) -> Iterator[tuple[str, What]]:
    old, new = kind.of(before), kind.of(after)
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield name, kind.new(new[name])
        elif name not in new:
            yield name, kind.gone(old[name], after)
        elif old[name] != new[name]:
            for what in kind.changed(old[name], new[name], after):
                yield name, what


def _model(old: Model, new: Model, _: Environment) -> Iterator[What]:
    if (old.provider, old.id) != (new.provider, new.id):
        yield WARNING, "model", f"answers from {new.provider} {new.id} instead of {old.provider} {old.id}"
    if old.price != new.price:
        prices = f"{old.price.input:g}/{old.price.output:g} -> {new.price.input:g}/{new.price.output:g}"
        yield NOTE, "money", f"is counted at another price, USD a million tokens: {prices}"
    if old.fallbacks != new.fallbacks:
        chain = " then ".join(new.fallbacks) or "nothing"
        yield WARNING, "model", f"when its provider fails, {chain} answers"
    for word, was, now in (
        ("context window", old.context_window, new.context_window),
        ("max tokens", old.max_tokens, new.max_tokens),
    ):
        if now < was:
            yield WARNING, "model", f"{word} {was} -> {now}: longer ones are refused or cut"
    if old.images and not new.images:
        yield WARNING, "model", "takes no images any more"


def _provider(old: Provider, new: Provider, after: Environment) -> Iterator[What]:
    if (old.region, old.base_url) != (new.region, new.base_url):
        where = new.base_url or new.region or after.cluster.region
        yield WARNING, "model", f"prompts go to {where}: another place, another law"
    yield from _budget(old.budget, new.budget)


def _route(old: Route, new: Route, _: Environment) -> Iterator[What]:
    if old.model != new.model:
        yield WARNING, "model", f"its prompts go to {new.model} instead of {old.model}"
    else:
        yield WARNING, "model", "claims other prompts than before"


def _key(old: VirtualKey, new: VirtualKey, _: Environment) -> Iterator[What]:
    if old.models != new.models:
        yield WARNING, "security", f"may call {_callable(new)} instead of {_callable(old)}"
    if old.rate_limit != new.rate_limit:
        yield WARNING, "model", f"may ask {_limit(new.rate_limit)} instead of {_limit(old.rate_limit)}"
    yield from _budget(old.budget, new.budget)


def _callable(key: VirtualKey) -> str:
    return ", ".join(key.models) or "every model"


def _limit(limit: RateLimit | None) -> str:
    return f"{limit.requests} times and {limit.tokens} tokens a minute" if limit else "without limit"


def _budget(old: Budget | None, new: Budget | None) -> Iterator[What]:
    if old != new:
        more = new is None or (old is not None and new.usd > old.usd)
        refused = "" if more else ": above it calls are refused or go to the fallback"
        yield WARNING, "money", f"may spend {_spent(new)} instead of {_spent(old)}{refused}"


def _spent(budget: Budget | None) -> str:
    return f"USD {budget.usd:g} in {budget.period}" if budget else "without limit"


def _gateway(old: Gateway, new: Gateway, _: Environment) -> Iterator[What]:
    if old.auth != new.auth:
        yield DANGER, "security", f"is reached by {new.auth} instead of {old.auth}: others get in"
    if old.capacity != new.capacity:
        yield WARNING, "placement", f"runs on {new.capacity} nodes instead of {old.capacity}"
    if old.tools != new.tools:
        yield DANGER, "security", f"its agents may use other tools: {new.tools} instead of {old.tools}"
    if more := set(new.admins) - set(old.admins):
        yield WARNING, "security", f"{len(more)} more may administer it"


NAMED = (
    Named(
        "model",
        lambda env: env.models,
        new=lambda model: (NOTE, "model", f"can be called: {model.provider} {model.id}"),
        gone=lambda model, after: (DANGER, "model", "is gone: whoever still asks for it is refused"),
        changed=_model,
    ),
    Named(
        "provider",
        lambda env: env.providers,
        new=lambda provider: (WARNING, "model", "prompts may leave for it from now on"),
        gone=lambda provider, after: (WARNING, "model", "is not asked any more"),
        changed=_provider,
    ),
    Named(
        "route",
        lambda env: {route.name: route for route in env.routing.routes},
        new=lambda route: (WARNING, "model", f"its prompts go to {route.model}"),
        gone=lambda route, after: (WARNING, "model", f"is gone: its prompts go to {after.routing.default}"),
        changed=_route,
    ),
    Named(
        "virtual key",
        lambda env: env.llm_gateway.virtual_keys,
        new=lambda key: (WARNING, "security", f"a new caller, of {_callable(key)}"),
        gone=lambda key, after: (DANGER, "security", "is gone: whoever uses it is refused"),
        changed=_key,
    ),
    Named(
        "gateway",
        lambda env: env.openclaw.gateways,
        new=lambda gateway: (NOTE, "gateway", f"is new, reached by {gateway.auth}, on {gateway.capacity} nodes"),
        gone=lambda gateway, after: (DANGER, "state", "is gone; its volume stays until somebody deletes the claim"),
        changed=_gateway,
    ),
)
