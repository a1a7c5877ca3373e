"""Objects that a change adds, removes or alters, grouped by environment and component."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from generator.kubernetes.objects import Obj
from generator.loader import LOADER

from .fields import Field, fields

HASH = re.compile(r"(?<=.)-[bcdfghkmt2-9]{10}$")
"""Kustomize's content hash at the end of a ConfigMap's name (ten characters, none that could form a word)."""
TEMPLATE = "AWSTemplateFormatVersion"
REFERENCES = ("configMap", "configMapRef", "configMapKeyRef")


@dataclass(frozen=True)
class Change:
    """One object of one environment."""

    file: str
    before: Obj | None
    after: Obj | None

    @property
    def environment(self) -> str:
        return self.file.split("/")[1]

    @property
    def component(self) -> str:
        return self.file.split("/")[2]

    @property
    def verb(self) -> str:
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    @cached_property
    def obj(self) -> Obj:
        """The object as it will be, or as it was."""
        return self.after or self.before or {}

    @property
    def of_template(self) -> bool:
        """Whether it is a resource of the account and not an object of the cluster."""
        return "apiVersion" not in self.obj and "Type" in self.obj

    @property
    def kind(self) -> str:
        return str(self.obj.get("kind", ""))

    @property
    def name(self) -> str:
        """Without a content hash: the same file under a new name is the same object to a reviewer."""
        name = str(self.obj.get("metadata", {}).get("name", self.file.rpartition("/")[2]))
        return HASH.sub("", name) if self.kind == "ConfigMap" else name

    @property
    def namespace(self) -> str:
        return str(self.obj.get("metadata", {}).get("namespace", ""))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """What differs, without what merely follows from something else; empty for an object added or removed."""
        if self.before is None or self.after is None:
            return ()
        return tuple(fields(unhashed(self.before), unhashed(self.after)))

    @cached_property
    def configuration(self) -> tuple[str, ...]:
        """The ConfigMaps whose content changed, by the new hash in the name by which the pods mount them."""
        if self.before is None or self.after is None:
            return ()
        return tuple(sorted(_mounted(self.after) - _mounted(self.before)))

    def __str__(self) -> str:
        where = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {where}{self.name}"


def changes(differing: Mapping[str, tuple[str, str]]) -> list[Change]:
    """The objects of rendered/ and the resources of its templates among the files that differ, by file."""
    found = []
    for file, (before, after) in differing.items():
        if file.startswith("rendered/") and file.endswith(".yaml"):
            old, new = _objects(before), _objects(after)
            found += [Change(file, old.get(key), new.get(key)) for key in dict.fromkeys((*old, *new))]
    return [change for change in found if change.verb != "changed" or change.fields or change.configuration]


def _objects(text: str) -> dict[str, Obj]:
    """The object of a file; of a CloudFormation template each resource, as an object of its type and name."""
    loaded = yaml.load(text, Loader=LOADER) if text else None  # a safe loader
    if not isinstance(loaded, dict):
        return {}
    if TEMPLATE not in loaded:
        return {"": loaded}
    return {
        name: resource | {"kind": resource["Type"], "metadata": {"name": name}}
        for name, resource in loaded["Resources"].items()
    }


def unhashed(value: Any, key: str = "") -> Any:
    """A copy without content hashes in names and references."""
    if isinstance(value, dict):
        copy = {name: unhashed(item, name) for name, item in value.items()}
        named = key in REFERENCES or (key == "metadata" and "name" in copy) or copy.get("kind") == "ConfigMap"
        if key in REFERENCES and isinstance(copy.get("name"), str):
            copy["name"] = HASH.sub("", copy["name"])
        if named and copy.get("kind") == "ConfigMap" and isinstance(copy.get("metadata"), dict):
            copy["metadata"] = copy["metadata"] | {"name": HASH.sub("", str(copy["metadata"].get("name", "")))}
        return copy
    if isinstance(value, list):
        return [unhashed(item, key) for item in value]
    return value


def _mounted(value: Any, key: str = "") -> set[str]:
    if isinstance(value, dict):
        found = {str(value["name"])} if key in REFERENCES and HASH.search(str(value.get("name", ""))) else set()
        return found.union(*(_mounted(item, name) for name, item in value.items()))
    if isinstance(value, list):
        return set().union(*(_mounted(item, key) for item in value)) if value else set()
    return set()


def by_component(found: list[Change]) -> Iterator[tuple[str, str, list[Change]]]:
    """Environment, component and its changes, in the order of the files."""
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in found:
        groups.setdefault((change.environment, change.component), []).append(change)
    yield from ((env, component, group) for (env, component), group in groups.items())
