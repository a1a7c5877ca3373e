"""int(), uint(), double() and bool() of texts and of dynamic values, as strict as the server's.

The engine's own take blanks around a number and the boolean true as 1, so checked expressions call these instead.
"""

from __future__ import annotations

import re
from math import isfinite, trunc
from typing import Any

from generator.check.admission.cel.declaration import Function

_INTEGER = re.compile(r"[-+]?[0-9]+", re.ASCII)
_DOUBLE = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_BOOLEANS = dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True) | dict.fromkeys(
    ("0", "f", "F", "false", "FALSE", "False"), False
)


def _refused(value: Any) -> ValueError:
    return ValueError(f"type conversion error: {value!r}")


def _whole(value: Any, signed: bool) -> int:
    if isinstance(value, float) and isfinite(value):
        low, high = (-(2**63), 2**63) if signed else (-1, 2**64)
        # Doubles at the ends of the range round to what no longer fits.
        if not low < value < high or (not signed and value < 0):
            raise _refused(value)
        return trunc(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value) and (signed or value[0] not in "-+"):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _refused(value)
    low, high = (-(2**63), 2**63) if signed else (0, 2**64)
    if not low <= value < high:
        raise _refused(value)
    return value


def to_int(value: Any) -> int:
    return _whole(value, signed=True)


def to_uint(value: Any) -> int:
    return _whole(value, signed=False)


def to_double(value: Any) -> float:
    if isinstance(value, str) and _DOUBLE.fullmatch(value) and isfinite(float(value)):
        return float(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise _refused(value)


def to_bool(value: Any) -> bool:
    if isinstance(value, str) and value in _BOOLEANS:
        return _BOOLEANS[value]
    if isinstance(value, bool):
        return value
    raise _refused(value)


RENAMED = {name: f"kubernetes.{name}" for name in ("int", "uint", "double", "bool")}
"""What a conversion of a text or of a dynamic value is called once it has been checked, and its overload too."""

FUNCTIONS = tuple(
    Function(RENAMED[kind], RENAMED[kind], ("dyn",), kind, implementation)
    for kind, implementation in (("int", to_int), ("uint", to_uint), ("double", to_double), ("bool", to_bool))
)
