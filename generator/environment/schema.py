"""The model as JSON Schema (editor completion) and as the reference page: one source, two readers."""

import ast
import dataclasses
import inspect
import json
import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from .convert import bare, keys_of
from .fields import Match, Range, Size
from .model import SECTIONS

SCHEMA_PATH = "environments/schema.json"
REFERENCE_PATH = "docs/environment.md"


def files() -> dict[str, str]:
    """Both generated files, by path."""
    import jinja2  # 70 ms that only this command pays

    template = Path(__file__).parent.joinpath("reference.md.j2").read_text("utf-8")
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(template).render(sections=list(sections())).rstrip() + "\n"
    return {SCHEMA_PATH: json.dumps(schema(), indent=2, ensure_ascii=False) + "\n", REFERENCE_PATH: page}


def schema() -> dict[str, Any]:
    """JSON Schema of an environment file: nothing is required, for every file is merged over the defaults."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Environment of the OpenClaw gateway on Amazon EKS",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _described(spec, _class_docs(spec.type)) for key, spec in SECTIONS.items()},
    }


def _described(spec: "dataclasses.Field[Any]", text: str) -> dict[str, Any]:
    return _type(spec.type) | ({"description": text} if text else {})


def _type(kind: Any) -> dict[str, Any]:
    constraints: tuple[Any, ...] = ()
    if get_origin(kind) is Annotated:
        kind, *rest = get_args(kind)
        constraints = tuple(rest)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        inner = _type(next(option for option in arguments if option is not type(None)))
        return {"anyOf": [inner, {"type": "null"}]}
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        texts = field_docs(kind)
        properties = {
            key: _described(spec, texts.get(spec.name, "") or _class_docs(spec.type))
            for key, spec in keys_of(kind).items()
        }
        return {"type": "object", "additionalProperties": False, "properties": properties}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        return {"type": "array", "items": _type(arguments[0])} | _constraints(constraints, "minItems")
    if origin is Mapping:
        entry = {"anyOf": [_type(arguments[1]), {"type": "null"}]}
        return {"type": "object", "additionalProperties": entry, "propertyNames": _type(arguments[0])}
    names = {str: "string", int: "integer", float: "number", bool: "boolean"}
    return {"type": names[kind]} | _constraints(constraints, "")


def _constraints(constraints: tuple[Any, ...], size: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in constraints:
        if isinstance(one, Match):
            found |= {"pattern": f"^({one.pattern})$", "maxLength": one.maximum}
        elif isinstance(one, Range):
            found |= {"minimum": one.minimum, "maximum": one.maximum}
        elif isinstance(one, Size):
            found |= {size: one.minimum}
    return found


@cache
def field_docs(kind: type) -> dict[str, str]:
    """The docstrings below the fields of a dataclass, by field name."""
    tree = ast.parse(inspect.getsource(sys.modules[kind.__module__]))
    body = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind.__name__).body
    return {
        before.target.id: inspect.cleandoc(after.value.value)
        for before, after in pairwise(body)
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name)
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str)
    }


def _class_docs(kind: Any) -> str:
    """The docstring of a section's class, or of what a map or list of sections holds."""
    inner = _section_of(kind)
    return inspect.cleandoc(inner.__doc__ or "") if inner else ""


def _section_of(kind: Any) -> Any:
    """The dataclass in a type: itself, an optional one, a map's value, a list's item."""
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return kind
    for inner in get_args(kind):
        if found := _section_of(inner):
            return found
    return None


@dataclasses.dataclass(frozen=True)
class Row:
    """A key in the reference page."""

    key: str
    accepts: str
    required: bool
    text: str


@dataclasses.dataclass(frozen=True)
class Page:
    """A top-level section in the reference page."""

    name: str
    text: str
    rows: list[Row]


def sections() -> Iterator[Page]:
    from .model import Environment

    texts = field_docs(Environment)
    for key, spec in SECTIONS.items():
        prefix = "<name>." if _is_map(spec.type) else ""
        yield Page(key, _class_docs(spec.type) or texts.get(spec.name, ""), list(_rows(spec.type, prefix)))


def _rows(kind: Any, prefix: str) -> Iterator[Row]:
    section = _section_of(kind)
    texts = field_docs(section)
    for key, spec in keys_of(section).items():
        inner = _section_of(spec.type)
        text = texts.get(spec.name, "") or (inspect.cleandoc(inner.__doc__ or "") if inner else "")
        required = spec.default is MISSING and spec.default_factory is MISSING
        yield Row(f"{prefix}{key}", accepts(spec.type), required, " ".join(text.split()))
        if inner:
            step = ".<name>." if _is_map(spec.type) else "[]." if _is_list(spec.type) else "."
            yield from _rows(spec.type, f"{prefix}{key}{step}")


def _is_map(kind: Any) -> bool:
    return get_origin(bare(kind)) is Mapping


def _is_list(kind: Any) -> bool:
    return get_origin(bare(kind)) is tuple


def accepts(kind: Any) -> str:
    """What a key accepts, in words."""
    if get_origin(kind) in (Union, types.UnionType):
        return accepts(next(option for option in get_args(kind) if option is not type(None)))
    if get_origin(kind) is Annotated:
        inner, *constraints = get_args(kind)
        for one in constraints:
            if isinstance(one, Match):
                return one.meaning
            if isinstance(one, Range):
                return f"{one.minimum:g} to {one.maximum:g} {one.unit}".strip()
        return accepts(inner)
    if get_origin(kind) is Literal:
        return ", ".join(f"`{option}`" for option in get_args(kind))
    if get_origin(kind) is tuple:
        return "a list" if _section_of(kind) else f"a list: {accepts(get_args(kind)[0])}"
    if get_origin(kind) is Mapping:
        return "a mapping of names"
    if dataclasses.is_dataclass(kind):
        return "a mapping"
    return {bool: "`true`, `false`", str: "text", int: "a whole number", float: "a number"}[kind]
