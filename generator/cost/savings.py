"""What the design saves, computed from the same packing, prices and usage as the estimate: never copied figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from generator.check.compute.packing import Node
from generator.check.walk import table
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from . import account, models, nodes
from .estimate import estimate, object_set, of_environment
from .line import shown
from .prices import MONTH, Span, hourly, spot, usd

COUNTERPARTS = {"c7g": "c7i", "m7g": "m7i", "r7g": "r7i"} | {
    f"{category}{generation}g": f"{category}7i" for category in "cmr" for generation in (8, 9)
}
"""The x86 family of the same category and size, with as many vCPUs and as much memory."""


@dataclass(frozen=True)
class Saving:
    """One decision, against the month without it."""

    what: str
    without: Span
    """USD a month."""
    with_it: Span
    how: str

    @property
    def saved(self) -> Span:
        """USD a month; below zero where it costs more."""
        ends = self.without.low - self.with_it.low, self.without.high - self.with_it.high
        return Span(min(ends), max(ends))


def savings(env: Environment, objects: Mapping[str, Obj], templates: Mapping[str, Obj]) -> list[Saving]:
    """Of one environment; `objects` and `templates` as the estimate takes them."""
    found, _ = nodes.fleets(object_set(env, objects))
    low = [node for fleet in found for node in fleet.low]
    high = [node for fleet in found for node in fleet.high]
    made = [*_nodes(low, high, env.cluster.region), *_calls(env)]
    made += _endpoints(env, of_environment(env, templates))
    return made + _langfuse(env, objects, templates)


def _nodes(low: Sequence[Node], high: Sequence[Node], region: str) -> list[Saving]:
    graviton = Span(_paid(low, region).low, _paid(high, region).high)
    x86 = Span(_paid(low, region, COUNTERPARTS).low, _paid(high, region, COUNTERPARTS).high)
    on_demand = Span(_paid(low, region, spot_too=False).low, _paid(high, region, spot_too=False).high)
    families = sorted({node.type.family for node in (*low, *high)})
    pairs = ", ".join(f"{family} against {COUNTERPARTS[family]}" for family in families)
    found = [Saving("Graviton in place of x86", x86, graviton, f"the same nodes at list price: {pairs}")]
    if any(not node.on_demand for node in (*low, *high)):
        how = f"the same nodes, Spot at {shown(spot())} of the on-demand price"
        found.append(Saving("Spot in place of on-demand", on_demand, graviton, how))
    return found


def _paid(
    found: Sequence[Node], region: str, families: Mapping[str, str] | None = None, *, spot_too: bool = True
) -> Span:
    """USD a month of nodes, in other families where `families` names them."""
    total = Span(0, 0)
    for node in found:
        family = (families or {}).get(node.type.family, node.type.family)
        price = hourly(family, node.type.size, region)
        assert price is not None, f"{family}.{node.type.size} is not on the list"
        share = spot() if spot_too and not node.on_demand else Span(1, 1)
        total += price * share * MONTH
    return total


def _calls(env: Environment) -> list[Saving]:
    usage, parts = env.cost.usage, models.shares(env)
    found = []
    paid = _total(models.spent(env, parts, usage.cache_hits))
    if usage.cache_hits:
        without = _total(models.spent(env, parts, 0))
        found.append(Saving("caching", without, paid, f"{usage.cache_hits:.0%} of the calls answered by the cache"))
    if len(parts) > 1:
        dearest = max(parts, key=lambda name: models.per_call(env, name))
        without = _total(models.spent(env, {dearest: 1}, usage.cache_hits))
        how = f"{parts[dearest]:.0%} of the calls at {dearest}, not all of them"
        found.append(Saving("routing by content", without, paid, how))
    return found


def _total(costs: Mapping[str, Span]) -> Span:
    return sum(costs.values(), Span(0, 0))


def _endpoints(env: Environment, templates: Mapping[str, Obj]) -> list[Saving]:
    addresses = account.interface_endpoints(templates)
    if not addresses:
        return []
    region, carried = env.cluster.region, account.tokens_gb(env)
    rent = usd("endpoint.hour", region) * (addresses * MONTH)
    by_nat, by_endpoint = usd("nat.gb", region), usd("endpoint.gb", region)
    even = rent.low / (by_nat.low - by_endpoint.low)
    how = (
        f"{shown(carried, '.3g')} GB of tokens by endpoints in place of NAT: bought for privacy, cheaper only from "
        f"{even:,.0f} GB a month on"
    )
    return [Saving("VPC endpoints in place of NAT", carried * by_nat, rent + carried * by_endpoint, how)]


def _langfuse(env: Environment, objects: Mapping[str, Obj], templates: Mapping[str, Obj]) -> list[Saving]:
    """What Langfuse in the cluster costs: the whole estimate, and that without its chart."""
    if not env.langfuse.managed:
        return []
    whole = estimate(env, objects, templates)
    others = {path: obj for path, obj in objects.items() if not _is_langfuse(obj)}
    without = replace(env, langfuse=replace(env.langfuse, enabled=False))
    rest = estimate(without, others, templates)
    how = "the whole without its pods, volumes, load balancer and writes; what is stored in its bucket stays"
    return [Saving("doing without Langfuse", Span(whole.low, whole.high), Span(rest.low, rest.high), how)]


def _is_langfuse(obj: Obj) -> bool:
    return obj["kind"] == "Application" and table(obj, "spec", "source").get("chart") == "langfuse"
