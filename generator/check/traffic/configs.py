"""The settings that pods read: files from ConfigMaps, parsed, and environment variables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import yaml

from generator.check.objectset import Item, ObjectSet, dig
from generator.check.walk import each, table, text
from generator.check.workloads.pods import Container, containers
from generator.environment.problem import Path
from generator.loader import LOADER

Program = Literal["openclaw", "bifrost", "litellm", "collector"]


@dataclass(frozen=True)
class Config:
    """A file or the variables of a container, as data; `item` and `path` say where the text stands."""

    item: Item
    path: Path
    name: str
    """Name of the file; empty for variables."""
    value: Any

    @property
    def program(self) -> Program | None:
        """The program whose configuration this is, told by its keys; None for any other file."""
        if not self.name or not isinstance(self.value, dict):
            return None
        if "agents" in self.value and ("gateway" in self.value or "models" in self.value):
            return "openclaw"
        if isinstance(self.value.get("model_list"), list):
            return "litellm"
        if "receivers" in self.value and "service" in self.value:
            return "collector"
        if any("keys" in one for one in table(self.value, "providers").values() if isinstance(one, dict)):
            return "bifrost"
        return None


@lru_cache(maxsize=512)  # every rule asks
def configs(objects: ObjectSet, item: Item) -> tuple[Config, ...]:
    """Everything that the pods of a workload read and that can be parsed: JSON, YAML, variables."""
    found: dict[tuple[str, Path], Config] = {}
    for config in (*_files(objects, item), *_variables(objects, item)):
        found.setdefault((config.item.file + config.item.name, config.path), config)
    return tuple(found.values())


def of_program(objects: ObjectSet, item: Item, program: Program) -> Iterator[Config]:
    """The configuration files of one program among what a workload reads."""
    return (config for config in configs(objects, item) if config.program == program)


def files_in(item: Item) -> Iterator[Config]:
    """The parsed files of a ConfigMap."""
    for key, content in table(item.obj, "data").items():
        value = parsed(key.rpartition(".")[2], content) if isinstance(content, str) else None
        if isinstance(value, dict | list):
            yield Config(item, ("data", key), key, value)


def config_maps(item: Item) -> Iterator[tuple[Path, str, bool]]:
    """The ConfigMaps that a pod mounts: where it says so, the name, and whether it may be absent."""
    for index, volume in each(item.pod, "volumes"):
        path = item.pod_path("volumes", index)
        if name := text(volume, "configMap", "name"):
            yield (*path, "configMap"), name, bool(dig(volume, ("configMap", "optional")))
        for number, source in each(volume, "projected", "sources"):
            if name := text(source, "configMap", "name"):
                below = (*path, "projected", "sources", number, "configMap")
                yield below, name, bool(dig(source, ("configMap", "optional")))


def _files(objects: ObjectSet, item: Item) -> Iterator[Config]:
    for _, name, _ in config_maps(item):
        if mounted := objects.get("ConfigMap", item.namespace, name):
            yield from files_in(mounted)


def _variables(objects: ObjectSet, item: Item) -> Iterator[Config]:
    for container in containers(item):
        literals = {one["name"]: one["value"] for _, one in _named(container) if isinstance(one.get("value"), str)}
        if literals:
            yield Config(item, (*container.path, "env"), "", literals)
        for _, one in _named(container):
            reference = table(one, "valueFrom", "configMapKeyRef")
            mapped = objects.get("ConfigMap", item.namespace, text(reference, "name"))
            content = text(mapped.obj, "data", text(reference, "key")) if mapped else ""
            if mapped and content:
                yield Config(mapped, ("data", text(reference, "key")), "", {one["name"]: content})
        for _, source in each(container.spec, "envFrom"):
            whole = objects.get("ConfigMap", item.namespace, text(source, "configMapRef", "name"))
            if whole:
                prefix = text(source, "prefix")
                data = {f"{prefix}{key}": value for key, value in table(whole.obj, "data").items()}
                yield Config(whole, ("data",), "", data)


def _named(container: Container) -> Iterator[tuple[int, dict[str, Any]]]:
    return ((index, one) for index, one in each(container.spec, "env") if isinstance(one.get("name"), str))


@lru_cache(maxsize=128)
def parsed(suffix: str, content: str) -> Any:
    """The data in a text, shared between callers who only read it; None where it is not what its name says."""
    try:
        if suffix == "json":
            return json.loads(content)
        if suffix in ("yaml", "yml"):
            return yaml.load(content, Loader=LOADER)
    except (ValueError, RecursionError, yaml.YAMLError):
        pass
    return None
