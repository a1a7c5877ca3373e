"""Which Secrets come to be in the cluster, and with which keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from generator.check.objectset import Item, ObjectSet
from generator.check.traffic.load_balancers import settings
from generator.check.walk import each, table, text
from generator.check.workloads.pods import containers
from generator.environment.problem import Path
from generator.kubernetes.objects import Obj

CERTIFICATE_KEYS = frozenset({"ca.crt", "tls.crt", "tls.key"})
"""What cert-manager writes for a Certificate."""


@dataclass(frozen=True)
class Source:
    """What makes a Secret; `keys` is None where they are not known before it runs."""

    item: Item
    keys: frozenset[str] | None


@dataclass(frozen=True)
class Use:
    """A reference to a Secret; without a key it means the whole Secret."""

    item: Item
    path: Path
    secret: str
    key: str = ""


def sources(objects: ObjectSet) -> dict[tuple[str, str], Source]:
    """What makes each Secret of the set, by namespace and name."""
    found: dict[tuple[str, str], Source] = {}
    for item in objects.of("ExternalSecret"):
        found[item.namespace, text(item.obj, "spec", "target", "name") or item.name] = Source(item, _keys(item))
    for item in objects.of("Certificate"):
        found[item.namespace, text(item.obj, "spec", "secretName")] = Source(item, CERTIFICATE_KEYS)
    for item in objects.of("Secret"):
        keys = frozenset({*table(item.obj, "data"), *table(item.obj, "stringData")})
        found.setdefault((item.namespace, item.name), Source(item, keys))
    return found


def _keys(item: Item) -> frozenset[str] | None:
    """The keys that an ExternalSecret writes: those of its template, else one for each entry."""
    template = table(item.obj, "spec", "target", "template")
    merged = template.get("mergePolicy") == "Merge"
    written = frozenset(table(template, "data"))
    if template.get("templateFrom") or (table(item.obj, "spec").get("dataFrom") and not (written and not merged)):
        return None
    if written and not merged:
        return written
    return written | {text(one, "secretKey") for _, one in each(item.obj, "spec", "data")}


def uses(objects: ObjectSet) -> Iterator[Use]:
    """Every reference to a Secret that must be there: those marked `optional` are left out."""
    for item in objects.workloads():
        yield from _of_variables(item)
        yield from _of_volumes(item)
        for index, one in each(item.pod, "imagePullSecrets"):
            yield Use(item, item.pod_path("imagePullSecrets", index, "name"), text(one, "name"))
    for item in objects.of("Ingress"):
        for index, one in each(item.obj, "spec", "tls"):
            if text(one, "secretName"):
                yield Use(item, ("spec", "tls", index, "secretName"), text(one, "secretName"))
        yield from _of_sign_in(item)


def _of_sign_in(item: Item) -> Iterator[Use]:
    """The client with which a load balancer signs people in at a provider."""
    try:
        provider = json.loads(settings(item).get("auth-idp-oidc", ""))
    except ValueError:
        return
    if name := text(provider, "secretName"):
        for key in ("clientID", "clientSecret"):
            yield Use(item, ("metadata", "annotations"), name, key)


def _of_variables(item: Item) -> Iterator[Use]:
    for container in containers(item):
        for index, one in each(container.spec, "env"):
            reference = table(one, "valueFrom", "secretKeyRef")
            if reference and not reference.get("optional"):
                path = (*container.path, "env", index, "valueFrom", "secretKeyRef")
                yield Use(item, path, text(reference, "name"), text(reference, "key"))
        for index, one in each(container.spec, "envFrom"):
            reference = table(one, "secretRef")
            if reference and not reference.get("optional"):
                yield Use(item, (*container.path, "envFrom", index, "secretRef"), text(reference, "name"))


def _of_volumes(item: Item) -> Iterator[Use]:
    for index, volume in each(item.pod, "volumes"):
        path = item.pod_path("volumes", index)
        yield from _of_source(item, (*path, "secret"), table(volume, "secret"), "secretName")
        for number, one in each(volume, "projected", "sources"):
            yield from _of_source(item, (*path, "projected", "sources", number, "secret"), table(one, "secret"), "name")


def _of_source(item: Item, path: Path, source: Obj, name: str) -> Iterator[Use]:
    if not source or source.get("optional"):
        return
    yield Use(item, path, text(source, name))
    for index, one in each(source, "items"):
        yield Use(item, (*path, "items", index, "key"), text(source, name), text(one, "key"))
