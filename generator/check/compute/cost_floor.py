"""What a month of an environment is bound to cost: nodes for its fewest pods at list price, and what models may spend.

A floor, not an estimate: Spot is cheaper, but not promised, so on-demand prices are taken; DaemonSets, spreads and
rollouts need more room than this packing gives; load balancer, volumes, traffic, control plane and managed stores come
on top.  The estimate (generator/cost) packs by the same algorithm, with all of these.  Prices are those of us-east-1,
whatever the Region.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from generator.check.compute.packing import Load, pack
from generator.check.compute.pools import hosts, pools
from generator.check.compute.requests import Need, requests
from generator.check.objectset import Item, ObjectSet
from generator.check.traffic.configs import Config, of_program
from generator.check.walk import each, number, table, text
from generator.check.workloads.scale import autoscalers, scale
from generator.cost.prices import MONTH, listed

_HOURS = {"m": 1 / 60, "h": 1, "d": 24, "w": 168, "M": MONTH, "mo": MONTH, "Q": 3 * MONTH, "Y": 12 * MONTH}
"""Hours of a period by its unit, in the spellings of Bifrost and LiteLLM."""
FREE = ("ollama", "ollama_chat", "vllm", "hosted_vllm", "auto_router")
"""Providers that send no bill: servers of one's own, and LiteLLM's router."""


@dataclass(frozen=True)
class Part:
    """One part of the sum."""

    usd: float
    """A month."""
    what: str


def parts(objects: ObjectSet) -> list[Part]:
    """What makes the floor."""
    return [*_nodes(objects), *_models(objects)]


def _nodes(objects: ObjectSet) -> Iterator[Part]:
    among, scaled_by = pools(objects), autoscalers(objects)
    loads: dict[str, list[Load]] = {}
    for item in objects.workloads():
        hosting = hosts(item.pod, among)
        if hosting:
            loads.setdefault(hosting[0].name, []).append(Load(requests(item.pod), scale(item, scaled_by).lowest))
    for pool in {one.name: one for one in among}.values():
        rooms = {one: (Need(one.allocatable_cpu, one.allocatable_memory), one.pods) for one in pool.types}
        nodes = pack(loads.get(pool.name, []), rooms, listed()) or []
        for (name, usd), count in Counter((node.type.name, node.usd) for node in nodes).items():
            noun = "node" if count == 1 else "nodes"
            yield Part(usd * MONTH * count, f"{count} {noun} {name} of pool {pool.name} at {usd:g} USD an hour")


def _models(objects: ObjectSet) -> Iterator[Part]:
    scaled_by = autoscalers(objects)
    for item in objects.workloads():
        for config in of_program(objects, item, "litellm"):
            yield from _sum(item, _litellm(config), {})
        for config in of_program(objects, item, "bifrost"):
            # Bifrost counts in each pod unless a database is shared.
            shared = text(config.value, "config_store", "type") == "postgres"
            yield from _sum(item, *_bifrost(config, 1 if shared else scale(item, scaled_by).highest))


def _sum(item: Item, by_provider: dict[str, float | None], by_key: dict[str, float | None]) -> Iterator[Part]:
    """What providers or keys may spend, whichever is less among those that leave nobody without a budget."""
    views = [view for view in (by_provider, by_key) if view]
    bounded = [view for view in views if None not in view.values()]
    chosen = min(bounded, key=_total) if bounded else max(views, key=_total, default={})
    budgets = ", ".join(f"{name} {usd:.2f}" for name, usd in sorted(chosen.items()) if usd)
    unbounded = ", ".join(sorted(name for name, usd in chosen.items() if usd is None))
    if budgets:
        what = f"model budgets of {item.name} ({budgets})"
        yield Part(_total(chosen), what + (f", and without a budget {unbounded}" if unbounded else ""))


def _total(view: dict[str, float | None]) -> float:
    return sum(usd for usd in view.values() if usd)


def _litellm(config: Config) -> dict[str, float | None]:
    """Budgets by provider, and the models of providers that have none."""
    budgets = table(config.value, "router_settings", "provider_budget_config")
    found = {
        name: _monthly(number(budget, "budget_limit"), text(budget, "time_period")) for name, budget in budgets.items()
    }
    for _, model in each(config.value, "model_list"):
        provider = text(model, "litellm_params", "model").partition("/")[0]
        if provider not in (*FREE, *budgets):
            found[text(model, "model_name")] = None
    return found


def _bifrost(config: Config, pods: int) -> tuple[dict[str, float | None], dict[str, float | None]]:
    """Budgets by provider and by virtual key, over all pods."""
    governance = table(config.value, "governance")
    owners = {text(one, "budget_id"): text(one, "name") for _, one in each(governance, "providers")}
    keys = {text(one, "id"): text(one, "name") for _, one in each(governance, "virtual_keys")}
    by_provider: dict[str, float | None] = {name: None for name in table(config.value, "providers") if name not in FREE}
    by_key: dict[str, float | None] = dict.fromkeys(keys.values())
    for _, budget in each(governance, "budgets"):
        usd = _monthly(number(budget, "max_limit"), text(budget, "reset_duration"))
        usd = None if usd is None else usd * pods
        if provider := owners.get(text(budget, "id")):
            by_provider[provider] = usd
        elif key := keys.get(text(budget, "virtual_key_id")):
            by_key[key] = usd
    return by_provider, by_key


def _monthly(usd: float | None, period: str) -> float | None:
    """A budget of a period as one of a month: 300 USD in 30 days are 304.17."""
    form = re.fullmatch(r"(\d+)(mo|[mhdwMQY])", period)
    if usd is None or form is None or not int(form[1]):
        return None
    return usd * MONTH / (int(form[1]) * _HOURS[form[2]])


def total(found: list[Part]) -> float:
    return math.fsum(part.usd for part in found)
