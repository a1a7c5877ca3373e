"""spot-drainable: a pod on Spot must be evictable at its lowest replica count.

Karpenter empties a Spot node through the eviction API, and retries while a PodDisruptionBudget says no.  Nothing speeds
it up when the notice runs out: the instance goes with the pod still running, which gets no SIGTERM and drains nothing.

Looked at: for every pod that may run on Spot, the budgets that cover it, with the pods that they cover counted at their
lowest (the autoscaler's minimum); the annotation karpenter.sh/do-not-disrupt, which Karpenter respects also here; and
tolerations of the taint karpenter.sh/disrupted, which it takes for the wish not to be drained.  More than one budget on
a pod is an error on any capacity: the eviction API refuses such a pod.

Limits: budgets count healthy pods, so one that is not ready can still block an eviction for a while; DaemonSets, which
end with their node, are not looked at.

Sources: Kubernetes, "Specifying a Disruption Budget" (percentages round up); Karpenter v1.15,
pkg/utils/pod/scheduling.go and controllers/node/termination/terminator/eviction.go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from generator.check.compute.placement import tolerates
from generator.check.compute.pools import on_spot, pools
from generator.check.objectset import TEMPLATES, Breach, Item, ObjectSet, dig, pod_labels, selects
from generator.check.rules import Severity
from generator.check.walk import each, table
from generator.check.workloads.scale import autoscalers, scale, share

ID, SEVERITY = "spot-drainable", Severity.ERROR
REMEDIATION = (
    "give each pod one budget with maxUnavailable: 1, or raise the minimum replicas above minAvailable; leave out "
    "karpenter.sh/do-not-disrupt and tolerations of every taint, or run the pod on on-demand capacity"
)

DISRUPTED = {"key": "karpenter.sh/disrupted", "effect": "NoSchedule"}
"""The taint of a node that Karpenter drains."""
KEEP = "karpenter.sh/do-not-disrupt"


def check(objects: ObjectSet) -> Iterator[Breach]:
    among, scaled_by = pools(objects), autoscalers(objects)
    budgets: dict[str, list[Item]] = defaultdict(list)
    for budget in objects.of("PodDisruptionBudget"):
        budgets[budget.namespace].append(budget)
    covered: dict[int, list[tuple[Item, int]]] = defaultdict(list)
    for item in objects.workloads():
        if item.kind == "DaemonSet":
            continue
        own = [one for one in budgets[item.namespace] if selects(dig(one.obj, ("spec", "selector")), pod_labels(item))]
        if len(own) > 1:
            names = " and ".join(sorted(one.name for one in own))
            message = f"the budgets {names} all cover its pods: the eviction API refuses such pods, so no drain ends"
            yield Breach(item, (*TEMPLATES[item.kind], "metadata", "labels"), message)
        for one in own:
            covered[id(one)].append((item, scale(item, scaled_by).lowest))
        if on_spot(item.pod, among):
            yield from _undrained(item)
    for of_namespace in budgets.values():
        for budget in of_namespace:
            pods = sum(count for _, count in covered[id(budget)])
            stuck = [str(item) for item, count in covered[id(budget)] if count and on_spot(item.pod, among)]
            field = _blocking(budget, pods)
            if stuck and field:
                message = (
                    f"with {pods} pod{'s' if pods != 1 else ''}, the fewest there are, no eviction is allowed: when "
                    f"Spot takes a node, {', '.join(stuck)} is killed with it, without SIGTERM"
                )
                yield Breach(budget, ("spec", field), message)


def _blocking(budget: Item, pods: int) -> str:
    """The field of a budget that allows no eviction among so many pods; empty where one is allowed."""
    spec = table(budget.obj, "spec")
    if spec.get("maxUnavailable") is not None:
        return "maxUnavailable" if share(spec["maxUnavailable"], pods) < 1 else ""
    if spec.get("minAvailable") is not None:
        return "minAvailable" if share(spec["minAvailable"], pods) >= pods else ""
    return ""


def _undrained(item: Item) -> Iterator[Breach]:
    lost = "Karpenter does not evict it from a Spot node that is being taken: it is killed without SIGTERM"
    kept = table(item.template, "metadata", "annotations").get(KEEP)
    if kept is not None and str(kept) != "false":
        path = (*TEMPLATES[item.kind], "metadata", "annotations", KEEP)
        yield Breach(item, path, f"{KEEP} holds not only for consolidation: {lost}")
    if tolerates(item.pod, DISRUPTED):
        index = next(at for at, one in each(item.pod, "tolerations") if tolerates({"tolerations": [one]}, DISRUPTED))
        yield Breach(item, item.pod_path("tolerations", index), f"tolerates the taint of drained nodes, so {lost}")
