"""The string functions of cel-go, character by character; the engine's own fail where a substring ends the text."""

from __future__ import annotations

from typing import Any

from generator.check.admission.cel.declaration import Function
from generator.check.admission.cel.formatting import formatted

# What Go calls a space; Python's strip would take the separators U+001C to U+001F as well.
_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TO_LOWER = str.maketrans(_UPPER, _UPPER.lower())
_TO_UPPER = str.maketrans(_UPPER.lower(), _UPPER)
_QUOTED = str.maketrans(
    {
        "\a": "\\a",
        "\b": "\\b",
        "\f": "\\f",
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\v": "\\v",
        "\\": "\\\\",
        '"': '\\"',
    }
)


def char_at(text: str, index: int) -> str:
    if not 0 <= index <= len(text):
        raise ValueError(f"index out of range: {index}")
    return text[index : index + 1]


def index_of(text: str, part: str, offset: int = 0) -> int:
    """An empty part is found at the offset, whatever the text; an offset past the end finds nothing else."""
    if not part:
        return offset
    if offset < 0:
        raise ValueError(f"index out of range: {offset}")
    return text.find(part, offset)


def last_index_of(text: str, part: str, offset: int | None = None) -> int:
    if not part:
        return len(text) if offset is None else offset
    if offset is None:
        return text.rfind(part)
    if offset < 0:
        raise ValueError(f"index out of range: {offset}")
    return text.rfind(part, 0, offset + len(part)) if offset < len(text) else -1


def join(parts: list[Any], separator: str = "") -> str:
    if not all(isinstance(part, str) for part in parts):
        raise ValueError("join: not all are strings")
    return separator.join(parts)


def split(text: str, separator: str, limit: int = -1) -> list[str]:
    if not limit:
        return []
    if separator:
        return text.split(separator, limit - 1 if limit > 0 else -1)
    if 0 < limit < len(text):
        return [*text[: limit - 1], text[limit - 1 :]]
    return [*text]


def substring(text: str, start: int, end: int | None = None) -> str:
    stop = len(text) if end is None else end
    if not 0 <= start <= len(text) or not start <= stop <= len(text):
        raise ValueError(f"not a range of a string of {len(text)} characters: {start} to {stop}")
    return text[start:stop]


def quote(text: str) -> str:
    return f'"{text.translate(_QUOTED)}"'


def _member(name: str, overload: str, parameters: tuple[str, ...], result: str, implementation: Any) -> Function:
    return Function(name, overload, ("string", *parameters), result, implementation, member=True)


FUNCTIONS = (
    _member("charAt", "string_char_at_int", ("int",), "string", char_at),
    _member("indexOf", "string_index_of_string", ("string",), "int", index_of),
    _member("indexOf", "string_index_of_string_int", ("string", "int"), "int", index_of),
    _member("lastIndexOf", "string_last_index_of_string", ("string",), "int", last_index_of),
    _member("lastIndexOf", "string_last_index_of_string_int", ("string", "int"), "int", last_index_of),
    Function("join", "list_join", ("list(string)",), "string", join, member=True),
    Function("join", "list_join_string", ("list(string)", "string"), "string", join, member=True),
    _member("lowerAscii", "string_lower_ascii", (), "string", lambda text: text.translate(_TO_LOWER)),
    _member("upperAscii", "string_upper_ascii", (), "string", lambda text: text.translate(_TO_UPPER)),
    _member("replace", "string_replace_string_string", ("string", "string"), "string", str.replace),
    _member("replace", "string_replace_string_string_int", ("string", "string", "int"), "string", str.replace),
    _member("split", "string_split_string", ("string",), "list(string)", split),
    _member("split", "string_split_string_int", ("string", "int"), "list(string)", split),
    _member("substring", "string_substring_int", ("int",), "string", substring),
    _member("substring", "string_substring_int_int", ("int", "int"), "string", substring),
    _member("trim", "string_trim", (), "string", lambda text: text.strip(_SPACES)),
    _member("format", "string_format", ("list(dyn)",), "string", formatted),
    Function("strings.quote", "strings_quote", ("string",), "string", quote),
)
