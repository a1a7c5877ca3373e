"""Does an object have the structure that its kind asks for?

The bundle under policies/schemas holds the structure of every core kind of a Kubernetes minor and of the custom kinds
in use, one definition a line, so that a kind costs what it refers to and nothing more: its definitions are cut out as
text and compiled once, in Rust. What a structure cannot say (a selector that selects nothing, a malformed quantity) is
left to the rules.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

DEFAULT_MINOR = "1.36"
"""The newest minor in the bundle, for objects that belong to no environment."""

BUNDLE = Path(__file__).resolve().parents[2] / "policies" / "schemas"

_REFERENCE = re.compile(r'"\$ref":"#/\$defs/([^"]+)"')
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
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


class Schemas:
    """The structures of one Kubernetes minor and of the custom kinds; loads and compiles what it is asked for.

    Raises ValueError for a minor that the bundle does not hold.
    """

    def __init__(self, kubernetes_minor: str) -> None:
        self._core = BUNDLE / f"core-{kubernetes_minor}.json"
        if not self._core.is_file():
            held = ", ".join(sorted(path.stem.removeprefix("core-") for path in BUNDLE.glob("core-*.json")))
            raise ValueError(f"no schemas of Kubernetes {kubernetes_minor}; policies/schemas holds {held}")
        self._minor = kubernetes_minor
        self._definitions: dict[Path, dict[str, str]] = {}
        self._texts: dict[str, str] = {}
        self._validators: dict[str, Validator] = {}

    def violations(self, obj: dict[str, Any]) -> list[Violation]:
        """Everything that the API server would refuse in the object's structure, in the order of its paths."""
        return sorted(self._violations(obj), key=_in_order)

    def _violations(self, obj: dict[str, Any]) -> Iterator[Violation]:
        nameless = [
            _mistyped((key,), ["string"], obj[key]) if key in obj else _missing((), key)
            for key in ("apiVersion", "kind")
            if not isinstance(obj.get(key), str)
        ]
        if nameless:
            yield from nameless
            return
        name = f"{obj['apiVersion']}/{obj['kind']}"
        validator = self._validators.get(name) or self._compile(name)
        if validator is None:
            yield self._unknown(obj["apiVersion"], obj["kind"])
            return
        metadata = obj.get("metadata")
        if metadata is None:
            yield _missing((), "metadata")
        elif isinstance(metadata, dict) and not (metadata.get("name") or metadata.get("generateName")):
            yield _missing(("metadata",), "name")
        try:
            errors = list(validator.iter_errors(obj))
        except ValueError:
            yield from _foreign(obj, ())
            return
        if errors:
            schema = json.loads(self._texts[name])
            for error in errors:
                yield from _phrased(error, schema)

    def _compile(self, name: str) -> "Validator | None":
        from jsonschema_rs import Draft202012Validator, RegexOptions  # 38 ms, for those who check only

        definitions = self._read(self._core) | self._read(BUNDLE / "crds" / f"{name.split('/')[0]}.json")
        if name not in definitions:
            return None
        needed, pending = set[str](), [name]
        while pending:
            new = set(_REFERENCE.findall(definitions[pending.pop()])) - needed
            needed |= new
            pending += new
        shared = ",".join(f'"{reference}":{definitions[reference]}' for reference in sorted(needed))
        self._texts[name] = f'{{"$defs":{{{shared}}},{definitions[name].removeprefix("{")}'
        self._validators[name] = Draft202012Validator(
            self._texts[name],
            formats={"byte": _is_base64, "cidr": _is_cidr},
            validate_formats=True,
            pattern_options=RegexOptions(),
            offline=True,
        )
        return self._validators[name]

    def _read(self, path: Path) -> dict[str, str]:
        """Name -> JSON text of each definition of a bundle file; a file that is not there holds none."""
        if path not in self._definitions:
            lines = path.read_text().split("\n")[1:-2] if path.is_file() else []
            pairs = (line.rstrip(",").split('":', 1) for line in lines)
            self._definitions[path] = {name.removeprefix('"'): text for name, text in pairs}
        return self._definitions[path]

    def _unknown(self, api_version: str, kind: str) -> Violation:
        kinds = [
            name.rpartition("/")
            for path in (self._core, *sorted((BUNDLE / "crds").glob("*.json")))
            for name in self._read(path)
            if "/" in name
        ]
        served = [known for version, _, known in kinds if version == api_version]
        elsewhere = [version for version, _, known in kinds if known == kind]
        fix = f"it is served as apiVersion {' and '.join(elsewhere)}" if elsewhere else _did_you_mean(kind, served)
        return Violation(
            ("kind",) if served else ("apiVersion",),
            f"no kind «{kind}» of «{api_version}» in policies/schemas, which holds Kubernetes {self._minor} "
            "and the custom kinds of its SOURCES.json",
            fix or "add its CustomResourceDefinition to tools/schemas/sources.json and run `make schemas`",
        )


