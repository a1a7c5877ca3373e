"""Argo CD Applications and the objects of the set that each of them syncs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from generator.check.admission.resource import is_cluster_scoped
from generator.check.objectset import Item, ObjectSet
from generator.check.walk import each, table, text
from generator.kubernetes.objects import Obj

WAVE = "argocd.argoproj.io/sync-wave"
OPTIONS = "argocd.argoproj.io/sync-options"


@dataclass(frozen=True)
class Application:
    """An Application; `objects` are those that stand in the folder that it reads."""

    item: Item
    sources: tuple[Obj, ...]
    objects: tuple[Item, ...]

    @property
    def spec(self) -> Obj:
        return table(self.item.obj, "spec")

    @property
    def paths(self) -> list[str]:
        return [text(source, "path") for source in self.sources if text(source, "path")]

    @property
    def has_chart(self) -> bool:
        """Whether it also syncs what no file of the set shows."""
        return any(source.get("chart") or source.get("helm") for source in self.sources)

    @property
    def cluster_wide(self) -> list[Item]:
        """Those that have no namespace even where the destination has one."""
        bound = text(self.spec, "destination", "namespace")
        return [one for one in self.objects if not one.namespace and not (bound and _namespaced(one))]


def _namespaced(item: Item) -> bool:
    return not is_cluster_scoped(str(item.obj.get("apiVersion", "")).rpartition("/")[0], item.kind)


def applications(objects: ObjectSet) -> list[Application]:
    """The Applications of the set.

    A folder belongs to an Application whose path ends in the same two names: `rendered/dev/cache` and
    `overlays/dev/cache` hold the same objects.
    """
    folders: dict[tuple[str, ...], list[Item]] = {}
    for item in objects.items:
        folders.setdefault(folder(item), []).append(item)
    found = []
    for item in objects.of("Application"):
        spec = table(item.obj, "spec")
        sources = (table(spec, "source"),) if spec.get("source") else tuple(one for _, one in each(spec, "sources"))
        paths = [path for source in sources if (path := text(source, "path"))]
        synced = [one for path in paths for one in folders.get(tail(path), ())]
        found.append(Application(item, sources, tuple(synced)))
    return found


def chart_namespaces(objects: ObjectSet) -> frozenset[str]:
    """The namespaces that charts are installed in: they hold pods and Services that no file of the set shows."""
    found = set()
    for item in objects.of("Application"):
        spec = table(item.obj, "spec")
        sources = (table(spec, "source"), *(one for _, one in each(spec, "sources")))
        if any(source.get("chart") for source in sources):
            found.add(text(spec, "destination", "namespace"))
    return frozenset(found - {""})


def folder(item: Item) -> tuple[str, ...]:
    """The last two names of the folder that a file stands in."""
    return PurePosixPath(item.file).parent.parts[-2:]


def tail(path: str) -> tuple[str, ...]:
    return PurePosixPath(path).parts[-2:]


def wave(item: Item) -> int:
    """The sync wave; Argo CD takes 0 for what is no whole number."""
    found = table(item.obj, "metadata", "annotations").get(WAVE)
    try:
        return int(str(found))
    except ValueError:
        return 0


def options(item: Item) -> set[str]:
    """The sync options of an object, such as `Prune=false`."""
    found = table(item.obj, "metadata", "annotations").get(OPTIONS)
    return {one.strip() for one in str(found or "").split(",")}
