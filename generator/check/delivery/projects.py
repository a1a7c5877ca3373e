"""What an AppProject admits, compared with what its Applications sync."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from generator.check.delivery.applications import Application
from generator.check.objectset import Item
from generator.check.walk import each, text, texts
from generator.environment.problem import Path
from generator.kubernetes.objects import Obj

Flaw = tuple[Path, str]
REFUSED = "Argo CD refuses the sync"


def flaws(project: Item, members: Sequence[Application]) -> Iterator[Flaw]:
    """Where a project admits less than its Applications sync, or more."""
    yield from _repositories(project, members)
    yield from _destinations(project, members)
    yield from _cluster_wide(project, members)
    yield from _namespaced(project, members)


def _repositories(project: Item, members: Sequence[Application]) -> Iterator[Flaw]:
    admitted = texts(project.obj, "spec", "sourceRepos")
    used = {text(source, "repoURL") for member in members for source in member.sources}
    for url in sorted(used):
        if not any(fnmatchcase(url, pattern) for pattern in admitted):
            yield ("spec", "sourceRepos"), f"{url} is not among them: {REFUSED}"
    for index, pattern in enumerate(admitted):
        if pattern == "*" or not any(fnmatchcase(url, pattern) for url in used):
            yield ("spec", "sourceRepos", index), f"«{pattern}» admits repositories that no Application reads"


def _destinations(project: Item, members: Sequence[Application]) -> Iterator[Flaw]:
    admitted = [one for _, one in each(project.obj, "spec", "destinations")]
    used: dict[tuple[str, str], Application] = {}
    for member in members:
        there = text(member.spec, "destination", "server") or text(member.spec, "destination", "name")
        bound = text(member.spec, "destination", "namespace")
        if there and not bound and not any(_admits(one, there, "") for one in admitted):
            message = f"{member.item.name} points at no namespace, and no destination admits that: {REFUSED}"
            yield ("spec", "destinations"), message
        for namespace in {*(one.namespace for one in member.objects), bound} - {""}:
            used.setdefault((there, namespace), member)
    for (there, namespace), member in sorted(used.items(), key=lambda pair: pair[0]):
        if not any(_admits(one, there, namespace) for one in admitted):
            message = (
                f"no destination admits namespace {namespace} on {there}, where {member.item.name} syncs: {REFUSED}"
            )
            yield ("spec", "destinations"), message
    # What a chart has elsewhere, such as a role in kube-system, is not known.
    charts = bool(members) and all(member.has_chart for member in members)
    for index, one in enumerate(admitted):
        if text(one, "namespace") == "*":
            yield ("spec", "destinations", index), "admits every namespace of the cluster"
        elif not (charts or any(_admits(one, there, namespace) for there, namespace in used)):
            yield ("spec", "destinations", index), f"admits namespace {text(one, 'namespace')}, where nothing is synced"


def _admits(one: Obj, there: str, namespace: str) -> bool:
    named = [text(one, key) for key in ("server", "name") if text(one, key)]
    return any(fnmatchcase(there, pattern) for pattern in named) and fnmatchcase(namespace, text(one, "namespace"))


def _cluster_wide(project: Item, members: Sequence[Application]) -> Iterator[Flaw]:
    field = "clusterResourceWhitelist"
    admitted = [one for _, one in each(project.obj, "spec", field)]
    used = {_kind(item): item for member in members for item in member.cluster_wide}
    for (group, kind), item in sorted(used.items()):
        if not any(_lists(one, group, kind) for one in admitted):
            yield ("spec", field), f"{kind} {item.name} is cluster-wide and not admitted: {REFUSED}"
    if any(member.has_chart for member in members):
        return
    for index, one in enumerate(admitted):
        if not any(_lists(one, group, kind) for group, kind in used) or "*" in (text(one, "group"), text(one, "kind")):
            yield ("spec", field, index), f"admits {text(one, 'kind')}, of which nothing is synced"


def _namespaced(project: Item, members: Sequence[Application]) -> Iterator[Flaw]:
    refused = [one for _, one in each(project.obj, "spec", "namespaceResourceBlacklist")]
    admitted = [one for _, one in each(project.obj, "spec", "namespaceResourceWhitelist")]
    for member in members:
        for item in member.objects:
            if not item.namespace:
                continue
            group, kind = _kind(item)
            if any(_lists(one, group, kind) for one in refused):
                yield ("spec", "namespaceResourceBlacklist"), f"refuses {item}: {REFUSED}"
            elif admitted and not any(_lists(one, group, kind) for one in admitted):
                yield ("spec", "namespaceResourceWhitelist"), f"does not admit {item}: {REFUSED}"


def _lists(one: Obj, group: str, kind: str) -> bool:
    return fnmatchcase(group, text(one, "group")) and fnmatchcase(kind, text(one, "kind"))


def _kind(item: Item) -> tuple[str, str]:
    return str(item.obj.get("apiVersion", "")).rpartition("/")[0], item.kind
