"""What the environment file itself changes, in its own words: what it has by name, routing, engine, money, waivers."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diff.impact import Impact
from generator.environment.model import Environment

from .named import DANGER, NOTE, WARNING, What, named


def check(before: Environment, after: Environment) -> Iterator[Impact]:
    """Consequences that no single object shows."""
    for rule in (named, _routing, _engine, _money, _waivers):
        for subject, (severity, category, text) in rule(before, after):
            yield Impact(severity, category, after.name, subject, text)


def _routing(before: Environment, after: Environment) -> Iterator[tuple[str, What]]:
    old, new = before.routing, after.routing
    if old.default != new.default:
        yield "default route", (WARNING, "model", f"{new.default} answers instead of {old.default}: most prompts")
    if old.general != new.general:
        yield "routing", (WARNING, "model", "topics claim other prompts than before (general examples)")
    if old.embedding != new.embedding:
        text = "words alone decide the topic"
        if new.embedding:
            text = f"prompts whose topic is open are sent to {new.embedding.model}"
        yield "routing", (WARNING, "model", text)


def _engine(before: Environment, after: Environment) -> Iterator[tuple[str, What]]:
    old, new = before.llm_gateway, after.llm_gateway
    if old.engine != new.engine:
        text = f"{new.engine} instead of {old.engine}: other metrics, other budgets, counters begin at zero"
        yield "LLM gateway", (DANGER, "model", text)
    if before.cache.mode != after.cache.mode:
        text = f"is {after.cache.mode} instead of {before.cache.mode}: it begins empty"
        yield "cache", (WARNING, "model", text)
    if before.network.cni != after.network.cni:
        text = f"{after.network.cni} instead of {before.network.cni}: not on a cluster in use, docs/network.md says why"
        yield "pod network", (DANGER, "network", text)
    if before.cluster.kubernetes_version != after.cluster.kubernetes_version:
        was = before.cluster.kubernetes_version
        text = f"manifests are checked for {after.cluster.kubernetes_version} instead of {was}"
        yield "Kubernetes", (NOTE, "cluster", text)
    if before.aws.managed != after.aws.managed:
        who = "made from here" if after.aws.managed else "somebody else's: nothing of it is deleted"
        yield "account", (DANGER, "aws", f"its resources are {who}")


def _money(before: Environment, after: Environment) -> Iterator[tuple[str, What]]:
    old, new = before.cost.monthly_ceiling, after.cost.monthly_ceiling
    if old != new:
        yield "cost ceiling", (WARNING, "money", f"USD {new:g} a month instead of {old:g}")


def _waivers(before: Environment, after: Environment) -> Iterator[tuple[str, What]]:
    old, new = (set(env.waivers.accepted) for env in (before, after))
    for waiver in sorted(new - old, key=str):
        yield waiver.object, (WARNING, "policy", f"{waiver.rule} is waived until {waiver.expires}: {waiver.reason}")
    for waiver in sorted(old - new, key=str):
        yield waiver.object, (NOTE, "policy", f"{waiver.rule} holds again")
