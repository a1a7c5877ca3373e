"""Does an object have the structure that its kind asks for?

The bundle under policies/schemas holds the structure of every core kind of a Kubernetes minor and of the custom kinds
in use, one definition a line, so that a kind costs what it refers to and nothing more: its definitions are cut out as
text and compiled once, in Rust. What a structure cannot say (a selector that selects nothing, a malformed quantity) is
left to the rules.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.check.phrasing import Violation, foreign, missing, mistyped, phrased
from generator.environment.spelling import did_you_mean
from generator.shipped import POLICIES

if TYPE_CHECKING:
    from jsonschema_rs import Validator

DEFAULT_MINOR = "1.36"
"""The newest minor in the bundle, for objects that belong to no environment."""

BUNDLE = POLICIES / "schemas"

_REFERENCE = re.compile(r'"\$ref":"#/\$defs/([^"]+)"')
_GROUP = re.compile(r"[a-z0-9][a-z0-9.-]{0,250}")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


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
            mistyped((key,), ["string"], obj[key]) if key in obj else missing((), key)
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
            yield missing((), "metadata")
        elif isinstance(metadata, dict) and not (metadata.get("name") or metadata.get("generateName")):
            yield missing(("metadata",), "name")
        try:
            errors = list(validator.iter_errors(obj))
        except ValueError:
            yield from foreign(obj, ())
            return
        if errors:
            schema = json.loads(self._texts[name])
            for error in errors:
                yield from phrased(error, schema)

    def _compile(self, name: str) -> "Validator | None":
        from jsonschema_rs import Draft202012Validator, RegexOptions  # 38 ms, for those who check only

        group, definitions = name.split("/")[0], self._read(self._core)
        if _GROUP.fullmatch(group):
            definitions = definitions | self._read(BUNDLE / "crds" / f"{group}.json")
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
        fix = f"it is served as apiVersion {' and '.join(elsewhere)}" if elsewhere else did_you_mean(kind, served)
        return Violation(
            ("kind",) if served else ("apiVersion",),
            f"no kind «{kind}» of «{api_version}» in policies/schemas, which holds Kubernetes {self._minor} "
            "and the custom kinds of its SOURCES.json",
            fix or "add its CustomResourceDefinition to tools/schemas/sources.json and run `make schemas`",
        )


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
