"""spot-stateful: a single replica with a volume of its own runs on Spot.

There is no second replica to take over: each interruption is an outage, until a node is up in the volume's zone, the
volume has moved to it and the program has started; where the zone has no capacity, it lasts until it has.  Spot takes
nodes more often than anything else does.

Looked at: Deployments, Rollouts, ReplicaSets and StatefulSets that may run on Spot, have at most one replica, and mount
a claim that one node at a time can attach.

A warning, not an error: the state itself survives, turns in flight are drained if spot-grace holds, and OpenClaw's
gateways are on Spot because their environment says `capacity: spot-first`, which is a choice made and reviewed there.
An error would demand a waiver for what the defaults do.  Production that cannot bear the outage sets on-demand.

Limits: a claim whose access modes are not among the objects is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.compute.pools import on_spot, pools
from generator.check.objectset import Breach, ObjectSet
from generator.check.rules import Severity
from generator.check.workloads.claims import claims
from generator.check.workloads.scale import autoscalers, scale

ID, SEVERITY = "spot-stateful", Severity.WARNING
REMEDIATION = (
    "set capacity: on-demand (openclaw.gateways.<name>.capacity) where an outage of minutes at any time hurts, or "
    "waive with the reason why it does not"
)

KINDS = ("Deployment", "ReplicaSet", "Rollout", "StatefulSet")


def check(objects: ObjectSet) -> Iterator[Breach]:
    among, scaled_by = pools(objects), autoscalers(objects)
    for item in objects.workloads():
        if item.kind not in KINDS or scale(item, scaled_by).highest > 1 or not on_spot(item.pod, among):
            continue
        for claim in claims(objects, item):
            if claim.one_node and not claim.read_only:
                message = (
                    "every Spot interruption is an outage: the only replica goes, and the next one waits for a node in "
                    f"the zone of volume {claim.name}"
                )
                yield Breach(item, claim.path, message)
                break
