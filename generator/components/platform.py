"""The controllers that the components need, where `platform` says `managed`: official charts, each at an exact version.

Where it says `existing` nothing is rendered, and docs/platform.md states what must hold.  Cilium is `network.cilium`'s.

A managed controller runs on Graviton nodes outside our pool: it must not depend on the nodes, the Secrets or the door
that it makes.  Karpenter and the Load Balancer Controller live in kube-system, as their vendors advise; every other
one has a namespace of its own, which stands in rendered/<env>/namespaces.
"""

from __future__ import annotations

from collections.abc import Callable

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj
from generator.kubernetes.secret import Secret

from . import charts, cilium, platform_aws, platform_operators, platform_prometheus
from .charts import Release

Controller = Callable[[Environment], list[Release]]
CONTROLLERS: dict[str, Controller] = {
    "karpenter": platform_aws.karpenter,
    "load_balancer_controller": platform_aws.load_balancer_controller,
    "cert_manager": platform_operators.cert_manager,
    "external_secrets": platform_operators.external_secrets,
    "argo_rollouts": platform_operators.argo_rollouts,
    "clickhouse_operator": platform_operators.clickhouse_operator,
    "prometheus": platform_prometheus.stack,
}
"""By the field of `platform` that decides about each."""

SHARED = ("kube-system",)
"""Namespaces that every cluster has."""
PRIVILEGED = (platform_prometheus.NAME,)
"""Charts with pods that see their node: the node exporter reads its file systems and network."""


def managed(env: Environment, controller: str) -> bool:
    return bool(getattr(env.platform, controller) == "managed")


def releases(env: Environment) -> list[Release]:
    """The charts, in the order in which they come."""
    found = [one for name, made in CONTROLLERS.items() if managed(env, name) for one in made(env)]
    return sorted([*cilium.releases(env), *found], key=lambda one: one.wave)


def namespaces(env: Environment) -> list[Obj]:
    """The namespaces of managed controllers."""
    found = {one.chart.namespace: one.chart.chart for one in releases(env) if one.chart.namespace not in SHARED}
    return [
        charts.namespace(name, "privileged" if chart in PRIVILEGED else "restricted")
        for name, chart in sorted(found.items())
    ]


def secrets(env: Environment) -> list[Secret]:
    return platform_prometheus.secrets(env) if managed(env, "prometheus") else []
