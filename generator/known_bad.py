"""Releases that must not run: the one list by which environments are loaded, objects checked and tools audited.

known_bad.json holds the releases, each with its reason, source and date, and the names under which an index of packages
or images has each component.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LIST = "generator/known_bad.json"
"""Where a release is added, as seen from the repository's root."""


@dataclass(frozen=True)
class Bad:
    """Releases of one component that must not run."""

    component: str
    reason: str
    """What such a release does; follows the name of the release in a sentence."""
    source: str
    """Address of what says so."""
    date: str
    """Day on which the source said so; where it bears none, the day on which it was read."""
    instead: str
    """What to use, as a remedy says it."""
    versions: tuple[str, ...] = ()
    """Releases, or lines of releases: `1.107` is every 1.107.x."""
    below: str = ""
    """Every release before this one."""
    kubernetes: str = ""
    """On clusters of this version alone."""
    digests: tuple[str, ...] = ()
    """Of images, whatever their tag says."""

    def means(self, component: str, version: str, kubernetes: Collection[str] = (), digest: str | None = None) -> bool:
        """Whether this release of a component is one of these, on clusters of these Kubernetes versions."""
        if component != self.component or (self.kubernetes and self.kubernetes not in kubernetes):
            return False
        found = numbers(version)
        lines = [numbers(one) for one in self.versions]
        return (
            digest in self.digests
            or any(found[: len(line)] == line for line in lines)
            or bool(self.below and found and found < numbers(self.below))
        )

    @property
    def told(self) -> str:
        return f"{self.reason} ({self.source})"


@cache
def releases() -> tuple[Bad, ...]:
    """The releases of known_bad.json."""
    listed = [one | {key: tuple(one.get(key, ())) for key in ("versions", "digests")} for one in _read()["releases"]]
    return tuple(Bad(**one) for one in listed)


@cache
def components() -> Mapping[str, str]:
    """Component by the name of a package, written as a package URL without its version: `pypi/litellm`.

    An image is named by the last part of its repository, so that a mirror's copy of it counts.
    """
    return {package: name for name, packages in _read()["components"].items() for package in packages}


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("known_bad.json").read_text("utf-8"))
    return found


def find(component: str, version: str, kubernetes: Collection[str] = (), digest: str | None = None) -> Bad | None:
    """Why a release of a component must not run; None where nothing is known against it."""
    return next((one for one in releases() if one.means(component, version, kubernetes, digest)), None)


def numbers(version: str) -> tuple[int, ...]:
    """The numbers of a release in order, without what names its build: `v1.109.1-nightly.2` -> 1, 109, 1.

    Of a Debian version those after the epoch, of a tag those after the branch: `5:7.0.15-1`, `main-v7.0.15`.
    """
    release = re.match(r"(?:\d+:)?(?:[a-z0-9]+@)?(?:[a-z]+-)*[a-z]*(\d+(\.\d+)*)", version)
    return tuple(map(int, release[1].split("."))) if release else ()
