"""The pages that people read, their headings and links, and the commands that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.conftest import ROOT

PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")
_FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def text(path: Path) -> str:
    return path.read_text("utf-8")


def links(path: Path) -> Iterator[str]:
    """Where a page leads, and what it shows; what stands in code leads nowhere."""
    for link in _LINK.finditer(re.sub(r"`[^`\n]*`", "", _FENCE.sub("", text(path)))):
        yield link[1] or link[2]


@cache
def anchors(path: Path) -> frozenset[str]:
    """What `#...` may follow the page's name, as GitHub makes them of headings."""
    found: dict[str, int] = {}
    every = set()
    for heading in _HEADING.findall(_FENCE.sub("", text(path))):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", shown.strip().lower()).replace(" ", "-")
        every.add(f"{slug}-{found[slug]}" if slug in found else slug)
        found[slug] = found.get(slug, 0) + 1
    return frozenset(every)


def console(path: Path, language: str) -> list[str]:
    """The contents of a page's fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text(path), re.MULTILINE | re.DOTALL)
