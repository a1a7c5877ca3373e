"""What the environment file itself changes, in its own words: models, routes, budgets, callers, gateways, waivers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.diff.impact import Impact, Severity
from generator.environment.model import Environment

NOTE, WARNING, DANGER = Severity.NOTE, Severity.WARNING, Severity.DANGER


@dataclass(frozen=True)
class _Said:
    severity: Severity
    category: str
    subject: str
    text: str


def check(before: Environment, after: Environment) -> Iterator[Impact]:
    """Consequences that no single object shows."""
    for rule in (_models, _routes, _keys, _budgets, _gateways, _engine, _money, _waivers):
        for said in rule(before, after):
            yield Impact(said.severity, said.category, after.name, said.subject, said.text)


def _models(before: Environment, after: Environment) -> Iterator[_Said]:
    for name, old, new in _pairs(before.models, after.models):
        subject = f"model {name}"
        if old is None:
            yield _Said(NOTE, "model", subject, f"can be called: {new.provider} {new.id}")
        elif new is None:
            yield _Said(DANGER, "model", subject, "is gone: whoever still asks for it is refused")
        else:
            if (old.provider, old.id) != (new.provider, new.id):
                text = f"answers from {new.provider} {new.id} instead of {old.provider} {old.id}"
                yield _Said(WARNING, "model", subject, text)
            if old.price != new.price:
                prices = f"{old.price.input:g}/{old.price.output:g} -> {new.price.input:g}/{new.price.output:g}"
                yield _Said(NOTE, "money", subject, f"is counted at another price, USD a million tokens: {prices}")
            if old.fallbacks != new.fallbacks:
                chain = " then ".join(new.fallbacks) or "nothing"
                yield _Said(WARNING, "model", subject, f"when its provider fails, {chain} answers")
            for key in ("context_window", "max_tokens"):
                if getattr(new, key) < getattr(old, key):
                    text = f"{key.replace('_', ' ')} {getattr(old, key)} -> {getattr(new, key)}"
                    yield _Said(WARNING, "model", subject, f"{text}: longer ones are refused or cut")
            if old.images and not new.images:
                yield _Said(WARNING, "model", subject, "takes no images any more")
    for name, old, new in _pairs(before.providers, after.providers):
        if old is None:
            yield _Said(WARNING, "model", f"provider {name}", "prompts may leave for it from now on")
        elif new is None:
            yield _Said(WARNING, "model", f"provider {name}", "is not asked any more")
        elif (old.region, old.base_url) != (new.region, new.base_url):
            where = new.base_url or new.region or after.cluster.region
            yield _Said(WARNING, "model", f"provider {name}", f"prompts go to {where}: another place, another law")


def _routes(before: Environment, after: Environment) -> Iterator[_Said]:
    if before.routing.default != after.routing.default:
        text = f"{after.routing.default} answers instead of {before.routing.default}: most prompts"
        yield _Said(WARNING, "model", "default route", text)
    routes = ({route.name: route for route in env.routing.routes} for env in (before, after))
    for name, old, new in _pairs(*routes):
        if old is None:
            yield _Said(WARNING, "model", f"route {name}", f"its prompts go to {new.model}")
        elif new is None:
            yield _Said(WARNING, "model", f"route {name}", f"is gone: its prompts go to {after.routing.default}")
        elif old.model != new.model:
            yield _Said(WARNING, "model", f"route {name}", f"its prompts go to {new.model} instead of {old.model}")
        elif old != new:
            yield _Said(WARNING, "model", f"route {name}", "claims other prompts than before")
    if before.routing.general != after.routing.general:
        yield _Said(WARNING, "model", "routing", "topics claim other prompts than before (general examples)")
    if before.routing.embedding != after.routing.embedding:
        new = after.routing.embedding
        text = f"prompts whose topic is open are sent to {new.model}" if new else "words alone decide the topic"
        yield _Said(WARNING, "model", "routing", text)


def _keys(before: Environment, after: Environment) -> Iterator[_Said]:
    for name, old, new in _pairs(before.llm_gateway.virtual_keys, after.llm_gateway.virtual_keys):
        subject = f"virtual key {name}"
        if old is None:
            yield _Said(WARNING, "security", subject, f"a new caller, of {', '.join(new.models) or 'every model'}")
        elif new is None:
            yield _Said(DANGER, "security", subject, "is gone: whoever uses it is refused")
        else:
            if old.models != new.models:
                text = f"may call {', '.join(new.models) or 'every model'}"
                yield _Said(WARNING, "security", subject, f"{text} instead of {', '.join(old.models) or 'every model'}")
            if old.rate_limit != new.rate_limit:
                yield _Said(
                    WARNING, "model", subject, f"may ask {_limit(new.rate_limit)} instead of {_limit(old.rate_limit)}"
                )


def _limit(limit: Any) -> str:
    return f"{limit.requests} times and {limit.tokens} tokens a minute" if limit else "without limit"


def _budgets(before: Environment, after: Environment) -> Iterator[_Said]:
    keys = (before.llm_gateway.virtual_keys, after.llm_gateway.virtual_keys)
    for kind, holders in (("virtual key", keys), ("provider", (before.providers, after.providers))):
        for name, was, now in _pairs(*holders):
            old, new = getattr(was, "budget", None), getattr(now, "budget", None)
            if was and now and old != new:
                more = new is None or (old is not None and new.usd > old.usd)
                text = f"may spend {_budget(new)} instead of {_budget(old)}"
                refused = "" if more else ": above it calls are refused or go to the fallback"
                yield _Said(WARNING, "money", f"{kind} {name}", text + refused)


def _budget(budget: Any) -> str:
    return f"USD {budget.usd:g} in {budget.period}" if budget else "without limit"


def _gateways(before: Environment, after: Environment) -> Iterator[_Said]:
    for name, old, new in _pairs(before.openclaw.gateways, after.openclaw.gateways):
        subject = f"gateway {name}"
        if old is None:
            yield _Said(NOTE, "gateway", subject, f"is new, reached by {new.auth}, on {new.capacity} nodes")
        elif new is None:
            yield _Said(DANGER, "state", subject, "is gone; its volume stays until somebody deletes the claim")
        else:
            if old.auth != new.auth:
                yield _Said(
                    DANGER, "security", subject, f"is reached by {new.auth} instead of {old.auth}: others get in"
                )
            if old.capacity != new.capacity:
                yield _Said(WARNING, "placement", subject, f"runs on {new.capacity} nodes instead of {old.capacity}")
            if old.tools != new.tools:
                yield _Said(
                    DANGER, "security", subject, f"its agents may use other tools: {new.tools} instead of {old.tools}"
                )
            if set(new.admins) - set(old.admins):
                yield _Said(
                    WARNING, "security", subject, f"{len(set(new.admins) - set(old.admins))} more may administer it"
                )


def _engine(before: Environment, after: Environment) -> Iterator[_Said]:
    old, new = before.llm_gateway, after.llm_gateway
    if old.engine != new.engine:
        text = f"{new.engine} instead of {old.engine}: other metrics, other budgets, counters begin at zero"
        yield _Said(DANGER, "model", "LLM gateway", text)
    if before.cache.mode != after.cache.mode:
        yield _Said(WARNING, "model", "cache", f"is {after.cache.mode} instead of {before.cache.mode}: it begins empty")
    if before.network.cni != after.network.cni:
        text = f"{after.network.cni} instead of {before.network.cni}: not on a cluster in use, docs/network.md says why"
        yield _Said(DANGER, "network", "pod network", text)
    if before.cluster.kubernetes_version != after.cluster.kubernetes_version:
        was = before.cluster.kubernetes_version
        text = f"manifests are checked for {after.cluster.kubernetes_version} instead of {was}"
        yield _Said(NOTE, "cluster", "Kubernetes", text)
    if before.aws.managed != after.aws.managed:
        who = "made from here" if after.aws.managed else "somebody else's: nothing of it is deleted"
        yield _Said(DANGER, "aws", "account", f"its resources are {who}")


def _money(before: Environment, after: Environment) -> Iterator[_Said]:
    old, new = before.cost.monthly_ceiling, after.cost.monthly_ceiling
    if old != new:
        yield _Said(WARNING, "money", "cost ceiling", f"USD {new:g} a month instead of {old:g}")


def _waivers(before: Environment, after: Environment) -> Iterator[_Said]:
    old, new = (set(env.waivers.accepted) for env in (before, after))
    for waiver in sorted(new - old, key=str):
        text = f"{waiver.rule} is waived until {waiver.expires}: {waiver.reason}"
        yield _Said(WARNING, "policy", waiver.object, text)
    for waiver in sorted(old - new, key=str):
        yield _Said(NOTE, "policy", waiver.object, f"{waiver.rule} holds again")


def _pairs(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Names in order, with what each stands for before and after, where that differs."""
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)
