"""Names of files, and a kustomization's text: what base/, overlays/ and rendered/ share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from generator.kubernetes.emit import emit
from generator.kubernetes.objects import HASHED, Obj, is_hashed

Files = dict[str, str]
"""Path below the repository, with /, to text."""

KUSTOMIZATION = "kustomization.yaml"


def file_names(*lists: Sequence[Obj]) -> Callable[[Obj], str]:
    """How a part's objects are called: `deployment-llm-gateway.yaml`, with the namespace where there are several."""
    namespaces = {obj["metadata"].get("namespace", "") for objects in lists for obj in objects} - {""}

    def name(obj: Obj) -> str:
        where = f"{obj['metadata']['namespace']}-" if len(namespaces) > 1 and "namespace" in obj["metadata"] else ""
        return f"{obj['kind'].lower()}-{where}{obj['metadata']['name']}.yaml"

    return name


def generated(obj: Obj, folder: str, behavior: str = "", files: Sequence[str] = ()) -> tuple[Obj, Files]:
    """A hashed ConfigMap as an entry of `configMapGenerator`, and the files that it reads below the folder.

    `files` limits it to some of the keys: what an overlay changes.
    """
    meta = obj["metadata"]
    chosen = sorted(files or obj["data"])
    paths = {key: f"files/{meta['name']}/{key}" for key in chosen}
    entry: Obj = {"name": meta["name"], "namespace": meta["namespace"]}
    if behavior:
        entry["behavior"] = behavior
    entry["files"] = [f"{key}={path}" for key, path in paths.items()]
    annotations = {key: value for key, value in meta.get("annotations", {}).items() if key != HASHED}
    entry["options"] = {"labels": meta["labels"]} | ({"annotations": annotations} if annotations else {})
    return entry, {f"{folder}/{path}": obj["data"][key] for key, path in paths.items()}


def kustomization(fields: Mapping[str, object]) -> str:
    """The text of a kustomization.yaml; empty fields are left out."""
    kept = {key: value for key, value in fields.items() if value}
    return emit({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"} | kept)


def split(objects: Sequence[Obj]) -> tuple[list[Obj], list[Obj]]:
    """Hashed ConfigMaps, and everything else."""
    return [obj for obj in objects if is_hashed(obj)], [obj for obj in objects if not is_hashed(obj)]
