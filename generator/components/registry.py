"""The components, and how an environment becomes their objects.

An explicit list, no discovery: a component of pods is a line in workloads.py, any other one here.
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.environment.model import Environment
from generator.environment.problem import EnvironmentInvalid
from generator.kubernetes.network import Edge, Pods
from generator.kubernetes.network import policies as network_policies
from generator.kubernetes.objects import Obj
from generator.kubernetes.secret import Secret

from . import (
    argocd,
    backup,
    charts,
    dashboards,
    fleet,
    ingress,
    karpenter,
    langfuse,
    monitoring,
    namespaces,
    openclaw,
    platform,
    policies,
    secrets,
    storage,
)
from .component import Component
from .workloads import WORKLOADS, unread


def gateways(env: Environment) -> dict[str, list[Obj]]:
    """Every gateway with its backup, which runs under the same name."""
    backups = backup.instances(env)
    return {name: made + backups[name] for name, made in openclaw.instances(env).items()}


COMPONENTS: tuple[Component, ...] = (
    Component(storage.NAME, -30, "the class of the gateways' volumes", storage.objects),
    Component(policies.NAME, -25, "rules by which the API server judges what arrives", policies.objects),
    Component(karpenter.NAME, -20, "the nodes: Graviton, Spot first", karpenter.objects),
    *WORKLOADS,
    Component(
        openclaw.NAME,
        20,
        "the agent gateways, each with a volume and a backup of its own",
        lambda env: openclaw.gateway(env, ""),
        namespace=openclaw.NAMESPACE,
        edges=lambda env: openclaw.edges(env) + backup.edges(env),
        secrets=openclaw.secrets,
        instances=gateways,
    ),
    # After the Services that it leads to: an Ingress to none is not healthy.
    Component(ingress.NAME, 25, "the door: one load balancer", ingress.objects, secrets=ingress.secrets),
    # Last: an alert on what is still on its way would be a false one.
    Component(monitoring.NAME, 30, "what Prometheus scrapes, alerts", monitoring.objects, secrets=monitoring.secrets),
    Component(dashboards.NAME, 30, "what Grafana shows", dashboards.objects),
    Component(
        "platform", -40, "Secrets of the charts that are brought along", lambda env: [], secrets=platform.secrets
    ),
    # Before its chart: pods without a policy would reach nothing in a namespace that denies.
    Component(
        langfuse.NAME,
        -5,
        "network policies of Langfuse's pods",
        lambda env: [],
        edges=langfuse.edges,
        secrets=langfuse.secrets,
        pods=langfuse.pods,
    ),
)
"""All but those that follow from the others: namespaces, External Secrets and Argo CD's own objects."""

NAMESPACES_WAVE, SECRETS_WAVE = -30, -10
PURPOSES = {component.name: component.purpose for component in COMPONENTS} | {
    namespaces.NAME: "namespaces that deny by default, each with a quota that fits",
    secrets.NAME: "values of Secrets Manager as Secrets",
}


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
    made = [(part, component.wave) for component in running(env) for part in parts(env, component, edges)]
    pods = [obj for part, _ in made for obj in part.objects]
    spaces = namespaces.objects(pods, ingress.namespace_labels(env))
    spaces += platform.namespaces(env) + langfuse.namespaces(env)
    made = [
        (Part(namespaces.NAME, namespaces.NAME, spaces), NAMESPACES_WAVE),
        *made,
        (Part(secrets.NAME, secrets.NAME, secrets.objects(env, all_secrets(env))), SECRETS_WAVE),
    ]
    made.sort(key=lambda one: one[1])
    synced = [argocd.Part(part.name, wave, part.objects) for part, wave in made]
    releases = platform.releases(env) + langfuse.releases(env)
    delivered = argocd.objects(env, synced) + charts.objects(env, releases) + fleet.objects(env, synced)
    delivery = Part(argocd.NAME, argocd.NAME, delivered)
    return [part for part, _ in made] + [delivery] * bool(delivery.objects)


def parts(env: Environment, component: Component, edges: list[Edge]) -> list[Part]:
    """A component's objects with the network policies of its pods, by instance; none where it has nothing to say."""
    made = component.instances(env) if component.instances else {component.name: component.objects(env)}
    others = policies_of(env, component.pods(env), edges)
    found = [
        Part(name, component.name, objects + network(env, objects, edges) + others) for name, objects in made.items()
    ]
    return [part for part in found if part.objects]


def base(env: Environment) -> dict[str, list[Obj]]:
    """What the defaults yield, by base folder; a gateway's base is the gateway without a name.

    Raises EnvironmentInvalid where they have a service without a component.
    """
    if problems := unread(env):
        raise EnvironmentInvalid(problems)
    made = {part.name: part.objects for part in render(env) if part.base == part.name}
    nameless = {component.name: component.objects(env) for component in running(env) if component.instances}
    edges = all_edges(env)
    return made | {name: objects + network(env, objects, edges) for name, objects in nameless.items()}


def running(env: Environment) -> list[Component]:
    return [component for component in COMPONENTS if component.runs(env)]


def all_edges(env: Environment) -> list[Edge]:
    return [edge for component in running(env) for edge in component.edges(env)]


def all_secrets(env: Environment) -> list[Secret]:
    return [secret for component in running(env) for secret in component.secrets(env)]


def network(env: Environment, objects: list[Obj], edges: list[Edge]) -> list[Obj]:
    """The network policies of the pods among the objects."""
    return policies_of(env, [pods_of(obj) for obj in objects if namespaces.runs_pods(obj)], edges)


def policies_of(env: Environment, workloads: list[Pods], edges: list[Edge]) -> list[Obj]:
    return [
        policy
        for pods in workloads
        for policy in network_policies(env.network.cni, pods, edges, env.cluster.dns, read=pods.app in env.network.read)
    ]


def pods_of(obj: Obj) -> Pods:
    found = obj["metadata"]["labels"]
    return Pods(found["app.kubernetes.io/name"], obj["metadata"]["namespace"], found["app.kubernetes.io/instance"])
