"""What the rendered objects say of an interruption: pods, budgets, spread, grace, drain, volumes, nodes on sale."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator.check.compute.instances import InstanceType
from generator.check.compute.placement import CAPACITY, ZONE
from generator.check.compute.pools import SPOT, Pool, hosts, pools
from generator.check.compute.requests import Need, requests
from generator.check.objectset import Item, ObjectSet, dig, pod_labels, selects
from generator.check.rules.pool_fits import room
from generator.check.walk import each, number, table, text
from generator.check.workloads.claims import claims
from generator.check.workloads.drain import drain, pre_stop, program, running
from generator.check.workloads.pods import GRACE, grace
from generator.check.workloads.scale import autoscalers, scale, share
from generator.cost import charts
from generator.cost.prices import Span, hourly
from generator.environment.duration import seconds

ENGINES = ("litellm", "bifrost")
"""Programs that every call of a model passes through."""
AGENT = "openclaw"
"""The program that turns run in."""


@dataclass(frozen=True)
class Spread:
    """Pods that are spread over zones together."""

    group: str
    skew: int
    required: bool
    least_zones: int
    """Zones that must have nodes before what they have counts (minDomains)."""
    sees_tainted: bool
    """Whether a zone counts whose nodes are all on their way out (nodeTaintsPolicy)."""


@dataclass(frozen=True)
class Component:
    """Equal pods; times in seconds."""

    name: str
    """Namespace and name of the workload; of a chart its Application."""
    program: str | None
    """What runs in it, where the image tells."""
    replicas: int
    """The fewest: an autoscaler's minimum."""
    need: Need
    pool: str
    on_demand: bool
    """Whether its pods must not run on Spot."""
    volume: bool
    """Whether each pod has a volume of its own zone, and one writer at a time."""
    waits: bool
    """Whether a pod is made anew only when the old one is gone."""
    spread: Spread | None
    may_lack: int | None
    """Pods that may be evicted at a time; None: no budget says."""
    pre_stop: float
    drain: float | None
    """Longest time from SIGTERM to the exit; None where it is not known, and all of the grace period is taken."""
    grace: float
    of_chart: bool = False
    """Whether only its size is known, so that its availability cannot be told."""

    @property
    def carries_turns(self) -> bool:
        return self.program == AGENT or self.program in ENGINES


@dataclass(frozen=True)
class Offer:
    """An instance type of a pool with a price."""

    type: InstanceType
    room: Need
    slots: int
    usd: Span
    """An hour on demand."""

    def takes(self, need: Need, pods: int) -> bool:
        return pods <= self.slots and need.within(self.room.cpu, self.room.memory)


@dataclass(frozen=True)
class Supply:
    """What nodes of a pool can be had."""

    name: str
    zones: tuple[str, ...]
    offers: tuple[Offer, ...]
    """The cheapest first."""
    spot: bool
    on_demand: bool
    settle: float
    """Seconds until Karpenter replaces a node that costs more than it must; infinite where it never does."""


@dataclass(frozen=True)
class Setting:
    """One environment as it is rendered, or as it would be."""

    components: tuple[Component, ...]
    supplies: Mapping[str, Supply]
    calls: float
    """Calls of models in a month."""

    @property
    def longest_turn(self) -> float | None:
        """Seconds after which a turn is cut wherever it runs."""
        return max((one.drain for one in self.components if one.program == AGENT and one.drain), default=None)


def setting(objects: ObjectSet) -> Setting:
    """What there is to be played; raises ValueError where no node can be had for a pod."""
    among = pools(objects)
    region = objects.env.cluster.region if objects.env else "us-east-1"
    supplies = {pool.name: _supply(objects, pool, region) for pool in among}
    found = tuple(_components(objects, among))
    for one in found:
        if not any(offer.takes(one.need, 1) for offer in supplies[one.pool].offers):
            raise ValueError(f"{one.name}: no instance type of pool {one.pool} with a price takes {one.need}")
    return Setting(found, supplies, objects.env.cost.usage.model_calls if objects.env else 0)


def _supply(objects: ObjectSet, pool: Pool, region: str) -> Supply:
    offers = []
    for one, (left, slots) in room(objects, pool).items():
        usd = hourly(one.family, one.size, region)
        if usd is not None and slots > 0:
            offers.append(Offer(one, left, slots, usd))
    settle = text(pool.item.obj, "spec", "disruption", "consolidateAfter")
    return Supply(
        pool.name,
        pool.values(ZONE) or ("zone",),
        tuple(sorted(offers, key=lambda one: (one.usd.low, one.type.name))),
        pool.admits(CAPACITY, "spot"),
        pool.admits(CAPACITY, "on-demand"),
        math.inf if settle == "Never" else seconds(settle),
    )


def _components(objects: ObjectSet, among: Sequence[Pool]) -> Iterator[Component]:
    scaled_by = autoscalers(objects)
    for item in objects.workloads():
        hosting = hosts(item.pod, among) if item.kind not in ("DaemonSet", "CronJob", "Job") else []
        replicas = scale(item, scaled_by).lowest
        if not hosting or not replicas:
            continue
        ends = [(pre_stop(one), drain(objects, one), program(one)) for one in running(item)]
        slept, bound, what = max(ends, key=lambda one: one[0] + (one[1].seconds if one[1] else 0))
        volume = any(claim.one_node for claim in claims(objects, item))
        yield Component(
            name=f"{item.namespace}/{item.name}",
            program=what,
            replicas=replicas,
            need=requests(item.pod),
            pool=hosting[0].name,
            on_demand=bool(hosting[0].refusal(item.pod, SPOT)),
            volume=volume,
            waits=volume or item.kind == "StatefulSet",
            spread=_spread(item),
            may_lack=_may_lack(objects, item, replicas),
            pre_stop=slept,
            drain=bound.seconds if bound else None,
            grace=grace(item),
        )
    known = {pool.name: pool for pool in among}
    for item in objects.of("Application"):
        for index, made in enumerate(charts.pods(item.obj)):
            if made.pool in known:
                pinned = made.on_demand or not known[made.pool].admits(CAPACITY, "spot")
                name = f"{item.name} {index}"
                yield Component(
                    name, None, made.count, made.need, made.pool, pinned, False, False, None, None, 0, None, GRACE, True
                )


def _spread(item: Item) -> Spread | None:
    for _, one in each(item.pod, "topologySpreadConstraints"):
        if text(one, "topologyKey") == ZONE:
            selector = json.dumps(table(one, "labelSelector"), sort_keys=True)
            required = text(one, "whenUnsatisfiable") == "DoNotSchedule"
            return Spread(
                f"{item.namespace} {selector}",
                int(number(one, "maxSkew") or 1),
                required,
                int(number(one, "minDomains") or 1),
                text(one, "nodeTaintsPolicy") != "Honor",
            )
    return None


def _may_lack(objects: ObjectSet, item: Item, replicas: int) -> int | None:
    """How many of the pods a budget lets go at a time."""
    for budget in objects.of("PodDisruptionBudget"):
        spec = table(budget.obj, "spec")
        if budget.namespace == item.namespace and selects(dig(spec, ("selector",)), pod_labels(item)):
            if spec.get("maxUnavailable") is not None:
                return share(spec["maxUnavailable"], replicas)
            if spec.get("minAvailable") is not None:
                return replicas - share(spec["minAvailable"], replicas)
    return None
