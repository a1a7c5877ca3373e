"""NodePools: what nodes they may launch, and which pods can run there.

As Karpenter decides it (v1.15, pkg/scheduling/requirements.go): what a pod demands of a label must overlap with what
the pool says of it.  A label that the pool does not mention is free if AWS or Karpenter sets it, else it is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from generator.check.compute.instances import InstanceType, instance_types
from generator.check.compute.placement import (
    ARCH,
    CAPACITY,
    NODE_POOL,
    OS,
    TYPE,
    ZONE,
    Constraint,
    constraints,
    demands,
    labelled,
    tolerates,
)
from generator.check.objectset import Item, ObjectSet
from generator.check.walk import each, table, text
from generator.kubernetes.objects import Obj

KARPENTER, AUTO_MODE = "karpenter.k8s.aws", "eks.amazonaws.com"
"""Domains of the instance labels: self-managed Karpenter, and EKS Auto Mode, each of which knows only its own."""
AUTO_MODE_NEWEST = 8
"""Newest generation that EKS Auto Mode launches, with more than one vCPU (EKS user guide, supported instances)."""
SPOT = Constraint(CAPACITY, "In", ("spot",))

_TEMPLATE = ("spec", "template", "spec")
_ALWAYS_SET = {ARCH, CAPACITY, NODE_POOL, OS, TYPE, ZONE} | {
    "kubernetes.io/hostname",
    "node.kubernetes.io/windows-build",
    "topology.k8s.aws/zone-id",
    "topology.kubernetes.io/region",
}


@dataclass(frozen=True)
class Pool:
    """A NodePool; `types` are the known instance types that it may launch."""

    item: Item
    domain: str
    """KARPENTER or AUTO_MODE."""
    constraints: tuple[Constraint, ...]
    taints: tuple[Obj, ...]
    types: tuple[InstanceType, ...] = ()
    complete: bool = False
    """Whether every type that the pool may launch is among `types`; else nothing is known of the others."""

    @property
    def name(self) -> str:
        return self.item.name

    def values(self, key: str) -> tuple[str, ...] | None:
        """The values that the pool lists for a label; None where it lists none."""
        own = [one for one in self.constraints if one.key == key]
        listed = next((one.values for one in own if one.operator == "In"), None)
        return None if listed is None else tuple(value for value in listed if all(one.admits(value) for one in own))

    def admits(self, key: str, value: str) -> bool:
        """Whether nodes of the pool may have this value of the label."""
        return all(one.admits(value) for one in self.constraints if one.key == key)

    def refusal(self, pod: Obj, *more: Constraint) -> str:
        """Why no node of the pool can take a pod that also demands `more`; empty where one can."""
        for taint in self.taints:
            if not tolerates(pod, taint):
                value = f"={taint['value']}" if taint.get("value") else ""
                return f"its pods do not tolerate the taint {taint.get('key')}{value}:{taint.get('effect')}"
        reasons = [self._mismatch((*wanted, *more)) for wanted in demands(pod)]
        return "" if "" in reasons else reasons[0]

    def types_for(self, pod: Obj) -> list[InstanceType]:
        """The known types of the pool that a pod may run on."""
        of_type = _type_labels(self.domain)
        return [one for one in self.types if any(_fit(of_type[one], wanted) for wanted in demands(pod))]

    def _mismatch(self, wanted: Sequence[Constraint]) -> str:
        for key in {one.key: None for one in wanted}:
            if reason := self._apart(key, [one for one in wanted if one.key == key]):
                return reason
        of_type = _type_labels(self.domain)
        if self.complete and self.types and not any(_fit(of_type[one], wanted) for one in self.types):
            demanded = " and ".join(str(one) for one in wanted if one.key in _type_values(self.domain))
            return f"no instance type of the pool has {demanded}"
        return ""

    def _apart(self, key: str, wanted: Sequence[Constraint]) -> str:
        """Why no value of a label suits both the pool and the pod; empty where one does."""
        demanded = " and ".join(map(str, wanted))
        offered = self.values(key)
        if offered is None:
            mentioned = any(one.key == key for one in self.constraints)
            if not mentioned and key not in _ALWAYS_SET and not key.startswith(f"{self.domain}/"):
                return "" if all(one.admits(None) for one in wanted) else f"nodes of the pool have no label {key}"
            asked = next((one.values for one in wanted if one.operator == "In"), None)
            if asked is None:
                return ""
            offered = tuple(value for value in asked if self.admits(key, value))
        if any(all(one.admits(value) for one in wanted) for value in offered):
            return ""
        return f"its pods demand {demanded}, the pool offers {', '.join(offered) or 'no such value'}"


def pools(objects: ObjectSet) -> list[Pool]:
    """The NodePools of a set."""
    return [_pool(item) for item in objects.of("NodePool") if text(item.obj, "apiVersion").startswith("karpenter.sh/")]


def hosts(pod: Obj, among: Sequence[Pool]) -> list[Pool]:
    """The pools whose nodes can take a pod."""
    return [pool for pool in among if not pool.refusal(pod)]


def on_spot(pod: Obj, among: Sequence[Pool]) -> bool:
    """Whether a pod may run on Spot.

    A pod that no pool of the set takes is judged by what it demands: one that asks for a pool, and not for on-demand
    capacity, counts.
    """
    if hosting := hosts(pod, among):
        return any(not pool.refusal(pod, SPOT) for pool in hosting)
    return any(
        any(one.key in (NODE_POOL, CAPACITY) and one.operator == "In" for one in wanted)
        and all(one.admits("spot") for one in wanted if one.key == CAPACITY)
        for wanted in demands(pod)
    )


def zones(among: Sequence[Pool]) -> set[str] | None:
    """The zones of some pools; None where one of them does not list its own."""
    listed = [pool.values(ZONE) for pool in among]
    return {zone for one in listed if one for zone in one} if among and None not in listed else None


def _pool(item: Item) -> Pool:
    labels = table(item.obj, "spec", "template", "metadata", "labels")
    said = (
        Constraint(NODE_POOL, "In", (item.name,)),
        *labelled(labels),
        *constraints(item.obj, *_TEMPLATE, "requirements"),
    )
    domain = AUTO_MODE if text(item.obj, *_TEMPLATE, "nodeClassRef", "group") == AUTO_MODE else KARPENTER
    pool = Pool(item, domain, said, tuple(taint for _, taint in each(item.obj, *_TEMPLATE, "taints")))
    if not pool.admits(ARCH, "arm64"):
        return pool
    on_types = [one for one in said if one.key in _type_values(domain)]
    found = tuple(one for one, known in _type_labels(domain).items() if _fit(known, on_types))
    return replace(pool, types=found, complete=not pool.admits(ARCH, "amd64") and _known_only(pool))


def _known_only(pool: Pool) -> bool:
    """Whether the data file knows every type that the pool may launch."""
    known = _type_values(pool.domain)
    sizes, *bounds = (f"{pool.domain}/instance-{name}" for name in ("size", "category", "family"))
    if not known[sizes].issuperset(pool.values(sizes) or ()):
        return False
    return any((listed := pool.values(key)) is not None and known[key].issuperset(listed) for key in (*bounds, TYPE))


def _fit(labels: Mapping[str, str], wanted: Sequence[Constraint]) -> bool:
    """Whether labels satisfy the constraints on their keys; constraints on other keys do not count."""
    return all(one.admits(labels[one.key]) for one in wanted if one.key in labels)


@lru_cache(maxsize=2)
def _type_labels(domain: str) -> dict[InstanceType, dict[str, str]]:
    """The labels of a node that follow from its type alone, for every type that can be launched."""
    return {
        one: {
            TYPE: one.name,
            f"{domain}/instance-category": one.category,
            f"{domain}/instance-cpu": str(one.vcpus),
            f"{domain}/instance-cpu-manufacturer": "aws",
            f"{domain}/instance-family": one.family,
            f"{domain}/instance-generation": str(one.generation),
            f"{domain}/instance-hypervisor": "nitro",
            f"{domain}/instance-memory": str(one.memory),
            f"{domain}/instance-size": one.size,
        }
        for one in instance_types()
        if domain == KARPENTER or (one.generation <= AUTO_MODE_NEWEST and one.vcpus > 1)
    }


@lru_cache(maxsize=2)
def _type_values(domain: str) -> dict[str, frozenset[str]]:
    """The values that each of these labels has on some type."""
    known = _type_labels(domain).values()
    return {key: frozenset(labels[key] for labels in known) for key in next(iter(known))}
