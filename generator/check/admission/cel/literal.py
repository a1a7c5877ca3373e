"""Constants in an expression that the server checks when a policy is made, not when it runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from generator.check.admission.cel.environment import CompileError, activation, check, program
from generator.check.admission.cel.tree import Node

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z", re.ASCII)
_DURATION = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?(?:h|m|s|ms|us|ns))+", re.ASCII)
_MAX_HOURS = 2_500_000
"""Durations are counted in nanoseconds of 64 bits: 292 years."""

_KEYS = ("bool", "int", "string", "uint")


def flaw(function: str, argument: Node) -> str:
    """Why a conversion of a constant fails on the server, or is not the same here; empty if it works."""
    value = argument.value
    fine = False
    if argument.type == "string":
        text = str(value or "")
        if function == "timestamp":
            fine = _is_time(text)
        elif function == "duration":
            fine = _is_duration(text)
        else:
            fine = _runs(f"{function}({json.dumps(text, ensure_ascii=False)})")
    elif argument.type in ("bool", "double", "int") and function != "timestamp":
        fine = _runs(f"{function}({json.dumps(value)})")
    elif argument.type == "uint":
        fine = _runs(f"{function}({value}u)")
    elif argument.type == "bytes" and function == "string":
        fine = _is_text(value or b"")
    return "" if fine else f"{function}() of a constant that is not one: {value!r}"


def _is_time(text: str) -> bool:
    try:
        return bool(_TIME.fullmatch(text)) and datetime.fromisoformat(text).year > 1
    except ValueError:
        return False


def _is_duration(text: str) -> bool:
    hours = sum(float(part) for part in re.findall(r"([0-9.]+)h", text)) if _DURATION.fullmatch(text) else _MAX_HOURS
    return hours < _MAX_HOURS and not re.search(r"[0-9]{9}", text)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _runs(expression: str) -> bool:
    try:
        result = program(check(expression, params=False)).eval(activation({}))
    except CompileError:
        return False
    return bool(result.type().name() != "ERROR")


def keys(given: Sequence[Node]) -> Iterator[str]:
    """The keys of a map that is written out: the server keeps the last of two that are equal."""
    constants = [(key.type, key.value) for key in given if key.kind == "literal"]
    for key in given:
        if key.type not in (*_KEYS, "dyn"):
            yield f"a map with a key of type {key.type}"
    if len(given) > 1 and (len(constants) < len(given) or len({*constants}) < len(constants)):
        yield "a map whose keys are not all written out and different"
