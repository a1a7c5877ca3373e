"""What does not fit a structure, in words: the field, what it holds, what it should hold."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.environment.spelling import did_you_mean

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

_NOUNS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "an integer",
    "number": "a number",
    "object": "a map",
    "string": "a string",
}
_FORMATS = {
    "byte": ("is not base64", "encode it, or use the field that takes plain text"),
    "cidr": ("is not an address range", "write address and prefix length, as 10.0.0.0/16"),
    "date-time": ("is not a time", "write it as 2026-01-31T12:00:00Z"),
}
_BOUNDS = {
    "exclusiveMaximum": "{value} is not below {limit}",
    "exclusiveMinimum": "{value} is not above {limit}",
    "maximum": "{value} is above the maximum of {limit}",
    "minimum": "{value} is below the minimum of {limit}",
    "maxItems": "{size} items, at most {limit} allowed",
    "minItems": "{size} items, at least {limit} needed",
    "maxLength": "{size} characters, at most {limit} allowed",
    "minLength": "{size} characters, at least {limit} needed",
    "maxProperties": "{size} keys, at most {limit} allowed",
    "minProperties": "{size} keys, at least {limit} needed",
}


@dataclass(frozen=True)
class Violation:
    """A value that does not fit: where it is in the object, what is wrong, what to do."""

    path: tuple[str | int, ...]
    message: str
    fix: str = ""


def phrased(error: "ValidationError", schema: dict[str, Any]) -> Iterator[Violation]:
    """An error of the validator in words that name the field, what it holds and what it should hold."""
    path, found = tuple(error.instance_path), error.instance
    keyword, detail = error.kind.name, error.kind.as_dict()
    parent: Any = schema
    for step in error.schema_path[:-1]:
        parent = parent[step]
    if keyword == "additionalProperties":
        yield from (_unexpected(path, name, parent.get("properties", ())) for name in detail["unexpected"])
    elif keyword == "required":
        yield missing(path, detail["property"])
    elif keyword == "type":
        yield mistyped(path, detail["types"], found)
    elif keyword == "enum":
        options = [option for option in detail["options"] if option is not None]
        listed = ", ".join(option or '""' for option in options)
        yield Violation(path, f"{_shown(found)} is not one of {listed}", did_you_mean(str(found), options))
    elif keyword == "pattern":
        yield Violation(path, f"{_shown(found)} does not match {detail['pattern']}")
    elif keyword == "format":
        flaw, fix = _FORMATS[detail["format"]]
        # What should be base64 may be a secret in plain text: it is not repeated.
        yield Violation(path, f"{'the value' if detail['format'] == 'byte' else _shown(found)} {flaw}", fix)
    elif keyword in _BOUNDS:
        size = len(found) if isinstance(found, str | list | dict) else 0
        yield Violation(path, _BOUNDS[keyword].format(value=found, size=size, limit=detail["limit"]))
    elif keyword in ("anyOf", "oneOf") and all("required" in branch for branch in parent[keyword]):
        choices = ", ".join(" with ".join(f"«{key}»" for key in branch["required"]) for branch in parent[keyword])
        yield Violation(path, f"needs {'at least' if keyword == 'anyOf' else 'exactly'} one of {choices}")
    else:
        yield Violation(path, error.message)


def _unexpected(path: tuple[str | int, ...], name: str, known: Iterable[str]) -> Violation:
    names = sorted(known)
    fix = did_you_mean(name, names)
    if not fix and len(names) <= 10:
        fix = f"known here: {', '.join(names)}" if names else "this map takes no fields"
    return Violation((*path, name), f"unknown field «{name}»", fix)


def missing(path: tuple[str | int, ...], key: str) -> Violation:
    return Violation(path, f"required key «{key}» is missing")


def mistyped(path: tuple[str | int, ...], types: list[str], found: Any) -> Violation:
    expected = " or ".join(_NOUNS[name] for name in types if name != "null")
    fix = ""
    if "string" in types and isinstance(found, bool | int | float):
        fix = f'quote it: "{json.dumps(found)}"'
    elif isinstance(found, str) and re.fullmatch(r"-?[0-9]+|true|false", found):
        fix = f"write {found} without quotes"
    return Violation(path, f"expected {expected}, found {_described(found)}", fix)


def _described(value: Any) -> str:
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return f"the boolean {json.dumps(value)}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the string {_shown(value)}"
    return "a list" if isinstance(value, list) else "a map"


def _shown(value: Any) -> str:
    text = str(value)
    return f"«{text}»" if len(text) <= 60 else f"«{text[:57]}...»"


def foreign(value: Any, path: tuple[str | int, ...]) -> Iterator[Violation]:
    """What YAML can say and a Kubernetes object cannot: keys that are not strings, dates, binary values."""
    if isinstance(value, dict):
        for key, child in value.items():
            if isinstance(key, str):
                yield from foreign(child, (*path, key))
            else:
                yield Violation(path, f"the key {key!r} is not a string", f"quote it: {json.dumps(str(key))}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from foreign(child, (*path, index))
    elif not isinstance(value, str | int | float | None):
        yield Violation(path, f"a {type(value).__name__} is not a value of a Kubernetes object", "quote it")
