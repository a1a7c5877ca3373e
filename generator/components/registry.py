"""The components, in sync-wave order, and how an environment becomes their objects.

An explicit list, no discovery: adding a component is one line here.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from generator.environment.model import Environment
from generator.kubernetes.network import Edge, Pods
from generator.kubernetes.network import policies as network_policies
from generator.kubernetes.objects import Obj, pod_template
from generator.kubernetes.secret import Secret

from . import (
    argocd,
    backup,
    cache,
    charts,
    dashboards,
    fleet,
    ingress,
    karpenter,
    langfuse,
    llm_gateway,
    monitoring,
    namespaces,
    openclaw,
    otel_collector,
    platform,
    policies,
    secrets,
    storage,
)

WORKLOADS: tuple[tuple[ModuleType, int], ...] = (
    (cache, 0),
    (otel_collector, 0),
    (llm_gateway, 10),
)
"""Components of pods with the wave they sync in: a gateway starts after what it calls.  OpenClaw's gateways follow."""

LANGFUSE_WAVE = -5
"""Before its chart: pods without a policy would reach nothing in a namespace that denies."""
GATEWAY_WAVE = 20
INGRESS_WAVE = 25
"""After the Services that it leads to: an Ingress to none is not healthy."""
MONITORING_WAVE = 30
"""Last: an alert on what is still on its way would be a false one."""


@dataclass(frozen=True)
class Part:
    """The objects of one component, or of one gateway, in one environment."""

    name: str
    """Folder below overlays/<env> and rendered/<env>, and name of the Application."""
    base: str
    """Folder below base/ that its overlay starts from."""
    objects: list[Obj]

    @property
    def suffix(self) -> str:
        """What the names of this part have that the base's names have not: `-main` for gateway main."""
        return self.name.removeprefix(self.base)


def render(env: Environment) -> list[Part]:
    """Every object of an environment, by part, in sync-wave order; ConfigMap names still without their hash."""
    edges = all_edges(env)
    workloads = [(Part(module.NAME, module.NAME, module.objects(env)), wave) for module, wave in WORKLOADS]
    backups = backup.instances(env)
    workloads += [
        (Part(name, openclaw.NAME, made + backups[name]), GATEWAY_WAVE)
        for name, made in openclaw.instances(env).items()
    ]
    workloads = [
        (Part(part.name, part.base, part.objects + network(env, part.objects, edges)), wave)
        for part, wave in workloads
        if part.objects
    ]
    pods = [obj for part, _ in workloads for obj in part.objects]
    spaces = namespaces.objects(pods, ingress.namespace_labels(env))
    spaces += platform.namespaces(env) + langfuse.namespaces(env)
    foundations = [
        (Part(namespaces.NAME, namespaces.NAME, spaces), -30),
        (Part(storage.NAME, storage.NAME, storage.objects(env)), -30),
        (Part(policies.NAME, policies.NAME, policies.objects(env)), -25),
        (Part(karpenter.NAME, karpenter.NAME, karpenter.objects(env)), -20),
        (Part(secrets.NAME, secrets.NAME, secrets.objects(env, all_secrets(env))), -10),
    ]
    behind = [
        (Part(langfuse.NAME, langfuse.NAME, policies_of(env, langfuse.pods(env), edges)), LANGFUSE_WAVE),
        (Part(ingress.NAME, ingress.NAME, ingress.objects(env)), INGRESS_WAVE),
        (Part(monitoring.NAME, monitoring.NAME, monitoring.objects(env)), MONITORING_WAVE),
        (Part(dashboards.NAME, dashboards.NAME, dashboards.objects(env)), MONITORING_WAVE),
    ]
    made = foundations + workloads + [(part, wave) for part, wave in behind if part.objects]
    parts = [argocd.Part(part.name, wave, part.objects) for part, wave in made]
    releases = platform.releases(env) + langfuse.releases(env)
    synced = argocd.objects(env, parts) + charts.objects(env, releases) + fleet.objects(env, parts)
    delivery = Part(argocd.NAME, argocd.NAME, synced)
    return [part for part, _ in made] + [delivery] * bool(delivery.objects)


def base(env: Environment) -> dict[str, list[Obj]]:
    """What the defaults yield, by base folder; a gateway's base is the gateway without a name."""
    made = {part.name: part.objects for part in render(env) if part.base == part.name}
    nameless = openclaw.gateway(env, "")
    return made | {openclaw.NAME: nameless + network(env, nameless, all_edges(env))}


def all_edges(env: Environment) -> list[Edge]:
    modules = (*(module for module, _ in WORKLOADS), openclaw, backup, langfuse)
    return [edge for module in modules for edge in module.edges(env)]


def all_secrets(env: Environment) -> list[Secret]:
    return [
        secret
        for module in (*(module for module, _ in WORKLOADS), openclaw, ingress, monitoring, platform, langfuse)
        for secret in module.secrets(env)
    ]


def network(env: Environment, objects: list[Obj], edges: list[Edge]) -> list[Obj]:
    """The network policies of the pods among the objects."""
    return policies_of(env, [pods_of(obj) for obj in objects if pod_template(obj)], edges)


def policies_of(env: Environment, workloads: list[Pods], edges: list[Edge]) -> list[Obj]:
    return [
        policy
        for pods in workloads
        for policy in network_policies(env.network.cni, pods, edges, env.cluster.dns, read=pods.app in env.network.read)
    ]


def pods_of(obj: Obj) -> Pods:
    found = obj["metadata"]["labels"]
    return Pods(found["app.kubernetes.io/name"], obj["metadata"]["namespace"], found["app.kubernetes.io/instance"])
