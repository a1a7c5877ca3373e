"""What the API server fills in before policies see an object, as far as ours ask for it."""

from copy import deepcopy

from generator.check.objectset import TEMPLATES, dig
from tests.cluster.client import Obj

GRACE = 30
"""Seconds (Kubernetes API reference, PodSpec)."""
REPLICATED = ("Deployment", "ReplicaSet", "StatefulSet")
"""Kinds whose replicas are 1 where the object does not say; a Rollout's are left open by its definition."""
EXPIRY, PATIENCE = "720h", "0s"
"""Of a NodePool's expireAfter and consolidateAfter (Karpenter's CustomResourceDefinition)."""


def stored(obj: Obj) -> Obj:
    """The object as policies see it."""
    made = deepcopy(obj)
    if made["kind"] == "NodePool":
        made["spec"].setdefault("disruption", {}).setdefault("consolidateAfter", PATIENCE)
        made["spec"]["template"]["spec"].setdefault("expireAfter", EXPIRY)
    if made["kind"] in REPLICATED:
        made["spec"].setdefault("replicas", 1)
    if made["kind"] in TEMPLATES and made["kind"] != "Rollout":
        dig(made, TEMPLATES[made["kind"]])["spec"].setdefault("terminationGracePeriodSeconds", GRACE)
    if made["kind"] == "Pod" and made["spec"].get("hostNetwork"):
        for port in (port for container in made["spec"]["containers"] for port in container.get("ports", [])):
            port.setdefault("hostPort", port["containerPort"])
    return made
