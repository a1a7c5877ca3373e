"""budget: the environment stays below what it may cost.

`cost.monthlyCeiling` is what somebody agreed to pay.  Before anything runs, the manifests say what it costs at least:
nodes for the fewest pods, and what the budgets of the LLM gateway let models spend.  If that is above the ceiling
already, the bill will be too, and the change that did it is the one under review.

Limits: the sum is a floor.  Nodes are packed without DaemonSets, spread and rollouts and priced on demand, at the list
prices of us-east-1 whatever the Region; load balancer, volumes, traffic, control plane and managed stores are not in
it, nor is what a provider without a budget may spend.  Source and date of prices: generator/check/compute/prices.json.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.compute.cost_floor import parts, prices, total
from generator.check.objectset import Breach, ObjectSet
from generator.check.rules import Severity

ID, SEVERITY = "budget", Severity.ERROR
REMEDIATION = "lower budgets or replicas, or agree on a higher cost.monthlyCeiling"


def check(objects: ObjectSet) -> Iterator[Breach]:
    found = parts(objects)
    if objects.env is None or not found:
        return
    ceiling, floor = objects.env.cost.monthly_ceiling, total(found)
    if floor > ceiling:
        listed = "; ".join(f"{part.usd:,.2f} for {part.what}" for part in found)
        pool = next(objects.of("NodePool"), objects.items[0])
        price = prices()
        message = (
            f"at least {floor:,.2f} USD a month, above the ceiling of {ceiling:,.2f}: {listed} (list prices of "
            f"{price['region']}, {price['date']})"
        )
        yield Breach(pool, ("spec",), message)