def _phrased(error: "ValidationError", schema: dict[str, Any]) -> Iterator[Violation]:
    """An error of the validator in words that name the field, what it holds and what it should hold."""
    path, found = tuple(error.instance_path), error.instance
    keyword, detail = error.kind.name, error.kind.as_dict()
    parent: Any = schema
    for step in error.schema_path[:-1]:
        parent = parent[step]
    if keyword == "additionalProperties":
        yield from (_unexpected(path, name, parent.get("properties", ())) for name in detail["unexpected"])
    elif keyword == "required":
        yield _missing(path, detail["property"])
    elif keyword == "type":
        yield _mistyped(path, detail["types"], found)
    elif keyword == "enum":
        options = [option for option in detail["options"] if option is not None]
        listed = ", ".join(option or '""' for option in options)
        yield Violation(path, f"{_shown(found)} is not one of {listed}", _did_you_mean(str(found), options))
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
    fix = _did_you_mean(name, names)
    if not fix and len(names) <= 10:
        fix = f"known here: {', '.join(names)}" if names else "this map takes no fields"
    return Violation((*path, name), f"unknown field «{name}»", fix)


def _missing(path: tuple[str | int, ...], key: str) -> Violation:
    return Violation(path, f"required key «{key}» is missing")


def _mistyped(path: tuple[str | int, ...], types: list[str], found: Any) -> Violation:
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


def _foreign(value: Any, path: tuple[str | int, ...]) -> Iterator[Violation]:
    """What YAML can say and a Kubernetes object cannot: keys that are not strings, dates, binary values."""
    if isinstance(value, dict):
        for key, child in value.items():
            if isinstance(key, str):
                yield from _foreign(child, (*path, key))
            else:
                yield Violation(path, f"the key {key!r} is not a string", f"quote it: {json.dumps(str(key))}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _foreign(child, (*path, index))
    elif not isinstance(value, str | int | float | None):
        yield Violation(path, f"a {type(value).__name__} is not a value of a Kubernetes object", "quote it")


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, whatever its case and separators, as a question; or an empty string."""
    from difflib import get_close_matches  # needed by mistakes only

    plain = {_plain(name): name for name in known}
    close = get_close_matches(_plain(word), plain, n=1, cutoff=0.7)
    return f"did you mean «{plain[close[0]]}»?" if close else ""


def _plain(word: str) -> str:
    return re.sub(r"[-_]", "", word).lower()


def _is_base64(text: str) -> bool:
    """Standard alphabet, padded; line breaks are allowed, as in Go's decoder."""
    return _BASE64.fullmatch(re.sub(r"[\r\n]", "", text)) is not None


def _is_cidr(text: str) -> bool:
    from ipaddress import ip_network  # needed by a few kinds only

    if re.fullmatch(r".+/[0-9]{1,3}", text) is None:
        return False
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _in_order(violation: Violation) -> tuple[list[tuple[bool, str | int]], str]:
    return [(isinstance(step, str), step) for step in violation.path], violation.message
