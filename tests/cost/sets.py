"""Small sets of objects to estimate, and an environment that has little of its own to pay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from generator.environment.model import Environment
from generator.environment.operations import Usage
from generator.kubernetes.objects import Obj

IDLE = Usage(0, 0, 0, {}, 0, 0, 0, 0, 0, 0, 0, 0.5)
"""Nobody uses anything."""


def idle(env: Environment, **usage: Any) -> Environment:
    """The environment with no usage but what is named, and Langfuse elsewhere."""
    cost = replace(env.cost, usage=replace(IDLE, **usage))
    return replace(env, cost=cost, langfuse=replace(env.langfuse, enabled=False))


def by_path(env: Environment, *objects: Obj) -> dict[str, Obj]:
    return {f"rendered/{env.name}/part/{index}.yaml": obj for index, obj in enumerate(objects)}


def pool(*, capacity: tuple[str, ...] = ("spot", "on-demand"), sizes: tuple[str, ...] = ("large",)) -> Obj:
    """A NodePool of Graviton4, in three zones."""
    requirements = {
        "kubernetes.io/arch": ("arm64",),
        "karpenter.sh/capacity-type": capacity,
        "topology.kubernetes.io/zone": ("us-east-1a", "us-east-1b", "us-east-1c"),
        "karpenter.k8s.aws/instance-family": ("c8g", "m8g"),
        "karpenter.k8s.aws/instance-size": sizes,
    }
    said = [{"key": key, "operator": "In", "values": list(values)} for key, values in requirements.items()]
    reference = {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "shop"}
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {"name": "shop"},
        "spec": {"template": {"spec": {"nodeClassRef": reference, "requirements": said}}},
    }


def node_class(size: str = "20Gi") -> Obj:
    return {
        "apiVersion": "karpenter.k8s.aws/v1",
        "kind": "EC2NodeClass",
        "metadata": {"name": "shop"},
        "spec": {"blockDeviceMappings": [{"ebs": {"volumeType": "gp3", "volumeSize": size}}]},
    }


def deployment(
    name: str,
    *,
    cpu: str = "500m",
    memory: str = "1Gi",
    replicas: int = 1,
    on_demand: bool = False,
    apart: bool = False,
) -> Obj:
    container = {
        "name": name,
        "image": "example.com/web:1.0",
        "resources": {"requests": {"cpu": cpu, "memory": memory}},
    }
    pod: Obj = {"containers": [container], "nodeSelector": {"karpenter.sh/nodepool": "shop"}}
    if on_demand:
        pod["nodeSelector"]["karpenter.sh/capacity-type"] = "on-demand"
    if apart:
        zone = {"topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule", "maxSkew": 1}
        pod["topologySpreadConstraints"] = [zone]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"replicas": replicas, "template": {"metadata": {"labels": {"app": name}}, "spec": pod}},
    }


def autoscaler(name: str, lowest: int, highest: int) -> Obj:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"scaleTargetRef": target, "minReplicas": lowest, "maxReplicas": highest},
    }


def application(values: Obj) -> Obj:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "chart", "namespace": "argocd"},
        "spec": {"source": {"helm": {"valuesObject": values}}},
    }


def template(**resources: Obj) -> Obj:
    """A CloudFormation template: logical name to {Type, Properties}."""
    return {"Resources": resources}


def resource(kind: str, **properties: Any) -> Obj:
    return {"Type": f"AWS::{kind}", "Properties": properties}
