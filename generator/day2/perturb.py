"""Other values that a key could have, to see what follows: near ones first, then those of other environments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

from generator.environment.convert import bare
from generator.environment.fields import Match, Range
from generator.environment.nodes import Tree, parse


def others(kind: Any, value: Any, elsewhere: Sequence[Any]) -> Iterator[Any]:
    """Values of the type that differ from the one at hand; whether each is right here is for the model to say."""
    seen = [value]
    for one in (*_near(kind, value), *elsewhere, *_examples(kind)):
        if one not in seen:
            seen.append(one)
            yield one
    if value is not None and optional(kind):
        yield None


def optional(kind: Any) -> bool:
    """Whether a key may be left out by `null`."""
    return any(one is type(None) for one in get_args(kind))


def node(value: Any) -> Tree:
    """A value as a node of an environment file."""
    return parse(json.dumps({"k": value}, ensure_ascii=False), "").entries["k"]


def _constraints(kind: Any) -> tuple[Any, ...]:
    while get_origin(kind) is not Annotated and any(one is type(None) for one in get_args(kind)):
        kind = next(one for one in get_args(kind) if one is not type(None))
    return get_args(kind)[1:] if get_origin(kind) is Annotated else ()


def _near(kind: Any, value: Any) -> Iterator[Any]:
    plain = bare(kind)
    if get_origin(plain) is Literal:
        yield from get_args(plain)
    elif plain is bool:
        yield not value
    elif value is None:
        return
    elif plain is int:
        yield from (value + 1, value - 1, value * 2)
    elif plain is float:
        yield from (round(value * 1.1, 6), round(value * 0.9, 6), value + 1)
    elif plain is str:
        yield from _words(value)
    elif get_origin(plain) is tuple and value:
        yield value[:-1]
        if isinstance(value[-1], str):
            item = get_args(plain)[0]
            yield from ([*value, one] for one in (*_near(item, value[-1]), *_examples(item)) if one not in value)
    elif get_origin(plain) is Mapping and value:
        yield dict(list(value.items())[:-1])


def _words(text: str) -> Iterator[str]:
    """The text with its last number one higher, and with a letter more: a name, a version, an address, a size."""
    if found := list(re.finditer(r"\d+", text)):
        first, last = found[0], found[-1]
        yield f"{text[: last.start()]}{int(last[0]) + 1:0{len(last[0])}d}{text[last.end() :]}"
        yield f"{text[: first.start()]}{int(first[0]) + 1:0{len(first[0])}d}{text[first.end() :]}"
    yield f"{text}x"


def _examples(kind: Any) -> Iterator[Any]:
    """What the words about a type name as an example, the ends of its range, and the shortest list of it."""
    plain = bare(kind)
    for one in _constraints(kind):
        if isinstance(one, Match) and (found := re.search(r"e\.g\. '?([^',]*[^',. ])", one.meaning)):
            yield from (found[1], found[1].split(" or ")[0])
        if isinstance(one, Range):
            yield from (plain(one.minimum), plain(one.maximum))
    if plain is str:
        yield from ("example", "host.example.com", "https://host.example.com", f"sha256:{'0' * 64}")
    elif get_origin(plain) is tuple:
        yield from ([one] for one in _near(get_args(plain)[0], None))
        yield from ([one] for one in _examples(get_args(plain)[0]))
