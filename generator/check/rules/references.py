"""references: what an object names exists in the set.

The API server checks no reference: a pod whose ConfigMap, volume or ServiceAccount does not exist waits for ever in
ContainerCreating or is never created.  Looked at:
- volume mounts and the volumes of the pod; files mounted by `subPath` and the keys of their ConfigMap
- ConfigMaps (volumes, projections, variables) and their keys, unless `optional`
- ServiceAccounts of pods, claims of volumes, StorageClasses, PriorityClasses
- Role and ClusterRole of bindings, and their ServiceAccounts
- namespaces of workloads, where the set makes namespaces

Limits: Secrets are secrets-resolved's; roles and classes that Kubernetes brings along (view, edit, admin,
cluster-admin, system:*) count as existing, and so do ServiceAccounts of kube-system; StorageClasses of the cluster
that the set does not hold do not.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objectset import Breach, Item, ObjectSet, dig
from generator.check.rules import Severity
from generator.check.traffic.configs import config_maps
from generator.check.walk import each, table, text
from generator.check.workloads.pods import containers
from generator.environment.problem import Path

ID, SEVERITY = "references", Severity.ERROR
REMEDIATION = "correct the name, or add the object that is missing"

BUILT_IN_ROLES = ("admin", "cluster-admin", "edit", "view")
STUCK = "the pod waits in ContainerCreating for ever"


def check(objects: ObjectSet) -> Iterator[Breach]:
    for item in objects.workloads():
        yield from _volumes(item)
        yield from _config_maps(objects, item)
        yield from _pod_names(objects, item)
    for item in objects.items:
        yield from _storage_class(objects, item)
    for item in objects.of("RoleBinding", "ClusterRoleBinding"):
        yield from _binding(objects, item)


def _volumes(item: Item) -> Iterator[Breach]:
    declared = {text(volume, "name") for _, volume in each(item.pod, "volumes")}
    declared |= {text(claim, "metadata", "name") for _, claim in each(item.obj, "spec", "volumeClaimTemplates")}
    for container in containers(item):
        for field in ("volumeMounts", "volumeDevices"):
            for index, mount in each(container.spec, field):
                name = text(mount, "name")
                if name not in declared:
                    message = f"the pod declares no volume «{name}»: the API server refuses the object"
                    yield Breach(item, (*container.path, field, index, "name"), message)


def _config_maps(objects: ObjectSet, item: Item) -> Iterator[Breach]:
    for path, name, optional in config_maps(item):
        found = objects.get("ConfigMap", item.namespace, name)
        if found is None and not optional:
            yield Breach(item, path, f"no ConfigMap {item.namespace}/{name}: {STUCK}")
        if found:
            keys = _keys(found)
            for index, one in each(dig(item.obj, path), "items"):
                if text(one, "key") not in keys and not optional:
                    message = f"{found} has no key «{text(one, 'key')}»: {STUCK}"
                    yield Breach(item, (*path, "items", index, "key"), message)
    for container in containers(item):
        yield from _variables(objects, item, container.path, container.spec)
        yield from _single_files(objects, item, container.path, container.spec)


def _variables(objects: ObjectSet, item: Item, path: Path, spec: dict[str, object]) -> Iterator[Breach]:
    stuck = "the container does not start (CreateContainerConfigError)"
    for index, one in each(spec, "env"):
        reference = table(one, "valueFrom", "configMapKeyRef")
        if reference and not reference.get("optional"):
            found = objects.get("ConfigMap", item.namespace, text(reference, "name"))
            below = (*path, "env", index, "valueFrom", "configMapKeyRef")
            if found is None:
                yield Breach(item, below, f"no ConfigMap {item.namespace}/{text(reference, 'name')}: {stuck}")
            elif text(reference, "key") not in _keys(found):
                yield Breach(item, below, f"{found} has no key «{text(reference, 'key')}»: {stuck}")
    for index, one in each(spec, "envFrom"):
        reference = table(one, "configMapRef")
        name = text(reference, "name")
        if name and not reference.get("optional") and objects.get("ConfigMap", item.namespace, name) is None:
            message = f"no ConfigMap {item.namespace}/{name}: {stuck}"
            yield Breach(item, (*path, "envFrom", index, "configMapRef"), message)


def _single_files(objects: ObjectSet, item: Item, path: Path, spec: dict[str, object]) -> Iterator[Breach]:
    sources = {
        text(volume, "name"): text(volume, "configMap", "name")
        for _, volume in each(item.pod, "volumes")
        if "items" not in table(volume, "configMap")
    }
    for index, mount in each(spec, "volumeMounts"):
        file, source = text(mount, "subPath"), sources.get(text(mount, "name"), "")
        found = objects.get("ConfigMap", item.namespace, source) if source and file else None
        if found and file.partition("/")[0] not in _keys(found):
            message = f"{found} has no key «{file}»: the container finds an empty directory where it wants a file"
            yield Breach(item, (*path, "volumeMounts", index, "subPath"), message)


def _pod_names(objects: ObjectSet, item: Item) -> Iterator[Breach]:
    account = text(item.pod, "serviceAccountName")
    if account and account != "default" and objects.get("ServiceAccount", item.namespace, account) is None:
        message = f"no ServiceAccount {item.namespace}/{account}: no pod is ever created"
        yield Breach(item, item.pod_path("serviceAccountName"), message)
    priority = text(item.pod, "priorityClassName")
    if priority and not priority.startswith("system-") and objects.get("PriorityClass", "", priority) is None:
        message = f"no PriorityClass {priority}: no pod is ever created"
        yield Breach(item, item.pod_path("priorityClassName"), message)
    for index, volume in each(item.pod, "volumes"):
        claim = text(volume, "persistentVolumeClaim", "claimName")
        if claim and not _exists(objects, item.namespace, claim):
            message = f"no PersistentVolumeClaim {item.namespace}/{claim}: the pod stays Pending"
            yield Breach(item, item.pod_path("volumes", index, "persistentVolumeClaim", "claimName"), message)
    made = any(True for _ in objects.of("Namespace"))
    if made and item.namespace and objects.get("Namespace", "", item.namespace) is None:
        message = f"nothing makes namespace {item.namespace}: the sync fails"
        yield Breach(item, ("metadata", "namespace"), message)


def _exists(objects: ObjectSet, namespace: str, claim: str) -> bool:
    """Whether the set has a claim, or a StatefulSet that makes one of that name for a pod: data-store-0."""
    stem, _, ordinal = claim.rpartition("-")
    made = {
        f"{text(template, 'metadata', 'name')}-{item.name}"
        for item in objects.of("StatefulSet")
        if item.namespace == namespace
        for _, template in each(item.obj, "spec", "volumeClaimTemplates")
    }
    return objects.get("PersistentVolumeClaim", namespace, claim) is not None or (ordinal.isdigit() and stem in made)


def _storage_class(objects: ObjectSet, item: Item) -> Iterator[Breach]:
    claims: list[tuple[Path, str]] = [
        (("spec", "volumeClaimTemplates", index, "spec", "storageClassName"), text(claim, "spec", "storageClassName"))
        for index, claim in each(item.obj, "spec", "volumeClaimTemplates")
    ]
    if item.kind == "PersistentVolumeClaim":
        claims.append((("spec", "storageClassName"), text(item.obj, "spec", "storageClassName")))
    for path, name in claims:
        if name and objects.get("StorageClass", "", name) is None:
            yield Breach(item, path, f"no StorageClass {name}: the volume is never made, and the pod stays Pending")


def _binding(objects: ObjectSet, item: Item) -> Iterator[Breach]:
    role = table(item.obj, "roleRef")
    kind, name = text(role, "kind"), text(role, "name")
    built_in = kind == "ClusterRole" and (name in BUILT_IN_ROLES or name.startswith("system:"))
    namespace = item.namespace if kind == "Role" else ""
    if not built_in and objects.get(kind, namespace, name) is None:
        yield Breach(item, ("roleRef", "name"), f"no {kind} {name}: the subjects get no right at all")
    for index, subject in each(item.obj, "subjects"):
        if subject.get("kind") == "ServiceAccount":
            there = text(subject, "namespace") or item.namespace
            if there != "kube-system" and objects.get("ServiceAccount", there, text(subject, "name")) is None:
                message = f"no ServiceAccount {there}/{text(subject, 'name')}: the pods that need the right lack it"
                yield Breach(item, ("subjects", index, "name"), message)


def _keys(config_map: Item) -> set[str]:
    return {*table(config_map.obj, "data"), *table(config_map.obj, "binaryData")}
