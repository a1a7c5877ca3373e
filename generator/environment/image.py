"""Container images, and the releases that must not run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

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

    def flaws(self, path: Path, example: str) -> Iterator[Flaw]:
        """A tag that moves: one without a release number of at least two parts."""
        if not re.search(r"\d+\.\d+", self.tag):
            yield Flaw((*path, "tag"), f"'{self.tag}' is a floating tag", f"pin a release, e.g. {example}")


LITELLM_COMPROMISED = {
    "1.82.7": "carries a credential stealer (2026-03-24, docs.litellm.ai/blog/security-update-march-2026)",
    "1.82.8": "carries a credential stealer (2026-03-24, docs.litellm.ai/blog/security-update-march-2026)",
    "1.107.0": "carries a remote code loader (2026-10-21, docs.litellm.ai/blog/security-incident-oct-21-2026)",
}
LITELLM_OLDEST = (1, 108, 7)
"""Older releases are open to CVE-2026-49468 (Host header, before 1.84.0) or, up to 1.106.2, may be open to
CVE-2026-114612 (salt key to proxy admin); the 1.107 line was withdrawn."""


def litellm_flaws(image: Image, path: Path) -> Iterator[Flaw]:
    """A LiteLLM release that is known to be compromised or vulnerable."""
    version = image.tag.removeprefix("v").partition("-")[0]
    if reason := LITELLM_COMPROMISED.get(version):
        yield Flaw((*path, "tag"), f"LiteLLM {version} {reason}", "pin v1.109.1 or newer, by digest")
    elif (numbers := re.match(r"(\d+)\.(\d+)\.(\d+)", version)) and tuple(map(int, numbers.groups())) < LITELLM_OLDEST:
        yield Flaw(
            (*path, "tag"),
            f"LiteLLM {version} predates the fixes for CVE-2026-49468 and CVE-2026-114612",
            "pin v1.109.1 or newer",
        )
