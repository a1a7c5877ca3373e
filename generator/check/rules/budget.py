"""budget: the environment stays below what it may cost.

`cost.monthlyCeiling` is what somebody agreed to pay.  Before anything runs, the manifests say what it costs at least:
nodes for the fewest pods, and what the budgets of the LLM gateway let models spend.  If that is above the ceiling
already, the bill will be too, and the change that did it is the one under review.

Beside it stands the estimate of `python -m generator cost` (docs/cost.md), which packs pods onto nodes by the same
algorithm. The rule asks what is bound to be paid if Spot runs out and budgets are used up; the estimate says what a
month will probably cost, as a range, with everything that the rule leaves out, by declared usage in place of budgets.
So either may be the higher, and both are held against the same ceiling: the rule's sum here, the estimate's low end
there.

Limits: the sum is a floor.  Nodes are packed without DaemonSets, spread and rollouts and priced on demand, at the list
prices of us-east-1 whatever the Region; load balancer, volumes, traffic, control plane and managed stores are not in
it, nor is what a provider without a budget may spend.  Source and date of prices: generator/cost/prices.json.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.compute.cost_floor import parts, total
from generator.check.objectset import Breach, ObjectSet
from generator.check.rules import Severity
from generator.cost.prices import HOME, ec2_date

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
        message = (
            f"at least {floor:,.2f} USD a month, above the ceiling of {ceiling:,.2f}: {listed} (list prices of "
            f"{HOME}, {ec2_date()})"
        )
        yield Breach(pool, ("spec",), message)
