"""Kubernetes objects as plain dictionaries: identity, labels, and the parts that every object shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

Obj = dict[str, Any]

HASHED = "kustomize.config.k8s.io/needs-hash"
"""Annotation of a ConfigMap whose name gets a content hash, so that a changed file rolls the pods that mount it."""

PART_OF = "openclaw"


class Identity(NamedTuple):
    """What makes an object one and the same in two trees."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        where = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {where}{self.name}"


def identity(obj: Mapping[str, Any]) -> Identity:
    group, _, _ = obj["apiVersion"].rpartition("/")
    meta = obj["metadata"]
    return Identity(group, obj["kind"], meta.get("namespace", ""), meta["name"])


def selector(app: str, instance: str) -> dict[str, str]:
    """The labels by which Services, policies and budgets find a workload's pods."""
    return {"app.kubernetes.io/name": app, "app.kubernetes.io/instance": instance}


def labels(app: str, instance: str) -> dict[str, str]:
    """The standard labels of an object."""
    return selector(app, instance) | {"app.kubernetes.io/part-of": PART_OF}


def metadata(name: str, namespace: str = "", app: str = "", instance: str = "", **more: Mapping[str, str]) -> Obj:
    """Metadata with the standard labels; `app` and `instance` are the name unless given."""
    meta: Obj = {"name": name, "labels": labels(app or name, instance or app or name)}
    if namespace:
        meta["namespace"] = namespace
    for key, value in more.items():
        meta[key] = (meta.get(key) or {}) | dict(value)
    return meta


def config_map(name: str, namespace: str, files: Mapping[str, str], app: str, instance: str) -> Obj:
    """A ConfigMap of files; it becomes immutable in effect, since its name follows its content."""
    meta = metadata(name, namespace, app, instance, annotations={HASHED: "true"})
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": dict(files)}


def pod_template(obj: Obj) -> Obj | None:
    """The template of the pods that an object runs; None where it runs none."""
    spec = obj.get("spec", {})
    found: Obj | None = spec.get("jobTemplate", {}).get("spec", spec).get("template")
    return found


def is_hashed(obj: Obj) -> bool:
    return obj["kind"] == "ConfigMap" and HASHED in obj["metadata"].get("annotations", {})


def service(name: str, namespace: str, ports: Mapping[str, int], app: str, instance: str) -> Obj:
    """A ClusterIP Service onto the named container ports of the same numbers."""
    spec: Obj = {
        "type": "ClusterIP",
        "selector": selector(app, instance),
        "ports": [
            {"name": port, "port": number, "targetPort": port, "protocol": "TCP"} for port, number in ports.items()
        ],
    }
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata(name, namespace, app, instance), "spec": spec}


def host(name: str, namespace: str) -> str:
    """DNS name of a Service: with the trailing part that spares the resolver four failing look-ups."""
    return f"{name}.{namespace}.svc.cluster.local"
