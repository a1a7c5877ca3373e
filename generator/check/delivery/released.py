"""The images and charts that a set of objects runs, and where each is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.check.objectset import Item, ObjectSet
from generator.check.rules.arch_images import split
from generator.check.walk import each, table, text
from generator.check.workloads.pods import containers
from generator.environment.problem import Path
from generator.kubernetes.objects import Obj


@dataclass(frozen=True)
class Release:
    """An image or a chart of one version, in one field of one object."""

    item: Item
    path: Path
    """Of the field that says the version."""
    kind: str
    """Type of its package URL: `oci` or `helm`."""
    repository: str
    """Of an image with its registry; of a chart the address of the repository that has it."""
    name: str
    """Last part of an image's repository, or the chart's name."""
    version: str
    """Tag of an image, empty where only a digest is given; version of a chart."""
    digest: str = ""
    said: str = ""
    """As the object says it."""


def releases(objects: ObjectSet) -> Iterator[Release]:
    """What the containers of all pods run, then what Applications install."""
    for item in objects.workloads():
        for one in containers(item):
            if image := text(one.spec, "image"):
                repository, tag = split(image)
                name, digest = repository.rpartition("/")[2], image.partition("@")[2]
                yield Release(item, (*one.path, "image"), "oci", repository, name, tag, digest, image)
    for item in objects.of("Application"):
        for path, source in _sources(item):
            if chart := text(source, "chart"):
                version, name = text(source, "targetRevision"), chart.rpartition("/")[2]
                where, said = (*path, "targetRevision"), f"{chart} {version}"
                yield Release(item, where, "helm", text(source, "repoURL"), name, version, said=said)


def _sources(item: Item) -> Iterator[tuple[Path, Obj]]:
    spec = table(item.obj, "spec")
    yield ("spec", "source"), table(spec, "source")
    yield from ((("spec", "sources", index), source) for index, source in each(spec, "sources"))
