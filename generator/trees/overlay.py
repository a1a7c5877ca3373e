"""overlays/<env>/<part>: the smallest change from a base to what an environment yields.

Objects in both are patched, objects only in the environment are resources, objects only in the base are deleted, and
config files that differ replace the base's.  Names of a gateway's objects come from `nameSuffix`, so patches and
resources here carry the base's names.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.environment.patches import UserPatch
from generator.kubernetes.emit import emit
from generator.kubernetes.objects import Obj, identity

from .files import KUSTOMIZATION, Files, file_names, generated, kustomization, split
from .merge import difference

REFERENCES = "references.yaml"
ROLLOUT_REFERENCES: Obj = {
    "nameReference": [
        {
            "kind": "ConfigMap",
            "version": "v1",
            "fieldSpecs": [
                {"kind": "Rollout", "group": "argoproj.io", "path": f"spec/template/spec/{path}"}
                for path in ("volumes/configMap/name", "volumes/projected/sources/configMap/name")
            ],
        }
    ]
}


def overlay_files(
    folder: str,
    base_folder: str,
    suffix: str,
    base: Sequence[Obj],
    objects: Sequence[Obj],
    patches: Sequence[UserPatch],
) -> Files:
    """The files of one overlay, by path; `base` is empty where the component has none."""
    before = {identity(obj): obj for obj in base}
    after = {identity(obj): obj for obj in (_without_suffix(obj, suffix) for obj in objects)}
    file_name = file_names(base, objects)
    files: Files = {}
    changed: list[Obj] = []
    resources, generators = [], []

    for key in sorted(before.keys() - after.keys()):
        name = f"delete-{file_name(before[key])}"
        files[f"{folder}/{name}"] = emit(_head(before[key]) | {"$patch": "delete"})
        changed.append({"path": name})
    hashed, plain = split([after[key] for key in sorted(after)])
    for obj in plain:
        origin = before.get(identity(obj))
        if origin is None:
            resources.append(file_name(obj))
            files[f"{folder}/{file_name(obj)}"] = emit(obj)
        elif patch := difference(origin, obj):
            name = f"patch-{file_name(obj)}"
            files[f"{folder}/{name}"] = emit(_patch(obj, patch))
            changed.append({"path": name})
    for obj in hashed:
        entry, texts = _config(folder, before.get(identity(obj)), obj)
        if entry:
            generators.append(entry)
            files |= texts
    for user in patches:
        files[f"{folder}/patches/{user.file}"] = user.text
        target = user.target | {"name": user.target["name"].removesuffix(suffix)}
        changed.append({"path": f"patches/{user.file}", "target": target})

    if hashed and any(obj["kind"] == "Rollout" for obj in plain):
        # Kustomize follows hashed names in kinds of Kubernetes alone.
        files[f"{folder}/{REFERENCES}"] = emit(ROLLOUT_REFERENCES)
    up = "/".join([".."] * (folder.count("/") + 1))
    fields = {
        "resources": [f"{up}/{base_folder}"] * bool(base) + resources,
        "nameSuffix": suffix,
        "configMapGenerator": generators,
        "configurations": [REFERENCES] * (f"{folder}/{REFERENCES}" in files),
        "patches": changed,
    }
    return files | {f"{folder}/{KUSTOMIZATION}": kustomization(fields)}


def _config(folder: str, origin: Obj | None, obj: Obj) -> tuple[Obj | None, Files]:
    """The generator entry that makes the base's ConfigMap into the environment's; None where nothing differs."""
    if origin is None:
        return generated(obj, folder)
    if origin["data"].keys() - obj["data"].keys():
        return generated(obj, folder, "replace")
    differing = [key for key in obj["data"] if obj["data"][key] != origin["data"].get(key)]
    if not differing and origin["metadata"]["labels"] == obj["metadata"]["labels"]:
        return None, {}
    if not differing:
        entry, _ = generated(obj, folder, "merge")
        return {key: value for key, value in entry.items() if key != "files"}, {}
    return generated(obj, folder, "merge", differing)


def _without_suffix(obj: Obj, suffix: str) -> Obj:
    return obj | {"metadata": obj["metadata"] | {"name": obj["metadata"]["name"].removesuffix(suffix)}}


def _head(obj: Obj) -> Obj:
    meta = {key: obj["metadata"][key] for key in ("name", "namespace") if key in obj["metadata"]}
    return {"apiVersion": obj["apiVersion"], "kind": obj["kind"], "metadata": meta}


def _patch(obj: Obj, patch: Obj) -> Obj:
    head = _head(obj)
    return head | patch | {"metadata": patch.get("metadata", {}) | head["metadata"]}
