"""Objects that go away, and what goes with them."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objectset import dig
from generator.diff.change import Change
from generator.diff.impact import Impact

from .reading import danger, listed, note, warning

WARNINGS = {
    "ConfigMap": "whoever still reads it does not start",
    "CronJob": "what it did on schedule is not done any more",
    "Deployment": "its pods end; whoever calls them gets no answer",
    "ExternalSecret": "the Secret goes with it: pods that read it do not start again",
    "HorizontalPodAutoscaler": "the number of pods stays what it is now, whatever the load",
    "PodDisruptionBudget": "a drain may take all pods at once",
    "PodMonitor": "its metrics stop, and alerts on them fall silent",
    "Service": "its name does not resolve any more; callers fail",
    "ServiceMonitor": "its metrics stop, and alerts on them fall silent",
    "PrometheusRule": "its alerts are gone",
    "AlertmanagerConfig": "alerts of its namespace reach nobody",
    "ServiceAccount": "pods that use it do not start any more",
}
DANGERS = {
    "CiliumNetworkPolicy": "its pods are open to everybody, or to nobody where another policy denies",
    "CustomResourceDefinition": "every object of its kind is deleted with it",
    "EC2NodeClass": "nodes of its pools cannot be replaced any more",
    "Ingress": "nobody comes in this way any more",
    "Namespace": "everything in it is deleted, volumes and Secrets too",
    "NetworkPolicy": "its pods are open to everybody, or to nobody where another policy denies",
    "NodeClass": "nodes of its pools cannot be replaced any more",
    "NodePool": "its nodes are drained and end; pods wait for another pool that takes them",
    "PersistentVolumeClaim": "the volume and what is on it are deleted, unless its class retains",
    "Rollout": "its pods end; whoever calls them gets no answer",
    "StatefulSet": "its pods end; the claims stay, and what is on them, until somebody deletes them",
    "StorageClass": "new claims of it stay Pending",
    "ValidatingAdmissionPolicy": "the API server no longer refuses what breaks it",
    "ValidatingAdmissionPolicyBinding": "the API server no longer refuses what breaks its policy",
}


def check(change: Change) -> Iterator[Impact]:
    if change.verb != "removed":
        return
    kind = change.kind
    if kind == "Application":
        yield _application(change)
    elif kind in DANGERS:
        yield danger("delete", change, f"is removed: {DANGERS[kind]}")
    elif kind.startswith("AWS::"):
        kept = change.obj.get("DeletionPolicy") == "Retain"
        text = "leaves the stack and stays in the account" if kept else "is deleted in the account"
        yield (note if kept else warning)("delete", change, text)
    else:
        yield warning("delete", change, f"is removed{': ' + WARNINGS[kind] if kind in WARNINGS else ''}")


def _application(change: Change) -> Impact:
    finalizers = dig(change.before, ("metadata", "finalizers"))
    if finalizers:
        return danger("delete", change, f"is removed, and with it everything that it has synced ({listed(finalizers)})")
    return warning("delete", change, "is removed; what it has synced stays, and nobody syncs it any more")
