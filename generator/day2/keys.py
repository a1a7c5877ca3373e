"""The keys of an environment: each leaf by its path, by the name that the reference page gives it, and by its type."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from generator.environment.convert import bare, keys_of
from generator.environment.model import SECTIONS, Environment
from generator.environment.problem import dotted
from generator.environment.spelling import did_you_mean

ANY = "<name>"
"""Stands for any name of a mapping, as in docs/environment.md."""
Keys = tuple[str, ...]


@dataclass(frozen=True)
class Leaf:
    """A key without keys below it: a value, a list, a mapping without entries, or a section that is left out."""

    path: Keys
    pattern: Keys
    """The path with `<name>` for names that users choose."""
    kind: Any
    """Its type, with constraints and with `| None`."""
    value: Any
    """As YAML and JSON have it."""

    @property
    def key(self) -> str:
        return dotted(self.path)


def leaves(env: Environment) -> Iterator[Leaf]:
    """Every leaf of an environment, in the order of the model."""
    for key, spec in SECTIONS.items():
        yield from _leaves(getattr(env, spec.name), spec.type, (key,), (key,))


def _leaves(value: Any, kind: Any, path: Keys, pattern: Keys) -> Iterator[Leaf]:
    inner = bare(kind)
    if is_section(inner) and value is not None:
        for key, spec in keys_of(inner).items():
            yield from _leaves(getattr(value, spec.name), spec.type, (*path, key), (*pattern, key))
    elif get_origin(inner) is Mapping and value:
        for name, item in value.items():
            yield from _leaves(item, get_args(inner)[1], (*path, name), (*pattern, ANY))
    else:
        yield Leaf(path, pattern, kind, plain(value))


def patterns() -> Iterator[Keys]:
    """Every leaf that an environment may have, and every section and mapping that it may leave out or empty."""
    for key, spec in SECTIONS.items():
        yield from _patterns(spec.type, (key,))


def _patterns(kind: Any, pattern: Keys) -> Iterator[Keys]:
    inner = bare(kind)
    if is_section(inner):
        if inner is not kind:
            yield pattern
        for key, spec in keys_of(inner).items():
            yield from _patterns(spec.type, (*pattern, key))
    elif get_origin(inner) is Mapping:
        yield pattern
        yield from _patterns(get_args(inner)[1], (*pattern, ANY))
    else:
        yield pattern


def order(path: Keys) -> Sequence[str]:
    """The keys of the section at a path as the model orders them; none where users choose the names."""
    if not path:
        return tuple(SECTIONS)
    kind: Any = SECTIONS[path[0]].type
    for key in path[1:]:
        inner = bare(kind)
        kind = get_args(inner)[1] if get_origin(inner) is Mapping else keys_of(inner)[key].type
    inner = bare(kind)
    return tuple(keys_of(inner)) if is_section(inner) else ()


def is_section(kind: Any) -> bool:
    """Whether a type, or a value, is a section of the model."""
    return dataclasses.is_dataclass(kind)


def plain(value: Any) -> Any:
    """A value of the model as YAML and JSON have it; what is left out of a section stays out."""
    if is_section(value):
        kind: Any = type(value)
        kept = {key: plain(getattr(value, spec.name)) for key, spec in keys_of(kind).items()}
        return {key: item for key, item in kept.items() if item is not None}
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def values_of(env: Environment) -> dict[str, Any]:
    """An environment as YAML and JSON have it."""
    return {key: plain(getattr(env, spec.name)) for key, spec in SECTIONS.items()}


def at(values: Any, path: Keys) -> Any:
    """The value at a path; None where there is none."""
    for key in path:
        values = values.get(key) if isinstance(values, dict) else None
    return values


def below(found: Iterable[Leaf], key: str) -> list[Leaf]:
    """The leaves that a key names: itself, or all below it."""
    return [leaf for leaf in found if names_it(key, leaf.path, leaf.pattern)]


def names_it(key: str, path: Keys, pattern: Keys) -> bool:
    """Whether a key as users write it names a path, or what is above it; `<name>` in it stands for every name."""
    depths = range(1, len(path) + 1)
    return any(key in (dotted(path[:depth]), dotted(pattern[:depth])) for depth in depths)


def proposal(key: str, found: Iterable[Leaf]) -> str:
    """What was probably meant by a key that there is none of."""
    known = {dotted(leaf.path[:depth]) for leaf in found for depth in range(1, len(leaf.path) + 1)}
    section = key.partition(".")[0]
    if section in SECTIONS:
        inner = sorted({one for one in known if one.count(".") == 1 and one.startswith(f"{section}.")})
        return did_you_mean(key, known) or f"its keys are {', '.join(one.partition('.')[2] for one in inner)}"
    return did_you_mean(key, known) or f"the sections are {', '.join(SECTIONS)}"
