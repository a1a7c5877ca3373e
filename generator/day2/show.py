"""The values of an environment, each with the file and line that it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.environment.load import DEFAULTS, inherit_gateway_defaults, load, merged
from generator.environment.nodes import find
from generator.environment.problem import Place
from generator.kubernetes.emit import emit

from .keys import Leaf, leaves

MODEL = "model"
"""Where a value comes from that no file says."""
WIDTH = 80
"""Columns that a list may take on one line."""


@dataclass(frozen=True)
class Row:
    """One key with its value, and where that is said."""

    leaf: Leaf
    place: Place | None
    """None: no file says it, the model has it so."""

    @property
    def origin(self) -> str:
        return f"{self.place.file}:{self.place.line}" if self.place else "default of the model"

    def as_dict(self) -> dict[str, Any]:
        kind, place = MODEL, self.place
        if place:
            stem = Path(place.file).name.removesuffix(".yaml")
            kind = DEFAULTS if stem == DEFAULTS else "outputs" if stem.endswith(".outputs") else "environment"
        said = {"file": place.file, "line": place.line, "column": place.column} if place else {}
        return {"key": self.leaf.key, "value": self.leaf.value, "from": kind, **said}


def rows(folder: Path, name: str) -> list[Row]:
    """Every key of an environment; raises EnvironmentInvalid."""
    env = load(folder, name, pending=True)
    tree = inherit_gateway_defaults(merged(folder, name, pending=True)[0])
    found = ((leaf, find(tree, leaf.path)) for leaf in leaves(env))
    return [Row(leaf, node.place if node else None) for leaf, node in found]


def as_yaml(found: Sequence[Row]) -> str:
    """The rows as YAML, which an environment file may hold as it is, with the origins as comments at the right."""
    lines = list(_lines(found))
    column = min(max((len(text) for text, origin in lines if origin), default=0), WIDTH)
    return "".join(f"{text:<{column}}  # {origin}\n" if origin else f"{text}\n" for text, origin in lines)


def _lines(found: Iterable[Row]) -> Iterator[tuple[str, str]]:
    above: tuple[str, ...] = ()
    for row in found:
        path = row.leaf.path
        shared = next(
            (i for i, (a, b) in enumerate(zip(above, path, strict=False)) if a != b), min(len(above), len(path))
        )
        for depth in range(shared, len(path) - 1):
            yield f"{'  ' * depth}{_key(path[depth])}:", ""
        above, indent = path, "  " * (len(path) - 1)
        head, *rest = value_lines(path[-1], row.leaf.value)
        yield f"{indent}{head}", row.origin
        yield from ((f"{indent}{line}", "") for line in rest)


def value_lines(key: str, value: Any) -> list[str]:
    """A key and its value in YAML, a list on one line where it fits."""
    if isinstance(value, list) and value and not any(isinstance(item, (list, dict)) for item in value):
        items = [emit({"k": item}).removeprefix("k: ").rstrip("\n") for item in value]
        line = f"{_key(key)}: [{', '.join(items)}]"
        if len(line) <= WIDTH and not any("," in item and not item.startswith('"') for item in items):
            return [line]
    return emit({key: value}).rstrip("\n").split("\n")


def _key(name: str) -> str:
    return emit({name: None}).removesuffix(": null\n")
