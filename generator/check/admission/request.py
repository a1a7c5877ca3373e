"""A request to create an object, as expressions and selectors see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.check.admission.matching import Matcher
from generator.check.admission.policy import Labels
from generator.check.admission.resource import Resource

Obj = Mapping[str, Any]

_NAME_LABEL = "kubernetes.io/metadata.name"
"""The API server sets it on every namespace."""

# What the server shows of a namespace's metadata.
_METADATA = ("name", "generateName", "labels", "annotations", "finalizers")


class Request:
    """`namespace` is that of the object, None for what has none; a Namespace is in itself."""

    def __init__(self, found: Resource, obj: Obj, namespace: Obj | None, user: Obj) -> None:
        self.resource = found
        self._labels = _labels(obj)
        self._namespace_labels: Labels = _namespace_object(namespace)["metadata"]["labels"] if namespace else {}
        shown = None if namespace is None or found.is_namespace else _namespace_object(namespace)
        self._values = {
            "object": _as_stored(obj),
            "oldObject": None,
            "request": _request(found, user),
            "namespaceObject": shown,
            "params": None,
        }
        self._activations: dict[tuple[int, bool], Any] = {}

    def matched_by(self, matcher: Matcher) -> bool:
        """Raises OtherVersion."""
        return matcher.matches(self.resource, self._labels, self._namespace_labels)

    def activation(self, params: Obj | None, with_namespace: bool) -> Any:
        """One for all expressions that see the same."""
        from .cel.environment import activation  # the engine is loaded by the first policy

        key = (id(params), with_namespace)
        if key not in self._activations:
            values = self._values | {"params": _as_stored(params)}
            self._activations[key] = activation(values if with_namespace else values | {"namespaceObject": None})
        return self._activations[key]


def _as_stored(obj: Obj | None) -> Any:
    """A null is a field that is not set: the API server drops it before policies see the object."""
    # Written out at the speed of C; few objects hold a null or the word.
    return _without_nulls(obj) if obj and "None" in repr(obj) else obj


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(child) for key, child in value.items() if child is not None}
    return [_without_nulls(child) for child in value] if isinstance(value, list) else value


def _labels(obj: Obj) -> Labels:
    labels = obj["metadata"].get("labels")
    return labels if isinstance(labels, dict) else {}


def _namespace_object(obj: Obj) -> dict[str, Any]:
    metadata = {key: obj["metadata"][key] for key in _METADATA if obj["metadata"].get(key)}
    metadata["labels"] = {**_labels(obj), _NAME_LABEL: metadata.get("name", "")}
    return {"metadata": metadata, "spec": obj.get("spec") or {}, "status": {}}


def _request(found: Resource, user: Obj) -> dict[str, Any]:
    kind = {"group": found.group, "version": found.version, "kind": found.kind}
    plural = {"group": found.group, "version": found.version, "resource": found.plural}
    request = {
        "kind": kind,
        "resource": plural,
        "requestKind": kind,
        "requestResource": plural,
        "operation": "CREATE",
        "userInfo": dict(user),
        "dryRun": False,
        "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"},
    }
    present = {"name": found.name, "namespace": found.namespace}
    return request | {key: value for key, value in present.items() if value}
