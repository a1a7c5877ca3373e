"""What the page says of each workload, and of the environment as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.check.compute.pools import Pool, hosts, on_spot, pools
from generator.check.objectset import Item, ObjectSet, dig
from generator.check.workloads.scale import Scale, autoscalers, scale
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj


@dataclass(frozen=True)
class Version:
    """A program, and which release of it runs."""

    name: str
    version: str
    kind: str
    """`image` or `chart`."""


def workloads(objects: ObjectSet) -> dict[str, list[str]]:
    """Lines on each workload, by the name that the network page gives it."""
    scaled_by = autoscalers(objects)
    among = pools(objects)
    found = {}
    for item in objects.workloads():
        labels = dig(item.template, ("metadata", "labels")) or {}
        name = f"{item.namespace}/{labels.get('app.kubernetes.io/instance', item.name)}"
        found[name] = [f"{item.kind}, {_pods(item, scale(item, scaled_by))}", _nodes(item, among), _memory(item)]
    return found


def _pods(item: Item, replicas: Scale) -> str:
    if item.kind == "CronJob":
        return str(dig(item.obj, ("spec", "schedule")))
    span = str(replicas.lowest)
    if replicas.highest != replicas.lowest:
        span = f"{replicas.lowest}–{replicas.highest}"
    return f"{span} {'pod' if span == '1' else 'pods'}"


def _nodes(item: Item, among: Sequence[Pool]) -> str:
    fitting = hosts(item.pod, among)
    if not fitting:
        return "any node"
    return "Spot, then on-demand" if on_spot(item.pod, fitting) else "on-demand"


def _memory(item: Item) -> str:
    container = (item.pod.get("containers") or [{}])[0]
    asked, limit = (dig(container, ("resources", kind)) or {} for kind in ("requests", "limits"))
    return f"{asked.get('cpu', '?')} CPU, {asked.get('memory', '?')}–{limit.get('memory', '?')}"


def versions(objects: ObjectSet) -> list[Version]:
    """Every image and chart once, by name."""
    found = {Version(*_split(image), "image") for image in _images(objects)}
    for item in objects.of("Application"):
        source = dig(item.obj, ("spec", "source")) or {}
        if source.get("chart"):
            found.add(Version(str(source["chart"]), str(source.get("targetRevision")), "chart"))
    return sorted(found, key=lambda one: (one.kind, one.name))


def _images(objects: ObjectSet) -> Iterator[str]:
    for item in objects.workloads():
        for kind in ("containers", "initContainers"):
            yield from (str(one.get("image")) for one in item.pod.get(kind) or ())


def _split(image: str) -> tuple[str, str]:
    name, _, tag = image.partition("@")[0].rpartition(":")
    return name or image, tag


def dashboards(objects: ObjectSet) -> list[tuple[str, str, list[str]]]:
    """File name without its ending, title and panels of every dashboard."""
    found = []
    for item in objects.of("ConfigMap"):
        for name, text in sorted((item.obj.get("data") or {}).items()):
            if "dashboards/" in item.file and name.endswith(".json"):
                data: Obj = json.loads(text)
                panels = [str(panel["title"]) for panel in data.get("panels", ()) if panel.get("title")]
                found.append((name.removesuffix(".json"), str(data["title"]), panels))
    return found


def summary(env: Environment) -> list[tuple[str, str]]:
    """The environment in a few lines."""
    models = ", ".join(env.models)
    return [
        ("Cluster", f"{env.cluster.name}, {env.cluster.region}, Kubernetes {env.cluster.kubernetes_version}"),
        ("Zones", ", ".join(env.cluster.zones)),
        ("Nodes", f"{env.compute.provisioner}, Graviton{env.compute.graviton} and newer, {env.compute.capacity}"),
        ("Pod network", env.network.cni),
        ("LLM gateway", f"{env.llm_gateway.engine}, cache {env.cache.mode}"),
        ("Models", models),
        ("Gateways", ", ".join(f"{name} ({one.auth})" for name, one in env.openclaw.gateways.items())),
        ("Traces", f"Langfuse, {env.langfuse.mode}" if env.langfuse.enabled else "not kept"),
        ("Delivery", f"{env.gitops.argocd.mode} Argo CD, {env.gitops.revision}"),
    ]
