"""argo-safe: a sync brings what was reviewed, in an order that works, and takes away nothing that cannot come back.

Auto-sync with pruning does to the cluster whatever the repository says, so the repository must not be able to say the
wrong thing by accident.  Looked at, where the set has Applications:
- targetRevision is a branch, tag or version: not HEAD, not left out, no range of charts; allowEmpty is not true
- no resources finalizer on an Application that syncs Namespaces, CustomResourceDefinitions, claims or StatefulSets
  with claims: deleting the Application would delete them; all but the last guard themselves too (sync options Prune
  and Delete: false or confirm), and a StatefulSet keeps its claims when it goes
- the AppProject admits exactly what its Applications sync: repositories, destinations, cluster-wide kinds
- sync waves: a Namespace before what lives in it, a store before its ExternalSecrets, an ExternalSecret before the
  pods that read it, a StorageClass before its claims, a CustomResourceDefinition before its objects
- every folder of the set is synced by one Application, and every Application of the repository finds its folder

Limits: what a chart holds is not known, so a project with charts may admit more kinds, and one of charts alone more
namespaces; ApplicationSets are not expanded, nor are their projects compared; within one wave of one Application Argo
CD orders kinds by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from generator.check.delivery import projects
from generator.check.delivery.applications import WAVE, Application, applications, folder, options, tail, wave
from generator.check.objectset import Breach, Item, ObjectSet, dig
from generator.check.rules import Severity
from generator.check.walk import each, table, text, texts
from generator.check.workloads.secret_sources import sources, uses
from generator.environment.problem import Path

ID, SEVERITY = "argo-safe", Severity.ERROR
REMEDIATION = "correct the Application, its project, or the annotations of the object"

FINALIZER = "resources-finalizer.argocd.argoproj.io"
LOSSES = {
    "CustomResourceDefinition": "every object of its kind",
    "Namespace": "everything in it, volume claims too",
    "PersistentVolumeClaim": "the volume",
}
"""What deleting an object of a kind takes along."""


def check(objects: ObjectSet) -> Iterator[Breach]:
    found = applications(objects)
    for one in found:
        yield from _application(one)
    for item in {id(item): item for one in found for item in one.objects}.values():
        yield from _guards(item)
    yield from _projects(objects, found)
    yield from _folders(objects, found)
    yield from _waves(objects, found)


def _application(one: Application) -> Iterator[Breach]:
    many = "sources" in one.spec and "source" not in one.spec
    for index, source in enumerate(one.sources):
        path: Path = ("spec", "sources", index, "targetRevision") if many else ("spec", "source", "targetRevision")
        revision = text(source, "targetRevision")
        if source.get("chart") and re.search(r"[*^~<>]|\bx\b|^$", revision):
            message = f"«{revision}» takes whatever chart version is newest: the cluster changes without a commit"
            yield Breach(one.item, path, message)
        elif not source.get("chart") and revision in ("", "HEAD"):
            message = "follows whatever the repository's default branch is: a change there is live without review"
            yield Breach(one.item, path, message)
    if dig(one.spec, ("syncPolicy", "automated", "allowEmpty")) is True:
        message = "an empty render deletes everything that the Application ever synced"
        yield Breach(one.item, ("spec", "syncPolicy", "automated", "allowEmpty"), message)
    kept = next((item for item in one.objects if item.kind in LOSSES or _claims(item)), None)
    if kept and any(name.startswith(FINALIZER) for name in texts(one.item.obj, "metadata", "finalizers")):
        message = f"deleting the Application deletes {kept} with {LOSSES.get(kept.kind, 'its pods')}"
        yield Breach(one.item, ("metadata", "finalizers"), message)


def _claims(item: Item) -> bool:
    return item.kind == "StatefulSet" and any(True for _ in each(item.obj, "spec", "volumeClaimTemplates"))


def _guards(item: Item) -> Iterator[Breach]:
    given = options(item)
    for action in ("Prune", "Delete"):
        if item.kind in LOSSES and not {f"{action}=false", f"{action}=confirm"} & given:
            verb = "drops out of the repository" if action == "Prune" else "loses its Application"
            message = f"when it {verb}, Argo CD deletes it unasked, and with it {LOSSES[item.kind]}"
            yield Breach(item, ("metadata", "annotations"), message)
    path = ("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")
    if _claims(item) and text(item.obj, *path) == "Delete":
        yield Breach(item, path, "when it drops out of the repository, Argo CD deletes it, and with it the volumes")


TEMPLATE_PROJECT = ("spec", "template", "spec", "project")


def _projects(objects: ObjectSet, found: Sequence[Application]) -> Iterator[Breach]:
    members: dict[tuple[str, str], list[Application]] = {}
    for one in found:
        name = text(one.spec, "project") or "default"
        if name == "default":
            yield Breach(
                one.item, ("spec", "project"), "the default project bounds nothing: a slip may change any object"
            )
        elif objects.get("AppProject", one.item.namespace, name) is None:
            yield Breach(one.item, ("spec", "project"), f"no AppProject {one.item.namespace}/{name}: nothing is synced")
        members.setdefault((one.item.namespace, name), []).append(one)
    of_sets = {(one.namespace, text(one.obj, *TEMPLATE_PROJECT)) for one in objects.of("ApplicationSet")}
    for project in objects.of("AppProject"):
        if (project.namespace, project.name) in of_sets:
            continue
        for path, message in projects.flaws(project, members.get((project.namespace, project.name), ())):
            yield Breach(project, path, message)


def _folders(objects: ObjectSet, found: Sequence[Application]) -> Iterator[Breach]:
    if not any(one.objects for one in found):
        return
    ours = {text(source, "repoURL") for one in found if one.objects for source in one.sources}
    readers: dict[tuple[str, ...], Application] = {}
    for one in found:
        for path in one.paths:
            if tail(path) in readers:
                message = f"{path} is synced by {readers[tail(path)].item.name} too: both fight over its objects"
                yield Breach(one.item, ("spec", "source", "path"), message)
            readers.setdefault(tail(path), one)
        if one.paths and not one.objects and text(one.sources[0], "repoURL") in ours:
            yield Breach(one.item, ("spec", "source", "path"), f"{one.paths[0]} holds nothing: Argo CD cannot compare")
    missed: set[tuple[str, ...]] = set()
    for item in objects.items:
        if folder(item) not in readers and folder(item) not in missed:
            missed.add(folder(item))
            yield Breach(item, (), f"no Application syncs {'/'.join(folder(item))}: it never reaches the cluster")


def _waves(objects: ObjectSet, found: Sequence[Application]) -> Iterator[Breach]:
    home = {id(item): one for one in reversed(found) for item in one.objects}
    seen: set[tuple[str, str]] = set()
    for first, then, effect in _orders(objects):
        one, other = home.get(id(first)), home.get(id(then))
        if one is None or other is None:
            continue
        late = wave(first) > wave(then) if one is other else wave(one.item) >= wave(other.item)
        if late and (str(first), other.item.name) not in seen:
            seen.add((str(first), other.item.name))
            when = "in a later wave" if one is other else f"with {one.item.name}, no earlier than {other.item.name}"
            message = f"{then} needs {first}, which comes {when}: {effect}"
            yield Breach(then if one is other else other.item, ("metadata", "annotations", WAVE), message)


def _orders(objects: ObjectSet) -> Iterator[tuple[Item, Item, str]]:
    """What must be there before what, and what happens otherwise."""
    made = sources(objects)
    definitions = {
        (text(one.obj, "spec", "group"), text(one.obj, "spec", "names", "kind")): one
        for one in objects.of("CustomResourceDefinition")
    }
    for item in objects.items:
        namespace = objects.get("Namespace", "", item.namespace) if item.namespace else None
        if namespace:
            yield namespace, item, "the sync fails, and is tried again until it succeeds by luck"
        group = str(item.obj.get("apiVersion", "")).rpartition("/")[0]
        if (group, item.kind) in definitions:
            yield definitions[group, item.kind], item, "the API server does not know the kind yet"
    for item in objects.of("ExternalSecret"):
        reference = table(item.obj, "spec", "secretStoreRef")
        store = objects.get(text(reference, "kind") or "SecretStore", item.namespace, text(reference, "name"))
        if store:
            yield store, item, "the Secret is written a refresh interval late"
    for use in uses(objects):
        source = made.get((use.item.namespace, use.secret))
        if source and source.item.kind == "ExternalSecret":
            yield source.item, use.item, "its pods start without the Secret and wait"
    for item in objects.of("StatefulSet"):
        for _, claim in each(item.obj, "spec", "volumeClaimTemplates"):
            storage = objects.get("StorageClass", "", text(claim, "spec", "storageClassName"))
            if storage:
                yield storage, item, "its claims are made without a class and stay Pending"
