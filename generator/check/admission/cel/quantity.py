"""Quantities such as `500m` and `1Gi`, as the API server reads, compares and adds them.

The server keeps a quantity as an integer of 64 bits with a decimal exponent while it can, else as a decimal number
with nine places, rounded up. Both forms compare alike, but only the first converts to an integer: 0.5Ki, 1.0 and 1Pi
do not.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from generator.check.admission.cel.declaration import Function, Opaque

_MAX = 2**63 - 1
_NANO = -9
_DIGITS = 18
"""Decimal digits that always fit an integer of 64 bits."""

_MAX_SHIFT = 10_000
"""Decimal places that are not computed with: no real quantity comes near, and the server would hang."""

_FORM = re.compile(r"([+-]?)(0*)([0-9]*)(\.?)([0-9]*)([eEinumkKMGTP]*[-+]?[0-9]*)", re.ASCII)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


class Quantity(NamedTuple):
    """`unscaled` times ten to the power of `exponent`; `integral` tells the form of 64 bits."""

    unscaled: int
    exponent: int
    integral: bool

    def number(self) -> Decimal:
        return Decimal(f"{self.unscaled}e{self.exponent}")


@lru_cache(maxsize=4096)
def parse(text: str) -> Quantity:
    """Raises ValueError for a text that the API server refuses."""
    form = _FORM.fullmatch(text)
    if not text or form is None:
        raise ValueError(f"not a quantity: {text!r}")
    sign, zeros, number, point, places, suffix = form.groups()
    if not (number or point or suffix):
        return Quantity(0, 0, True)
    number = number or "0"
    sense = -1 if sign == "-" else 1
    binary = suffix in _BINARY
    exponent = _BINARY[suffix] if binary else _decimal_exponent(suffix)
    if binary:
        fast = not places and 15 - len(number) - exponent * 3 // 10 - 1 >= 0
        factor, scale = 2**exponent, 0
    else:
        fast = _DIGITS - len(number) - len(places) >= 0
        factor, scale = 1, exponent - len(places)
    value = int(number + places) * factor
    if fast and scale >= _NANO and value <= _MAX:
        return Quantity(sense * value, scale, True)
    if not (zeros or form[3] or places):
        raise ValueError(f"a quantity without a number: {text!r}")
    unscaled, exponent = _rounded(value, -len(places) if binary else scale)
    if binary and Decimal(f"{unscaled}e{exponent}") > _MAX:
        unscaled, exponent = _MAX, 0
    return Quantity(sense * unscaled, exponent, False)


def _decimal_exponent(suffix: str) -> int:
    if suffix in _DECIMAL:
        return _DECIMAL[suffix]
    power = re.fullmatch(r"[eE]([-+]?[0-9]+)", suffix)
    if power is None or not -_MAX - 1 <= int(power[1]) <= _MAX:
        raise ValueError(f"not a suffix of a quantity: {suffix!r}")
    return (int(power[1]) + 2**31) % 2**32 - 2**31  # the server cuts the exponent to 32 bits


def _rounded(unscaled: int, exponent: int) -> tuple[int, int]:
    """Nine decimal places, away from zero."""
    if unscaled == 0:
        return 0, exponent
    if exponent > _MAX_SHIFT:
        raise ValueError("the quantity is too large")
    if exponent >= _NANO:
        return unscaled * 10 ** (exponent - _NANO), _NANO
    return -(-unscaled // 10 ** min(_NANO - exponent, len(str(unscaled)))), _NANO


def add(one: Quantity, other: Quantity) -> Quantity:
    if one.integral and other.integral:
        if other.unscaled == 0:
            return one
        if one.unscaled == 0:
            return other
    exponent = min(one.exponent, other.exponent)
    if max(one.exponent, other.exponent) - exponent > _MAX_SHIFT:
        raise ValueError("the quantities are too far apart to be added")
    parts = [value.unscaled * 10 ** (value.exponent - exponent) for value in (one, other)]
    integral = one.integral and other.integral and all(abs(part) <= _MAX for part in (*parts, sum(parts)))
    return Quantity(sum(parts), exponent, integral)


def subtract(one: Quantity, other: Quantity) -> Quantity:
    return add(one, other._replace(unscaled=-other.unscaled))


def compare(one: Quantity, other: Quantity) -> int:
    if one.exponent == other.exponent:
        return (one.unscaled > other.unscaled) - (one.unscaled < other.unscaled)
    a, b = one.number(), other.number()
    return (a > b) - (a < b)


def integer(value: Quantity) -> int:
    """Raises ValueError where the server says «cannot convert value to integer»."""
    whole: int = value.unscaled * 10 ** min(max(value.exponent, 0), _DIGITS + 1)
    if not value.integral or value.exponent < 0 or abs(whole) > _MAX:
        raise ValueError("cannot convert value to integer")
    return whole


def is_integer(value: Quantity) -> bool:
    try:
        integer(value)
    except ValueError:
        return False
    return True


def is_quantity(text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def approximate(value: Quantity) -> float:
    return float(value.unscaled) * float(f"1e{value.exponent}")


def _encode(value: Quantity) -> str:
    return f"{value.unscaled} {value.exponent} {int(value.integral)}"


@lru_cache(maxsize=4096)
def _decode(text: str) -> Quantity:
    unscaled, exponent, integral = map(int, text.split(" "))
    return Quantity(unscaled, exponent, bool(integral))


QUANTITY = Opaque("kubernetes.Quantity", _encode, _decode, equality=False)
_ONE, _TWO = (QUANTITY,), (QUANTITY, QUANTITY)

FUNCTIONS = (
    Function("quantity", "string_to_quantity", ("string",), QUANTITY, parse),
    Function("isQuantity", "is_quantity_string", ("string",), "bool", is_quantity),
    Function("sign", "quantity_sign", _ONE, "int", lambda q: (q.unscaled > 0) - (q.unscaled < 0)),
    Function("isGreaterThan", "quantity_is_greater_than", _TWO, "bool", lambda a, b: compare(a, b) > 0, member=True),
    Function("isLessThan", "quantity_is_less_than", _TWO, "bool", lambda a, b: compare(a, b) < 0, member=True),
    Function("compareTo", "quantity_compare_to", _TWO, "int", compare, member=True),
    Function("asApproximateFloat", "quantity_get_float", _ONE, "double", approximate, member=True),
    Function("asInteger", "quantity_get_int", _ONE, "int", integer, member=True),
    Function("isInteger", "quantity_is_integer", _ONE, "bool", is_integer, member=True),
    Function("add", "quantity_add", _TWO, QUANTITY, add, member=True),
    Function(
        "add", "quantity_add_int", (QUANTITY, "int"), QUANTITY, lambda q, n: add(q, Quantity(n, 0, True)), member=True
    ),
    Function("sub", "quantity_sub", _TWO, QUANTITY, subtract, member=True),
    Function(
        "sub",
        "quantity_sub_int",
        (QUANTITY, "int"),
        QUANTITY,
        lambda q, n: subtract(q, Quantity(n, 0, True)),
        member=True,
    ),
)
