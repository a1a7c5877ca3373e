"""Managed controllers that work inside the cluster: certificates, Secrets, rollouts, ClickHouse."""

from __future__ import annotations

from collections.abc import Mapping

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from .charts import CRD, MUTATING, PLACEMENT, RBAC, VALIDATING, Chart, Release, resources, spread

CERT_MANAGER = "v1.21.2"
EXTERNAL_SECRETS = "2.9.0"
ARGO_ROLLOUTS = "2.41.0"
CLICKHOUSE_OPERATOR = "0.0.5"

OTHER_ROUTERS = (
    *("ambassador", "apisix", "awsAppMesh", "contour", "gatewayAPI", "glooPlatform", "istio", "smi", "traefik"),
)
"""Of traffic, on whose objects Argo Rollouts gets no rights."""


def two(labels: Mapping[str, str]) -> Obj:
    """Two pods on different nodes, of which one may be drained at a time."""
    budget = {"enabled": True, "minAvailable": 1}
    return {**PLACEMENT, "replicaCount": 2, "podDisruptionBudget": budget, "topologySpreadConstraints": spread(labels)}


def cert_manager(env: Environment) -> list[Release]:
    name = "cert-manager"
    kinds = (*RBAC, CRD, MUTATING, VALIDATING)
    chart = Chart(name, "https://charts.jetstack.io", name, CERT_MANAGER, name, kinds)

    def part(component: str, memory: str, limit: str) -> Obj:
        found = {"app.kubernetes.io/instance": name, "app.kubernetes.io/component": component}
        return two(found) | {"resources": resources("25m", memory, limit)}

    values = {
        **part("controller", "96Mi", "256Mi"),
        "crds": {"enabled": True, "keep": True},
        # Its leader election would otherwise live in kube-system, to which the project gives it no access.
        "global": {"leaderElection": {"namespace": name}},
        "webhook": part("webhook", "48Mi", "128Mi"),
        "cainjector": part("cainjector", "192Mi", "512Mi"),
        # A Job after every sync that tells what the waves of Argo CD tell as well.
        "startupapicheck": {"enabled": False},
    }
    return [Release(chart, values, -29)]


def external_secrets(env: Environment) -> list[Release]:
    name = "external-secrets"
    kinds = (*RBAC, CRD, VALIDATING)
    chart = Chart(name, "https://charts.external-secrets.io", name, EXTERNAL_SECRETS, name, kinds)

    def part(app: str) -> Obj:
        found = {"app.kubernetes.io/name": app, "app.kubernetes.io/instance": name}
        return two(found) | {"resources": resources("25m", "96Mi", "256Mi")}

    values = {
        **part(name),
        "installCRDs": True,
        "leaderElect": True,
        # Named by the Pod Identity association that may read below the environment's prefix.
        "serviceAccount": {"name": name},
        "webhook": part(f"{name}-webhook"),
        "certController": part(f"{name}-cert-controller"),
    }
    return [Release(chart, values, -28)]


def argo_rollouts(env: Environment) -> list[Release]:
    name = "argo-rollouts"
    chart = Chart(name, "https://argoproj.github.io/argo-helm", name, ARGO_ROLLOUTS, name, (*RBAC, CRD))
    found = {"app.kubernetes.io/component": "rollouts-controller", "app.kubernetes.io/instance": name}
    controller = {
        **PLACEMENT,
        "replicas": 2,
        "pdb": {"enabled": True, "maxUnavailable": 1},
        "topologySpreadConstraints": spread(found),
        "resources": resources("50m", "128Mi", "256Mi"),
        "logging": {"format": "json"},
    }
    values = {
        "installCRDs": True,
        "keepCRDs": True,
        "controller": controller,
        "dashboard": {"enabled": False},
        "providerRBAC": {
            "enabled": True,
            "providers": dict.fromkeys(OTHER_ROUTERS, False) | {"awsLoadBalancerController": True},
        },
    }
    return [Release(chart, values, -26)]


def clickhouse_operator(env: Environment) -> list[Release]:
    """One pod, since the chart has no disruption budget: while it is away, ClickHouse runs on as it is."""
    name = "clickhouse-operator"
    kinds = (*RBAC, CRD, MUTATING, VALIDATING)
    chart = Chart(name, "ghcr.io/clickhouse", "clickhouse-operator-helm", CLICKHOUSE_OPERATOR, name, kinds)
    values = {
        "manager": {**PLACEMENT, "replicas": 1, "resources": resources("25m", "96Mi", "256Mi")},
        "crd": {"enable": True, "keep": True},
        "webhook": {"enable": True},
        # Issues the certificate of the webhook; it is a controller of its own (platform.certManager).
        "certManager": {"enable": True, "install": False},
    }
    return [Release(chart, values, -26)]
