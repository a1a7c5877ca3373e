"""Managed controllers that call AWS: Karpenter and the Load Balancer Controller, both by Pod Identity."""

from __future__ import annotations

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from .charts import CRD, MUTATING, PLACEMENT, RBAC, VALIDATING, Chart, Release, resources, spread

NAMESPACE = "kube-system"
"""Its requests have a priority of their own at the API server, and Pod Identity associations name it everywhere."""
KARPENTER = "1.15.1"
LOAD_BALANCER_CONTROLLER = "3.5.0"


def karpenter(env: Environment) -> list[Release]:
    """CRDs in a chart of their own, which Argo CD also upgrades, and the controller."""
    registry, cluster = "public.ecr.aws/karpenter", env.cluster.name
    definitions = Chart("karpenter-crd", registry, "karpenter-crd", KARPENTER, NAMESPACE, (CRD,))
    controller = Chart("karpenter", registry, "karpenter", KARPENTER, NAMESPACE, RBAC)
    values: Obj = {
        **PLACEMENT,
        "replicas": 2,
        "serviceAccount": {"name": "karpenter"},
        "podDisruptionBudget": {"name": "karpenter", "maxUnavailable": 1},
        # The chart's own spread waits for a second zone; its anti-affinity keeps two pods off one node already.
        "topologySpreadConstraints": spread(labels("karpenter")),
        "controller": {"resources": resources("500m", "768Mi", "1536Mi")},
        "settings": {
            "clusterName": cluster,
            "eksControlPlane": True,
            # Without it a Spot notice reaches nobody, and the pods die without their grace period.
            "interruptionQueue": env.platform.queue(cluster),
        },
    }
    if env.monitoring.enabled:
        # The chart leaves it out until the cluster knows the kind.
        values["serviceMonitor"] = {"enabled": True, "additionalLabels": {"release": env.monitoring.release}}
    return [Release(definitions, {}, -29), Release(controller, values, -27)]


def load_balancer_controller(env: Environment) -> list[Release]:
    name = "aws-load-balancer-controller"
    kinds = (
        *RBAC,
        MUTATING,
        VALIDATING,
        CRD,
        "elbv2.k8s.aws/IngressClassParams",
        "networking.k8s.io/IngressClass",
    )
    repository = "https://aws.github.io/eks-charts"
    chart = Chart(name, repository, name, LOAD_BALANCER_CONTROLLER, NAMESPACE, kinds)
    values = {
        **PLACEMENT,
        "replicaCount": 2,
        "clusterName": env.cluster.name,
        # Said here since pods do not reach the metadata of their node.
        "region": env.cluster.region,
        "vpcId": env.cluster.vpc_id,
        "serviceAccount": {"name": name},
        "podDisruptionBudget": {"maxUnavailable": 1},
        "topologySpreadConstraints": spread(labels(name)),
        "resources": resources("100m", "128Mi", "256Mi"),
        # Else the chart makes a certificate anew on each render.
        "enableCertManager": True,
        # Else it takes every Service of type LoadBalancer in the cluster.
        "enableServiceMutatorWebhook": False,
    }
    return [Release(chart, values, -26)]


def labels(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": name}
