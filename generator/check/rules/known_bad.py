"""known-bad: no image and no chart is of a release that is known to be compromised or broken.

Such a release runs with the credentials of its pod: a stealer in the LLM gateway has the key of every provider.  An
environment file with one does not load; this rule sees what comes in beside it, by a patch, by a chart, in any folder.

Looked at: all containers of all pods, and the charts that Applications install, by generator/known_bad.json.  An image
is known by the last part of its repository, so that a mirror's copy counts, and by its digest, whatever its tag says.

Limits: what a chart itself brings along is not looked at; a release is bad once somebody has said so.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import known_bad
from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Severity
from generator.check.rules.arch_images import split
from generator.check.walk import each, table, text
from generator.check.workloads.pods import containers
from generator.environment.problem import Path
from generator.kubernetes.objects import Obj

ID, SEVERITY = "known-bad", Severity.ERROR
REMEDIATION = f"use another release: {known_bad.LIST} says which, and why"


def check(objects: ObjectSet) -> Iterator[Breach]:
    kubernetes = [objects.env.cluster.kubernetes_version] if objects.env else []
    for item in objects.workloads():
        for one in containers(item):
            if bad := _of_image(text(one.spec, "image")):
                yield Breach(item, (*one.path, "image"), bad)
    for item in objects.of("Application"):
        for path, source in _sources(item):
            chart, version = text(source, "chart"), text(source, "targetRevision")
            component = known_bad.components().get(f"helm/{chart.rpartition('/')[2]}", "")
            if found := known_bad.find(component, version, kubernetes):
                yield Breach(item, (*path, "targetRevision"), f"{chart} {version} {found.told}")


def _sources(item: Item) -> Iterator[tuple[Path, Obj]]:
    spec = table(item.obj, "spec")
    yield ("spec", "source"), table(spec, "source")
    yield from ((("spec", "sources", index), source) for index, source in each(spec, "sources"))


def _of_image(image: str) -> str:
    repository, tag = split(image)
    component = known_bad.components().get(f"oci/{repository.rpartition('/')[2]}", "")
    bad = known_bad.find(component, tag, digest=image.partition("@")[2] or None)
    return f"{image} {bad.told}" if bad else ""
