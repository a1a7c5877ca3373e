"""secrets-resolved: every Secret that is read is made, key by key, and no credential is written down.

A pod that names a Secret or key which nobody makes waits for ever in CreateContainerConfigError; Argo CD shows its
Application as progressing.  Looked at: variables, volumes, image pull secrets, Ingress certificates and the client of a
load balancer's sign-in, against the ExternalSecrets (and Certificates) of the same namespace and the keys that they
write; the stores that ExternalSecrets read from; values in ConfigMaps and in variables that have the form of a
credential, or stand written out under a key such as `password`.

Limits: references marked `optional` may stay open; an ExternalSecret with `dataFrom` writes keys that only the store
knows; a Secret object itself is no-secrets-in-git's; a password that is a plain word is not recognised.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Severity
from generator.check.traffic.configs import configs, parsed
from generator.check.walk import each, table, text
from generator.check.workloads.credentials import written_down
from generator.check.workloads.secret_sources import Use, sources, uses
from generator.environment.credentials import form
from generator.environment.problem import Path, dotted

ID, SEVERITY = "secrets-resolved", Severity.ERROR
REMEDIATION = "declare the key in an ExternalSecret of the namespace; move a written-down value to AWS Secrets Manager"


def check(objects: ObjectSet) -> Iterator[Breach]:
    made = sources(objects)
    for use in uses(objects):
        where = f"{use.item.namespace}/{use.secret}"
        source = made.get((use.item.namespace, use.secret))
        stuck = _effect(use)
        if source is None:
            yield Breach(use.item, use.path, f"nothing makes Secret {where}: {stuck}")
        elif use.key and source.keys is not None and use.key not in source.keys:
            yield Breach(use.item, use.path, f"{source.item} writes no key «{use.key}» into {where}: {stuck}")
    for item in objects.of("ExternalSecret"):
        yield from _stores(objects, item)
    for item in objects.of("ConfigMap"):
        yield from _written_down(item)
    for item in objects.workloads():
        for config in configs(objects, item):
            if not config.name and config.item is item:
                for place, noun in written_down(config.value):
                    yield Breach(item, config.path, _leak(dotted(place), noun))


def _effect(use: Use) -> str:
    if use.item.kind == "Ingress":
        return "nobody can sign in" if use.path[0] == "metadata" else "the door has no certificate"
    return "a private image cannot be pulled" if "imagePullSecrets" in use.path else "the pod waits for ever"


def _stores(objects: ObjectSet, item: Item) -> Iterator[Breach]:
    references: list[tuple[Path, Any]] = [(("spec", "secretStoreRef"), table(item.obj, "spec", "secretStoreRef"))]
    for field in ("data", "dataFrom"):
        for index, one in each(item.obj, "spec", field):
            steps = ("sourceRef", "storeRef")
            references.append((("spec", field, index, *steps), table(one, *steps)))
    for path, reference in references:
        name, kind = text(reference, "name"), text(reference, "kind") or "SecretStore"
        if name and objects.get(kind, "" if kind == "ClusterSecretStore" else item.namespace, name) is None:
            where = name if kind == "ClusterSecretStore" else f"{item.namespace}/{name}"
            yield Breach(
                item, path, f"no {kind} {where}: the Secret is never written, and pods that read it wait for ever"
            )


def _written_down(item: Item) -> Iterator[Breach]:
    for key, content in table(item.obj, "data").items():
        if isinstance(content, str):
            for where, noun in _in_file(key.rpartition(".")[2], content):
                yield Breach(item, ("data", key), _leak(where or "the file", noun))


@lru_cache(maxsize=256)  # gateways share most of their files
def _in_file(suffix: str, content: str) -> tuple[tuple[str, str], ...]:
    """What a file holds: the place in it where it can be parsed and has one, and what it looks like."""
    found = tuple((dotted(where), noun) for where, noun in written_down(parsed(suffix, content)))
    return found or ((("", noun),) if (noun := form(content)) else ())


def _leak(where: str, noun: str) -> str:
    return f"{where} holds {noun}: whoever reads the repository, or the ConfigMap, has it"
