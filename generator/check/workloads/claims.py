"""The volumes that pods claim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.check.objectset import Item, ObjectSet
from generator.check.walk import each, table, text, texts
from generator.environment.problem import Path

_ONE_NODE = {"ReadWriteOnce", "ReadWriteOncePod"}


@dataclass(frozen=True)
class Claim:
    """A PersistentVolumeClaim that pods of a workload mount."""

    name: str
    """Name of the claim; of its template where `own`."""
    own: bool
    """Whether each pod has a claim of its own, from a template."""
    path: Path
    """Where the workload says so."""
    modes: tuple[str, ...]
    """Access modes; empty where the claim is not among the objects."""
    storage_class: str
    read_only: bool = False

    @property
    def one_node(self) -> bool:
        """Whether only one node at a time can attach the volume; such a volume, on EBS, also lives in one zone."""
        return bool(self.modes) and _ONE_NODE.issuperset(self.modes)


def claims(objects: ObjectSet, item: Item) -> Iterator[Claim]:
    """The claims of a workload; ephemeral volumes, which end with their pod, are none."""
    if item.kind == "StatefulSet":
        for index, template in each(item.obj, "spec", "volumeClaimTemplates"):
            modes, of_class = tuple(texts(template, "spec", "accessModes")), text(template, "spec", "storageClassName")
            path = ("spec", "volumeClaimTemplates", index)
            yield Claim(text(template, "metadata", "name"), True, path, modes, of_class)
    for index, volume in each(item.pod, "volumes"):
        if source := table(volume, "persistentVolumeClaim"):
            name = text(source, "claimName")
            claim = objects.get("PersistentVolumeClaim", item.namespace, name)
            spec = table(claim.obj, "spec") if claim else {}
            yield Claim(
                name,
                False,
                item.pod_path("volumes", index),
                tuple(texts(spec, "accessModes")),
                text(spec, "storageClassName"),
                source.get("readOnly") is True or _mounted_read_only(item, text(volume, "name")),
            )


def _mounted_read_only(item: Item, volume: str) -> bool:
    found = [
        mount.get("readOnly") is True
        for field in ("initContainers", "containers")
        for _, container in each(item.pod, field)
        for _, mount in each(container, "volumeMounts")
        if mount.get("name") == volume
    ]
    return bool(found) and all(found)
