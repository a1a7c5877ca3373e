"""pool-reachable: a pod that asks for nodes of a pool must find a pool that makes them.

Karpenter launches a node for a pending pod only if some NodePool allows all that the pod demands and has no taint that
the pod does not tolerate. Otherwise the pod stays Pending, and nothing else fails.

Looked at: pods that demand a Karpenter or EKS Auto Mode label, by nodeSelector or required node affinity, against the
labels, requirements and taints of every NodePool and the instance types that it admits; the node class that a NodePool
refers to; NodePools that admit no instance type. Labels that AWS or Karpenter sets by itself are free where a pool does
not mention them; those of Karpenter do not exist on EKS Auto Mode, nor the other way round.

Limits: nodes that are not Karpenter's are not known, so pods that demand no such label are not looked at, nor are
DaemonSets. In a folder without any NodePool, and without its environment, nothing is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.compute.placement import CAPACITY, NODE_POOL, demands
from generator.check.compute.pools import AUTO_MODE, KARPENTER, Pool, pools
from generator.check.objectset import Breach, ObjectSet
from generator.check.rules import Severity
from generator.check.walk import table, text
from generator.kubernetes.objects import Obj

ID, SEVERITY = "pool-reachable", Severity.ERROR
REMEDIATION = (
    "make nodeSelector, affinity and tolerations of the pod agree with labels, requirements and taints of a pool"
)


def check(objects: ObjectSet) -> Iterator[Breach]:
    among = pools(objects)
    if among or objects.env is not None:
        for item in objects.workloads():
            if item.kind == "DaemonSet" or not _asks(item.pod):
                continue
            refusals = {pool.name: pool.refusal(item.pod) for pool in among}
            if all(refusals.values()):
                named = _named(item.pod) & refusals.keys()
                reasons = [f"{name}: {why}" for name, why in refusals.items() if name in named or not named]
                why = "; ".join(reasons) or "there is none"
                message = f"no NodePool makes a node for it, so it stays Pending ({why})"
                yield Breach(item, item.pod_path("nodeSelector"), message)
    for pool in among:
        yield from _ready(objects, pool)


def _asks(pod: Obj) -> bool:
    """Whether a pod demands what only a node of Karpenter has."""
    return any(
        one.operator == "In"
        and (one.key in (CAPACITY, NODE_POOL) or one.key.startswith((f"{KARPENTER}/", f"{AUTO_MODE}/instance-")))
        for wanted in demands(pod)
        for one in wanted
    )


def _named(pod: Obj) -> set[str]:
    """The pools that a pod demands by name."""
    wanted = [one for each in demands(pod) for one in each if one.key == NODE_POOL and one.operator == "In"]
    return {name for one in wanted for name in one.values}


def _ready(objects: ObjectSet, pool: Pool) -> Iterator[Breach]:
    path = ("spec", "template", "spec", "nodeClassRef")
    reference = table(pool.item.obj, *path)
    kind, name = text(reference, "kind"), text(reference, "name")
    others = any(objects.of(kind))
    if (others or objects.env is not None) and objects.get(kind, "", name) is None:
        message = f"there is no {kind} {name}: the pool is never ready and launches nothing"
        yield Breach(pool.item, (*path, "name"), message)
    if pool.complete and not pool.types:
        message = "no instance type satisfies all of its requirements: the pool launches nothing"
        yield Breach(pool.item, ("spec", "template", "spec", "requirements"), message)
