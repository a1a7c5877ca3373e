"""Which of the parts must not run: by the list of the repository, and by OSV where it answers.

The list decides: what it names fails the audit.  An advisory of OSV says that a release has a flaw, not that it matters
here, so it is reported and a person judges; a release that OSV calls malicious fails the audit like one of the list.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator import known_bad

from . import inventory
from .part import Part

OSV = "https://api.osv.dev/v1/querybatch"
ECOSYSTEMS = {"pypi": "PyPI", "npm": "npm", "golang": "Go", "github": "GitHub Actions"}
"""Kinds of parts that OSV knows by the names that are recorded here; it knows Debian's by their sources."""
BATCH = 500
"""Questions at once; OSV takes up to 1000."""


class Unreachable(Exception):
    """OSV does not answer; says how."""


@dataclass(frozen=True)
class Found:
    """A part that must not run: the line that pins it, what it is, and what to do."""

    part: Part
    message: str
    fix: str

    def __str__(self) -> str:
        return f"{self.part.file}:{self.part.line}: {_shown(self.part)} {self.message}; {self.fix}"


@dataclass(frozen=True)
class Advisory:
    """What OSV knows of a part."""

    part: Part
    ids: tuple[str, ...]

    @property
    def malicious(self) -> bool:
        return any(one.startswith("MAL-") for one in self.ids)

    def __str__(self) -> str:
        return f"{self.part.file}:{self.part.line}: {_shown(self.part)}: {', '.join(self.ids)}"


@dataclass(frozen=True)
class Audited:
    """All parts, those that the list names, and the environments that could not be read."""

    parts: tuple[Part, ...]
    found: tuple[Found, ...]
    problems: tuple[str, ...]


def audit(root: Path) -> Audited:
    """By the list alone; raises what reading a lock file raises."""
    rendered = inventory.rendered(root)
    parts = [
        *inventory.python(root),
        *(part for program in inventory.programs(root) for part in (program.itself, *program.parts)),
        *inventory.charts(root),
        *(part for parts in rendered.environments.values() for part in parts),
    ]
    return Audited(tuple(parts), tuple(listed(parts)), tuple(map(str, rendered.problems)))


def listed(parts: Sequence[Part]) -> Iterator[Found]:
    """Those of known_bad.json."""
    for part in parts:
        own = part.name if part.kind == "generic" else ""
        component = known_bad.components().get(f"{part.kind}/{part.name.lower()}", own)
        if bad := known_bad.find(component, part.version, part.kubernetes, part.digest):
            folder, _, below = part.file.partition("/")
            env = below.partition("/")[0]
            where = f", in environments/{env}.yaml or what it patches" if folder == "rendered" else ""
            yield Found(part, bad.told, f"{bad.instead}{where}")


def _shown(part: Part) -> str:
    return " ".join(filter(None, (part.name, part.version, part.digest)))


def advisories(parts: Sequence[Part], address: str = OSV) -> list[Advisory]:
    """What OSV knows of packages; raises Unreachable."""
    asked = [part for part in inventory.distinct(parts) if part.kind in ECOSYSTEMS]
    found = []
    for start in range(0, len(asked), BATCH):
        batch = asked[start : start + BATCH]
        for part, result in zip(batch, _answer(batch, address), strict=True):
            if ids := tuple(sorted(one["id"] for one in result.get("vulns", ()))):
                found.append(Advisory(part, ids))
    return found


def _answer(batch: Sequence[Part], address: str) -> list[dict[str, Any]]:
    queries = [
        {"package": {"ecosystem": ECOSYSTEMS[part.kind], "name": part.name}, "version": part.version} for part in batch
    ]
    body = json.dumps({"queries": queries}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            results: list[dict[str, Any]] = json.load(answer)["results"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise Unreachable(f"{getattr(error, 'reason', error)}") from None
    if len(results) != len(batch):
        raise Unreachable(f"{len(results)} answers to {len(batch)} questions")
    return results
