"""spread-zonal-volume: pods must be able to follow their volumes.

An EBS volume lives in one zone and is attached to one node at a time.  Replicas that share its claim wait for each
other on different nodes; a pod that must also respect a required spread over zones can come to have no zone left, and a
volume that is made before its pod is placed chooses the zone for it.

Looked at: claims whose only access mode is ReadWriteOnce or ReadWriteOncePod. Several pods on one such claim, also for
the moment of a rolling update; `DoNotSchedule` over zones for a single pod with such a claim; the `Immediate` binding
of a StorageClass of the EBS drivers that a claim names.

Limits: a StatefulSet of several pods with claims of their own may be spread: the first placement decides, and holds. A
claim whose access modes are not among the objects is not looked at.

Sources: Kubernetes, "Persistent Volumes" (access modes, volume binding mode); Amazon EBS CSI driver.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.compute.placement import ZONE
from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Severity
from generator.check.walk import each, text
from generator.check.workloads.claims import Claim, claims
from generator.check.workloads.scale import autoscalers, scale, surge

ID, SEVERITY = "spread-zonal-volume", Severity.ERROR
REMEDIATION = (
    "give each pod a claim of its own (a StatefulSet with volumeClaimTemplates), spread pods with volumes over zones "
    "by ScheduleAnyway, and bind volumes by WaitForFirstConsumer"
)

EBS = ("ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs")


def check(objects: ObjectSet) -> Iterator[Breach]:
    scaled_by = autoscalers(objects)
    classes: dict[str, Item] = {}
    for item in objects.workloads():
        for claim in claims(objects, item):
            if claim.storage_class:
                classes.setdefault(claim.storage_class, item)
            if claim.one_node:
                most = scale(item, scaled_by).highest
                yield from _shared(item, claim, most)
                yield from _spread(item, claim, most)
    for item in objects.of("StorageClass"):
        bound_late = text(item.obj, "volumeBindingMode") == "WaitForFirstConsumer"
        if item.name in classes and text(item.obj, "provisioner") in EBS and not bound_late:
            message = (
                f"a volume is made in any zone before its pod is placed: {classes[item.name]} stays Pending where its "
                "nodes cannot run in that zone"
            )
            yield Breach(item, ("volumeBindingMode",), message)


def _shared(item: Item, claim: Claim, most: int) -> Iterator[Breach]:
    if claim.own:
        return
    if most > 1:
        message = f"{most} pods share the claim {claim.name}, which one node at a time can attach: others never start"
        yield Breach(item, claim.path, message)
    elif surge(item, most):
        message = (
            f"a rolling update starts the new pod while the old one holds the volume of {claim.name}: on another node "
            "it waits for ever, and the rollout with it"
        )
        yield Breach(item, claim.path, message)


def _spread(item: Item, claim: Claim, most: int) -> Iterator[Breach]:
    for index, constraint in each(item.pod, "topologySpreadConstraints"):
        required = (text(constraint, "whenUnsatisfiable") or "DoNotSchedule") == "DoNotSchedule"
        if required and text(constraint, "topologyKey") == ZONE and (most <= 1 or not claim.own):
            path = item.pod_path("topologySpreadConstraints", index, "whenUnsatisfiable")
            message = (
                f"the pod can only run in the zone of its volume {claim.name}: when the spread forbids that zone, it "
                "stays Pending"
            )
            yield Breach(item, path, message)
