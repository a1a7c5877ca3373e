"""What each image should be pinned to, and the files that say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.day2 import edit
from generator.day2.files import Text
from generator.day2.keys import order

from .reference import Reference
from .registry import NotAsked, NotThere, Registries, Resolved
from .sites import Site

PLATFORM = "linux/arm64"
"""What every node of the pool is."""


@dataclass(frozen=True)
class Outcome:
    """What became of one image: an answer of its registry, or why there is none."""

    resolved: Resolved | None
    problem: str = ""
    asked: bool = True
    """Whether the registry gave an answer that can be relied on."""


def resolve(images: Iterable[Reference], registries: Registries, shown: Callable[[Reference], None]) -> Outcomes:
    """Digest and platforms of every image, each asked for once; `shown` is told before each."""
    found = {}
    for image in dict.fromkeys(images):
        shown(image)
        try:
            resolved = registries.resolve(image)
        except NotThere as error:
            found[image] = Outcome(None, str(error))
        except NotAsked as error:
            found[image] = Outcome(None, str(error), asked=False)
        else:
            lacking = "" if PLATFORM in resolved.platforms else _without(image, resolved)
            found[image] = Outcome(resolved, lacking)
    return found


Outcomes = dict[Reference, Outcome]


def _without(image: Reference, resolved: Resolved) -> str:
    known = ", ".join(resolved.platforms) or "no platform that it names"
    return f"{image} has no {PLATFORM}, it is built for {known}: it does not start on Graviton"


def compared(sites: Iterable[Site], registries: Registries, shown: Callable[[Reference], None]) -> Outcomes:
    """The digests of the images that are pinned, and nothing of the others: no pull is counted."""
    found = {}
    for image in dict.fromkeys(site.image for site in sites if site.digest):
        shown(image)
        try:
            found[image] = Outcome(Resolved(registries.digest(image), ()))
        except NotThere as error:
            found[image] = Outcome(None, str(error))
        except NotAsked as error:
            found[image] = Outcome(None, str(error), asked=False)
    return found


def state(site: Site, outcome: Outcome | None) -> str:
    """How what stands in the file relates to what the registry says."""
    if outcome is None:
        return "not pinned"
    if outcome.resolved is None or outcome.problem:
        return outcome.problem
    if not site.digest:
        return "not pinned"
    return "pinned" if site.digest == outcome.resolved.digest else f"moved: pinned is {site.digest}"


def texts(folder: Path, sites: Sequence[Site], found: Mapping[Reference, Outcome]) -> dict[str, str]:
    """New text of every file in which a digest changes, by the name of its environment."""
    made: dict[str, str] = {}
    for site in sites:
        resolved = found[site.image].resolved
        assert resolved, site
        text = made.get(site.file) or Text.read(folder / f"{site.file}.yaml").text
        path = (*site.path, "digest")
        own = edit.said(text, path)
        if own and own.text == resolved.digest:
            continue
        made[site.file] = edit.put(text, path, edit.written(resolved.digest), order)
    return made
