"""Kustomize's content hash: a ConfigMap's name follows its content, and pods follow the name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from generator.kubernetes.objects import HASHED, Obj, is_hashed

# Go escapes what could end a <script> or a JavaScript line.
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
REFERENCES = ("configMap", "configMapRef", "configMapKeyRef")
_ALPHABET = str.maketrans("013ae", "ghkmt")


def content_hash(data: dict[str, str], binary: dict[str, str] | None = None) -> str:
    """The suffix that kustomize gives to a generated ConfigMap (checked against kubectl in the tests).

    Ten hexadecimal digits of the SHA-256 over the object as Go's encoding/json writes it, the name left empty, with the
    digits that could form words replaced.
    """
    hashed = {"data": data, "kind": "ConfigMap", "name": ""} | ({"binaryData": binary} if binary else {})
    text = json.dumps(hashed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return hashlib.sha256(text.encode()).hexdigest()[:10].translate(_ALPHABET)


def resolve(objects: Sequence[Obj]) -> list[Obj]:
    """The objects as a cluster gets them: hashed names given, and references in pod templates following."""
    names = {
        (
            obj["metadata"]["namespace"],
            obj["metadata"]["name"],
        ): f"{obj['metadata']['name']}-{content_hash(obj['data'], obj.get('binaryData'))}"
        for obj in objects
        if is_hashed(obj)
    }
    return [_resolved(obj, names) for obj in objects] if names else list(objects)


def _resolved(obj: Obj, names: dict[tuple[str, str], str]) -> Obj:
    namespace = obj["metadata"].get("namespace", "")
    if is_hashed(obj):
        meta = dict(obj["metadata"])
        meta["annotations"] = {key: value for key, value in meta["annotations"].items() if key != HASHED}
        if not meta["annotations"]:
            del meta["annotations"]
        return obj | {"metadata": meta | {"name": names[namespace, meta["name"]]}}
    if "template" in obj.get("spec", {}):
        renamed: Obj = _renamed(obj, {old: new for (where, old), new in names.items() if where == namespace})
        return renamed
    return obj


def _renamed(value: Any, names: Mapping[str, str], key: str = "") -> Any:
    """A copy in which every reference to a ConfigMap has its new name."""
    if isinstance(value, dict):
        copy = {name: _renamed(item, names, name) for name, item in value.items()}
        if key in REFERENCES and isinstance(copy.get("name"), str) and copy["name"] in names:
            copy["name"] = names[copy["name"]]
        return copy
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    return value
