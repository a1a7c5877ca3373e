"""Container images, and the releases that must not run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generator import known_bad

from .fields import Digest, Repository, Tag
from .problem import Flaw, Path


@dataclass(frozen=True)
class Image:
    """A container image by exact tag, and by digest once it is pinned."""

    repository: Repository
    """Registry and repository, without a tag."""
    tag: Tag
    """An immutable release tag; floating tags such as `stable` are refused."""
    digest: Digest | None = None
    """`sha256:` digest of the multi-architecture index; it decides what runs, the tag then only tells people."""

    @property
    def reference(self) -> str:
        return f"{self.repository}:{self.tag}" + (f"@{self.digest}" if self.digest else "")

    def flaws(self, path: Path, component: str, example: str) -> Iterator[Flaw]:
        """A tag that moves: one without a release number of at least two parts; a release that must not run."""
        if not re.search(r"\d+\.\d+", self.tag):
            yield Flaw((*path, "tag"), f"'{self.tag}' is a floating tag", f"pin a release, e.g. {example}")
        yield from release_flaws((*path, "tag"), component, self.tag)
        if bad := known_bad.find(component, "", digest=self.digest):
            yield Flaw((*path, "digest"), f"{component} {self.reference} {bad.told}", bad.instead)


def release_flaws(path: Path, component: str, version: str) -> Iterator[Flaw]:
    """A release that is known to be compromised or broken."""
    if bad := known_bad.find(component, version):
        yield Flaw(path, f"{component} {version} {bad.told}", bad.instead)
