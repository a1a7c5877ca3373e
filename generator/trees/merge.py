"""Strategic merge: the smallest patch between two objects, and its application.

Both follow what kustomize does (checked against kubectl in the tests): maps merge, null deletes, lists of core kinds
that have merge keys merge by them and put the patch's items first, all other lists are replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.kubernetes.objects import Obj

LIST_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "containers": (("name",),),
    "env": (("name",),),
    "imagePullSecrets": (("name",),),
    "initContainers": (("name",),),
    "ports": (("containerPort", "protocol"), ("port", "protocol")),
    "topologySpreadConstraints": (("topologyKey", "whenUnsatisfiable"),),
    "volumeMounts": (("mountPath",),),
    "volumes": (("name",),),
}
"""Lists of core kinds that merge, by field, with their merge keys (x-kubernetes-list-map-keys of the API)."""

CORE_GROUPS = ("", "apps", "batch")
"""Groups whose pod templates and Services hold merging lists; every other kind's lists are replaced."""


def difference(base: Obj, target: Obj) -> Obj | None:
    """The smallest strategic merge patch from base to target, without identity; None where they are equal."""
    patch = _difference(base, target, merges_lists(base))
    return patch or None


def merges_lists(obj: Mapping[str, Any]) -> bool:
    return obj["apiVersion"].rpartition("/")[0] in CORE_GROUPS


def _difference(base: Obj, target: Obj, merging: bool) -> Obj:
    patch: Obj = {key: None for key in base if key not in target}
    for key, wanted in target.items():
        if key not in base:
            patch[key] = wanted
        elif base[key] != wanted:
            patch[key] = _changed(key, base[key], wanted, merging)
    return patch


def _changed(key: str, base: Any, wanted: Any, merging: bool) -> Any:
    if isinstance(base, dict) and isinstance(wanted, dict):
        if not wanted:
            return {"$patch": "replace"}
        if not base.keys() & wanted.keys():
            return {"$patch": "replace", **wanted}
        return _difference(base, wanted, merging)
    if isinstance(base, list) and isinstance(wanted, list) and merging:
        keys = list_keys(key, base, wanted)
        if keys:
            return _list_difference(base, wanted, keys)
    return wanted


def list_keys(field: str, *lists: list[Any]) -> tuple[str, ...]:
    """The merge keys of a list field, or () where its items do not have them (the list is then replaced)."""
    items = [item for found in lists for item in found]
    for keys in LIST_KEYS.get(field, ()):
        if all(isinstance(item, dict) and keys[0] in item for item in items):
            return keys
    return ()


def identity_of(item: Obj, keys: tuple[str, ...]) -> tuple[Any, ...]:
    defaults = {"protocol": "TCP"}
    return tuple(item.get(key, defaults.get(key)) for key in keys)


def _list_difference(base: list[Obj], wanted: list[Obj], keys: tuple[str, ...]) -> list[Obj]:
    """Patch items come first in the result, so every wanted item up to the last changed one is named, in order."""
    known = {identity_of(item, keys): item for item in base}
    names = [identity_of(item, keys) for item in wanted]
    deleted = [item for item in base if identity_of(item, keys) not in names]
    head = next(
        length
        for length in range(len(wanted) + 1)
        if wanted[length:] == [item for item in base if identity_of(item, keys) in names[length:]]
    )
    patch: list[Obj] = []
    for item, name in zip(wanted[:head], names, strict=False):
        identified = {key: item[key] for key in keys if key in item}
        patch.append(identified | _difference(known[name], item, merging=True) if name in known else item)
    return patch + [{key: item[key] for key in keys if key in item} | {"$patch": "delete"} for item in deleted]


def apply(obj: Obj, patch: Obj) -> Obj:
    """The object with a strategic merge patch applied; `$patch: delete` of a whole object is the caller's."""
    merged = _apply(obj, patch, merges_lists(obj))
    assert isinstance(merged, dict)
    return merged


def _apply(base: Obj, patch: Obj, merging: bool) -> Obj:
    directive = patch.get("$patch")
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    merged = dict(base)
    for key, change in patch.items():
        if change is None:
            merged.pop(key, None)
        elif isinstance(change, dict):
            if change.get("$patch") == "delete":
                merged.pop(key, None)
            else:
                current = merged.get(key)
                merged[key] = _apply(current if isinstance(current, dict) else {}, change, merging)
        elif isinstance(change, list):
            merged[key] = _apply_list(key, merged.get(key, []), change, merging)
        else:
            merged[key] = change
    return merged


def _apply_list(field: str, base: Any, change: list[Any], merging: bool) -> list[Any]:
    keys = list_keys(field, base if isinstance(base, list) else [], change) if merging else ()
    if not (keys and isinstance(base, list)):
        return change
    known = {identity_of(item, keys): item for item in base}
    named = [identity_of(item, keys) for item in change]
    merged = [
        _apply(known.get(name, {}), item, merging)
        for item, name in zip(change, named, strict=True)
        if item.get("$patch") != "delete"
    ]
    return merged + [item for item in base if identity_of(item, keys) not in named]
