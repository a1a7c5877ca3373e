"""Declared functions as overloads of the engine, Google's cel-cpp.

There every type of Kubernetes' own is a protobuf message with one text. While an expression runs, the engine tells
overloads apart by kind alone, and all messages are of one kind; so functions of one name and shape are folded into one
overload that looks at its arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

from cel_expr_python import cel  # type: ignore[import-untyped]

from generator.check.admission.cel.declaration import Function, Opaque, Type
from generator.check.admission.cel.messages import message_class, pool
from generator.check.admission.cel.schema import KUBERNETES, NET

_SCALARS = {
    "bool": cel.Type.BOOL,
    "bytes": cel.Type.BYTES,
    "double": cel.Type.DOUBLE,
    "dyn": cel.Type.DYN,
    "int": cel.Type.INT,
    "string": cel.Type.STRING,
    "uint": cel.Type.UINT,
}


@cache
def _messages() -> Any:
    return pool(KUBERNETES, NET)


@cache
def _box(name: str) -> Any:
    return message_class(_messages(), name)


@lru_cache(maxsize=4096)
def _boxed(name: str, text: str) -> Any:
    """A message that is shared: nothing writes to it."""
    return _box(name)(text=text)


def environment(libraries: str, variables: Mapping[str, Type], functions: Sequence[Function], running: bool) -> Any:
    """An environment of the engine; one that is not running has the exact types, for checks."""
    declarations = [
        cel.FunctionDecl(name, _folded(group) if running else [_overload(each, each.result, None) for each in group])
        for name, group in _grouped(functions, lambda each: each.name)
    ]
    return cel.NewEnv(
        descriptor_pool=_messages(),
        config=cel.NewEnvConfigFromYaml(libraries),
        variables={name: _type(kind) for name, kind in variables.items()},
        extensions=[cel.CelExtension("kubernetes", declarations)],
    )


def _grouped(functions: Sequence[Function], key: Callable[[Function], Any]) -> list[tuple[Any, list[Function]]]:
    return [(value, list(group)) for value, group in groupby(sorted(functions, key=key), key=key)]


def _shape(function: Function) -> tuple[Any, ...]:
    return function.member, *map(_kind, function.parameters)


def _kind(parameter: Type) -> str:
    return "message" if isinstance(parameter, Opaque) else parameter.partition("(")[0]


def _folded(functions: Sequence[Function]) -> list[Any]:
    """One overload for all that the engine cannot tell apart while it runs."""
    return [
        _overload(alike[0], alike[0].result if len({each.result for each in alike}) == 1 else "dyn", _calling(alike))
        for _, alike in _grouped(functions, _shape)
    ]


def _overload(function: Function, result: Type, implementation: Callable[..., Any] | None) -> Any:
    return cel.Overload(
        function.overload,
        return_type=_type(result),
        parameters=[_type(parameter) for parameter in function.parameters],
        is_member=function.member,
        impl=implementation,
    )


def _type(name: Type) -> Any:
    if isinstance(name, Opaque):
        return cel.Type(name.name)
    if name in _SCALARS:
        return _SCALARS[name]
    outer, _, inner = name.removesuffix(")").partition("(")
    if outer == "list":
        return cel.Type.List(_type(inner))
    if outer == "map":
        key, _, value = inner.partition(", ")
        return cel.Type.Map(_type(key), _type(value))
    return cel.Type(name)


def _calling(alike: list[Function]) -> Callable[..., Any]:
    """Calls the function whose own types are those of the arguments."""
    calls = [(_positions(function), _unboxing(function)) for function in alike]
    if len(calls) == 1 or not calls[0][0]:
        return calls[0][1]

    def call(*arguments: Any) -> Any:
        for expected, function in calls:
            if all(arguments[index].DESCRIPTOR.full_name == name for index, name in expected):
                return function(*arguments)
        raise TypeError("no such overload")

    return call


def _positions(function: Function) -> list[tuple[int, str]]:
    """Where a function expects a value of Kubernetes' own, and of which type."""
    return [(index, each.name) for index, each in enumerate(function.parameters) if isinstance(each, Opaque)]


def _unboxing(function: Function) -> Callable[..., Any]:
    decoders = [each.decode if isinstance(each, Opaque) else None for each in function.parameters]
    implementation, result = function.implementation, function.result

    def call(*arguments: Any) -> Any:
        pairs = zip(decoders, arguments, strict=True)
        value = implementation(*[decode(given.text) if decode else given for decode, given in pairs])
        return _boxed(result.name, result.encode(value)) if isinstance(result, Opaque) else value

    return call
