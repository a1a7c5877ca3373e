"""format(): the verbs %s, %d, %f, %b, %o, %x and %X on texts, numbers, booleans, null, lists and maps.

%e is left out: there the server writes a power of ten with superscript digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from math import isinf, isnan
from typing import Any

_CLAUSE = re.compile(r"%(?:(%)|(?:\.([0-9]+))?([sdfboxX]))", re.ASCII)
_MAX_PRECISION = 100
_PRECISION = 6
_ESCAPES = {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"}
_ESCAPES |= {'"': r"\"", "\\": r"\\"}


def verbs(template: str) -> list[str]:
    """The verbs of a template, in order. Raises ValueError for one that is not known here."""
    return [verb for _, _, verb in _clauses(template) if verb]


def formatted(template: str, arguments: list[Any]) -> str:
    """Raises ValueError for a missing argument and for one that its verb does not take."""
    parts: list[str] = []
    rest = iter(arguments)
    for literal, precision, verb in _clauses(template):
        parts.append(literal)
        if verb:
            try:
                parts.append(_VERBS[verb](next(rest), precision))
            except StopIteration:
                raise ValueError("format() has too few arguments") from None
    return "".join(parts)


def _clauses(template: str) -> Iterator[tuple[str, int, str]]:
    """Pieces of plain text, each with the precision and the verb behind it, if any."""
    position = 0
    while (start := template.find("%", position)) >= 0:
        clause = _CLAUSE.match(template, start)
        if clause is None or (clause[2] and (clause[3] != "f" or int(clause[2]) > _MAX_PRECISION)):
            raise ValueError(f"not a verb of format(): {template[start : start + 3]!r}")
        yield template[position:start] + (clause[1] or ""), int(clause[2] or _PRECISION), clause[3] or ""
        position = clause.end()
    yield template[position:], 0, ""


def general(value: float) -> str:
    """A number as Go's %g writes it: the shortest digits that read back the same."""
    if isnan(value):
        return "NaN"
    if isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text, minus = "".join(map(str, digits)), "-" if sign else ""
    point = len(text) + int(exponent)
    if value and not -4 < point <= 6:
        fraction = f".{text[1:]}" if len(text) > 1 else ""
        return f"{minus}{text[0]}{fraction}e{point - 1:+03}"
    if point <= 0:
        return f"{minus}0.{'0' * -point}{text}"
    return f"{minus}{text[:point].ljust(point, '0')}{'.' if text[point:] else ''}{text[point:]}"


def _string(value: Any, _: int) -> str:
    if isinstance(value, bool | None):
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, float):
        return general(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_nested, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(sorted(f'{_nested(key)}:{_nested(child)}' for key, child in value.items()))}}}"
    if isinstance(value, str | int):
        return str(value)
    raise _misfit(value)


def _nested(value: Any) -> str:
    """A value inside a list or a map: texts in quotes, numbers with six places."""
    if isinstance(value, str):
        return '"' + "".join(map(_escaped, value)) + '"'
    if isinstance(value, float):
        return f"{value:.{_PRECISION}f}" if not (isnan(value) or isinf(value)) else f'"{general(value)}"'
    return _string(value, 0)


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if character.isprintable():
        return character
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _integer(base: str) -> Callable[[Any, int], str]:
    def write(value: Any, _: int) -> str:
        if isinstance(value, int) and (base == "b" or not isinstance(value, bool)):
            return format(int(value), base)
        if isinstance(value, str) and base in "xX":
            return value.encode().hex() if base == "x" else value.encode().hex().upper()
        raise _misfit(value)

    return write


def _fixed(value: Any, precision: int) -> str:
    if not isinstance(value, float) or isnan(value) or isinf(value):
        raise _misfit(value)
    return f"{value or 0.0:,.{precision}f}"


def _misfit(value: Any) -> ValueError:
    return ValueError(f"format() does not write {value!r} with this verb")


_VERBS: dict[str, Callable[[Any, int], str]] = {
    "s": _string,
    "f": _fixed,
    **{verb: _integer(verb) for verb in "dboxX"},
}
