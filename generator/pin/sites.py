"""Where environment files name images, and what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.day2.files import own
from generator.day2.keys import Keys
from generator.day2.pins import pins
from generator.environment.load import DEFAULTS, load, merged
from generator.environment.nodes import Scalar, find

from .reference import Reference, reference


@dataclass(frozen=True)
class Site:
    """One image in one file: a digest belongs beside the tag or the repository that was last said."""

    file: str
    """Name of the environment, or of the defaults."""
    path: Keys
    image: Reference
    digest: str
    """What holds now, by this file or by the defaults; empty: the tag alone."""

    def __str__(self) -> str:
        return f"environments/{self.file}.yaml: {'.'.join(self.path)}"


def sites(folder: Path, environments: Sequence[str]) -> list[Site]:
    """Every image that these environments run, once for each file that says it."""
    images = [pin.path[:-1] for pin in pins(load(folder, DEFAULTS)) if pin.kind == "image"]
    found: dict[tuple[str, Keys], Site] = {}
    for name in environments:
        tree, mine = merged(folder, name, pending=True)[0], own(folder, name)
        for path in images:
            repository, tag, digest = (_text(find(tree, (*path, key))) for key in ("repository", "tag", "digest"))
            said = any(find(mine, (*path, key)) for key in ("repository", "tag", "digest"))
            file = name if said else DEFAULTS
            found[file, path] = Site(file, path, reference(repository, tag), digest)
    return sorted(found.values(), key=lambda site: (site.file != DEFAULTS, site.file, images.index(site.path)))


def _text(node: object) -> str:
    return node.text if isinstance(node, Scalar) else ""
