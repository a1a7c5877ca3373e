"""Semantic versions, as the library that Kubernetes uses reads and orders them; build metadata does not count."""

from __future__ import annotations

import re
from typing import NamedTuple

from generator.check.admission.cel.declaration import Function, Opaque

_FORM = re.compile(r"([^.]*)\.([^.]*)\.([^-+]*)(?:-([^+]*))?(?:\+(.*))?", re.DOTALL)
_NUMBER = re.compile(r"0|[1-9][0-9]*", re.ASCII)
_WORD = re.compile(r"[0-9A-Za-z-]+", re.ASCII)
_MAX = 2**64 - 1


class Version(NamedTuple):
    """`pre` are the identifiers before a release: numbers sort below words."""

    major: int
    minor: int
    patch: int
    pre: tuple[int | str, ...]


def parse(text: str) -> Version:
    """Raises ValueError."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError(f"not a semantic version: {text!r}")
    major, minor, patch, pre, build = form.groups()
    if build is not None and not all(map(_WORD.fullmatch, build.split("."))):
        raise ValueError(f"malformed build metadata: {text!r}")
    identifiers = () if pre is None else tuple(map(_identifier, pre.split(".")))
    return Version(_number(major), _number(minor), _number(patch), identifiers)


def parse_tolerant(text: str, normalize: bool) -> Version:
    """With `normalize`, a leading v, missing parts and leading zeros are mended first."""
    if not normalize:
        return parse(text)
    parts = text.removeprefix("v").split(".", 2)
    if len(parts) < 3 and re.search(r"[-+]", parts[-1]):
        raise ValueError(f"a short version has no pre-release or build metadata: {text!r}")
    mended = [*map(_mended, parts), "0", "0"][: max(3, len(parts))]
    return parse(".".join(mended))


def _mended(part: str) -> str:
    if len(part) < 2:
        return part
    stripped = part.lstrip("0")
    return stripped if stripped[:1].isdigit() else f"0{stripped}"


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > _MAX:
        raise ValueError(f"not a version number: {text!r}")
    return int(text)


def _identifier(text: str) -> int | str:
    if re.fullmatch(r"[0-9]+", text, re.ASCII):
        return _number(text)
    if not _WORD.fullmatch(text):
        raise ValueError(f"not a pre-release identifier: {text!r}")
    return text


def _order(version: Version) -> tuple[int, int, int, bool, list[tuple[bool, int | str]]]:
    pre = [(isinstance(part, str), part) for part in version.pre]
    return version.major, version.minor, version.patch, not pre, pre


def compare(one: Version, other: Version) -> int:
    a, b = _order(one), _order(other)
    return (a > b) - (a < b)


def is_version(text: str, normalize: bool = False) -> bool:
    try:
        parse_tolerant(text, normalize)
    except ValueError:
        return False
    return True


def _encode(version: Version) -> str:
    core = f"{version.major}.{version.minor}.{version.patch}"
    return core + ("-" + ".".join(map(str, version.pre)) if version.pre else "")


SEMVER = Opaque("kubernetes.Semver", _encode, parse, equality=True)
_ONE, _TWO = (SEMVER,), (SEMVER, SEMVER)

FUNCTIONS = (
    Function("semver", "string_to_semver", ("string",), SEMVER, parse),
    Function("semver", "string_bool_to_semver", ("string", "bool"), SEMVER, parse_tolerant),
    Function("isSemver", "is_semver_string", ("string",), "bool", is_version),
    Function("isSemver", "is_semver_string_bool", ("string", "bool"), "bool", is_version),
    Function("major", "semver_major", _ONE, "int", lambda version: version.major, member=True),
    Function("minor", "semver_minor", _ONE, "int", lambda version: version.minor, member=True),
    Function("patch", "semver_patch", _ONE, "int", lambda version: version.patch, member=True),
    Function("isGreaterThan", "semver_is_greater_than", _TWO, "bool", lambda a, b: compare(a, b) > 0, member=True),
    Function("isLessThan", "semver_is_less_than", _TWO, "bool", lambda a, b: compare(a, b) < 0, member=True),
    Function("compareTo", "semver_compare_to", _TWO, "int", compare, member=True),
)
