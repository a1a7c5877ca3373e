"""spread-real: replicas that must be spread over zones must really be.

A required spread is easily a form without effect.  The scheduler knows only the zones that have a node of the pool:
while one zone has, every replica fits there, and the failure of that zone takes them all.  And a constraint that counts
the pods of the revision that is about to go spreads the new ones around these, and leaves them uneven or Pending.

Looked at: `DoNotSchedule` over zones in Deployments, ReplicaSets, Rollouts and StatefulSets with more than one pod at
their most. It has `minDomains` of two at least, and of no more than the zones of the pools that take the pod; where a
rolling update runs old and new pods together, `matchLabelKeys` has the label that the controller gives a revision, and
the selector has not.  That there is a spread, and that it selects the pod's own labels, is for the rule `spread`.

Limits: whether zones have capacity is not known; `ScheduleAnyway` is taken for the wish to prefer one zone to none.

Sources: Kubernetes, "Pod Topology Spread Constraints" (minDomains; known limitations: zones without nodes;
matchLabelKeys); Argo Rollouts, label rollouts-pod-template-hash.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.compute.placement import ZONE
from generator.check.compute.pools import hosts, pools, zones
from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Severity
from generator.check.walk import each, number, table, text, texts
from generator.check.workloads.scale import autoscalers, scale, surge
from generator.kubernetes.objects import Obj

ID, SEVERITY = "spread-real", Severity.ERROR
REMEDIATION = (
    "in a required spread over zones set minDomains: 2 and matchLabelKeys: [pod-template-hash] "
    "(rollouts-pod-template-hash in a Rollout), or prefer it by ScheduleAnyway"
)

REVISION = {"Deployment": "pod-template-hash", "Rollout": "rollouts-pod-template-hash"}
"""The label by which a controller tells the pods of one revision from those of another."""
KINDS = (*REVISION, "ReplicaSet", "StatefulSet")
LEAST_ZONES = 2
"""Zones that replicas must be in to outlive the failure of one."""


def check(objects: ObjectSet) -> Iterator[Breach]:
    among, scaled_by = pools(objects), autoscalers(objects)
    for item in objects.of(*KINDS):
        most = scale(item, scaled_by).highest
        for index, constraint in each(item.pod, "topologySpreadConstraints"):
            required = (text(constraint, "whenUnsatisfiable") or "DoNotSchedule") == "DoNotSchedule"
            if most > 1 and required and text(constraint, "topologyKey") == ZONE:
                known = len(zones(hosts(item.pod, among)) or ())
                yield from _domains(item, index, constraint, most, known)
                yield from _revisions(item, index, constraint, most)


def _domains(item: Item, index: int, constraint: Obj, most: int, known: int) -> Iterator[Breach]:
    """`known` is the number of zones, 0 where they are not known."""
    path = item.pod_path("topologySpreadConstraints", index, "minDomains")
    wanted, skew = number(constraint, "minDomains") or 1, number(constraint, "maxSkew") or 1
    if wanted < LEAST_ZONES and known != 1:
        message = (
            f"the scheduler counts only zones that have a node: while one has, all {most} replicas may go there, and "
            "fail with it"
        )
        yield Breach(item, path, message)
    if known and wanted > known and most > known * skew:
        message = (
            f"{wanted:g} zones are demanded and there are {known}: each takes {skew:g} at most, and "
            f"{most - known * skew:g} of {most} replicas stay Pending"
        )
        yield Breach(item, path, message)


def _revisions(item: Item, index: int, constraint: Obj, most: int) -> Iterator[Breach]:
    path = item.pod_path("topologySpreadConstraints", index, "matchLabelKeys")
    keys = texts(constraint, "matchLabelKeys")
    revision = REVISION.get(item.kind)
    if revision and revision not in keys and surge(item, most):
        message = (
            "a rolling update counts the pods of the old revision too: the new ones stay Pending or end up uneven; the "
            f"label of a revision is {revision}"
        )
        yield Breach(item, path, message)
    selector = constraint.get("labelSelector")
    selected = {*table(selector, "matchLabels"), *(text(one, "key") for _, one in each(selector, "matchExpressions"))}
    for key in sorted(selected & set(keys)):
        yield Breach(item, path, f"{key} is in labelSelector as well: the API server refuses the pod")
