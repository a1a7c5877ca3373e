"""pool-spot-fallback: pods on Spot must have somewhere to go when Spot runs out, and nodes must change in order.

Spot is taken away by instance type and zone.  A pool with few types loses all of them at once, and a pod that demands
Spot alone waits until it is back.  Where nothing limits replacements, every node may go in the same minute; where a
drain has no end, one pod keeps an outdated node for ever.

Looked at: pools that may launch Spot have ten instance types that satisfy their requirements; pods that may run on Spot
can run on the on-demand nodes of a pool as well.  For every pool: its disruption budgets limit each reason at any time;
a drain is bounded, and no pod that the pool takes has a longer grace period than that.  What a pool says by itself (the
capacity types it lists, when nodes expire, how short a drain is) is for the rule `spot-fallback`.

Limits: types are those of generator/check/compute/instances.json, whether or not the Region sells them; a pool that may
launch others is not counted.

Sources: AWS, "Best practices for Amazon EC2 Spot" (ten instance types); Karpenter v1.15, NodePools and Disruption (no
active budget, no limit; pods whose grace period outlasts the drain are deleted at once); EKS user guide, create a node
pool (Auto Mode bounds drains to 24h by itself).
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.compute.placement import CAPACITY, Constraint
from generator.check.compute.pools import AUTO_MODE, SPOT, Pool, pools
from generator.check.objectset import Breach, ObjectSet, dig
from generator.check.rules import Severity
from generator.check.walk import each, text, texts
from generator.check.workloads.pods import grace
from generator.environment.duration import seconds
from generator.kubernetes.objects import Obj

ID, SEVERITY = "pool-spot-fallback", Severity.ERROR
REMEDIATION = (
    "allow several compute.categories and compute.sizes, leave spot out of the pod's own demands, keep a budget of one "
    "node without a schedule, and set a terminationGracePeriod of 30m"
)

FEWEST_TYPES = 10
REASONS = ("Drifted", "Empty", "Underutilized")
"""Why Karpenter replaces nodes by its own choice."""
ON_DEMAND = Constraint(CAPACITY, "In", ("on-demand",))

_DRAIN = ("spec", "template", "spec", "terminationGracePeriod")


def check(objects: ObjectSet) -> Iterator[Breach]:
    among = pools(objects)
    for pool in among:
        yield from _types(pool)
        yield from _budgets(pool)
        if pool.domain != AUTO_MODE and not text(pool.item.obj, *_DRAIN):
            message = "a drain has no end: one pod that cannot be evicted keeps an expired or outdated node for ever"
            yield Breach(pool.item, _DRAIN, message)
    for item in objects.workloads():
        hosting = [pool for pool in among if not pool.refusal(item.pod)]
        if any(pool.admits(CAPACITY, "on-demand") for pool in hosting):
            on_spot = any(not pool.refusal(item.pod, SPOT) for pool in hosting)
            if on_spot and all(pool.refusal(item.pod, ON_DEMAND) for pool in hosting):
                message = "it demands Spot alone: when AWS has none left, its pods stay Pending beside on-demand nodes"
                yield Breach(item, item.pod_path("nodeSelector"), message)
        for pool in hosting:
            drain = text(pool.item.obj, *_DRAIN)
            if drain and grace(item) > seconds(drain):
                message = (
                    f"its grace period of {grace(item):g} s is longer than the {drain} that pool {pool.name} gives a "
                    "drain: Karpenter deletes it at once, against every disruption budget"
                )
                yield Breach(item, item.pod_path("terminationGracePeriodSeconds"), message)


def _types(pool: Pool) -> Iterator[Breach]:
    if pool.complete and 0 < len(pool.types) < FEWEST_TYPES and pool.admits(CAPACITY, "spot"):
        names = ", ".join(one.name for one in pool.types)
        message = (
            f"only {len(pool.types)} instance types qualify ({names}): Spot runs out of so few at once, AWS advises "
            f"{FEWEST_TYPES}"
        )
        yield Breach(pool.item, ("spec", "template", "spec", "requirements"), message)


def _budgets(pool: Pool) -> Iterator[Breach]:
    path = ("spec", "disruption", "budgets")
    if not isinstance(dig(pool.item.obj, path), list):
        return  # Karpenter's default is a tenth of the nodes
    always = [one for _, one in each(pool.item.obj, *path) if not one.get("schedule")]
    free = [reason for reason in REASONS if not any(_limits(one, reason) for one in always)]
    if free:
        message = f"no budget holds at any time for {', '.join(free)}: all nodes may be replaced in the same minute"
        yield Breach(pool.item, path, message)


def _limits(budget: Obj, reason: str) -> bool:
    reasons = texts(budget, "reasons")
    return str(budget.get("nodes")) != "100%" and (not reasons or reason in reasons)
