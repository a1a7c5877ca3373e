"""Namespaces with Pod Security `restricted`, default-deny, and a quota that fits what runs there and nothing more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from generator.kubernetes.network import default_deny
from generator.kubernetes.objects import Obj, metadata, pod_template
from generator.kubernetes.quantity import cores, mebibytes

from .argocd import KEPT

NAME = "namespaces"
KUBERNETES_SECURITY = "pod-security.kubernetes.io"


def objects(workloads: Iterable[Obj], labels: Mapping[str, Mapping[str, str]]) -> list[Obj]:
    """One namespace, deny policy and quota for each namespace that the given objects live in; more labels by name."""
    pods: dict[str, list[Obj]] = {}
    for obj in workloads:
        if runs_pods(obj):
            pods.setdefault(obj["metadata"]["namespace"], []).append(obj)
    scalers = [obj for obj in workloads if obj["kind"] == "HorizontalPodAutoscaler"]
    return [
        made
        for name, found in sorted(pods.items())
        for made in (namespace_object(name, labels.get(name, {})), default_deny(name), quota(name, found, scalers))
    ]


def runs_pods(obj: Obj) -> bool:
    """Whether pods come from it: a NodePool, which belongs to no namespace, has a template of nodes."""
    return "namespace" in obj["metadata"] and pod_template(obj) is not None


def namespace_object(name: str, more: Mapping[str, str]) -> Obj:
    security = {f"{KUBERNETES_SECURITY}/{mode}": "restricted" for mode in MODES}
    meta = metadata(name, app=NAME, labels={**security, **more})
    # Deleting the namespace would delete the gateways' volume claims with it.
    meta["annotations"] = dict(KEPT)
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": meta}


MODES = ("enforce", "audit", "warn")


def quota(namespace: str, workloads: list[Obj], scalers: list[Obj]) -> Obj:
    """Room for every pod at the autoscaler's maximum, and once more for the pods that replace them in a rollout."""
    cpu = memory = limit = pods = claims = 0
    for obj in workloads:
        # One run at a time: the next does not replace it.
        count = 1 if obj["kind"] == "CronJob" else 2 * replicas_at_most(obj, scalers)
        pods += count
        claims += count // 2 * len(obj["spec"].get("volumeClaimTemplates", []))
        for container in (pod_template(obj) or {})["spec"]["containers"]:
            resources = container["resources"]
            cpu += count * cores(resources["requests"]["cpu"])
            memory += count * mebibytes(resources["requests"]["memory"])
            limit += count * mebibytes(resources["limits"]["memory"])
    hard = {
        "pods": str(pods),
        "requests.cpu": f"{cpu}m",
        "requests.memory": f"{memory}Mi",
        "limits.memory": f"{limit}Mi",
        "persistentvolumeclaims": str(claims),
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": metadata("workloads", namespace, app=NAME),
        "spec": {"hard": hard},
    }


def replicas_at_most(obj: Obj, scalers: list[Obj]) -> int:
    for scaler in scalers:
        target = scaler["spec"]["scaleTargetRef"]
        same_namespace = scaler["metadata"]["namespace"] == obj["metadata"]["namespace"]
        if same_namespace and (target["kind"], target["name"]) == (obj["kind"], obj["metadata"]["name"]):
            return int(scaler["spec"]["maxReplicas"])
    return int(obj["spec"].get("replicas", 1))
