"""Every page leads where it says, every page is found from the index, and every command that is named exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.cli import main
from tests.conftest import ROOT

from .pages import PAGES, anchors, links, name, text

INDEX = ROOT / "docs/README.md"
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = frozenset(re.findall(r"^([a-z0-9-]+):", MAKEFILE, re.MULTILINE))
HIDDEN = {"unit"}
"""A part of `test` that nobody calls by itself."""


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_files_and_headings_that_are_there(page: Path) -> None:
    dead = []
    for link in links(page):
        target, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        path = (page.parent / target).resolve() if target else page
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path)):
            dead.append(link)
    assert not dead, f"Missing, named by {name(page)}: {', '.join(dead)}"


def test_a_dead_link_is_seen() -> None:
    assert "three-steps" in anchors(ROOT / "README.md")
    assert "nowhere" not in anchors(ROOT / "README.md")
    assert "CONTRIBUTING.md" in set(links(ROOT / "README.md"))


def test_the_index_leads_to_every_page() -> None:
    """By itself, or by the index of the folder that a page lies in."""
    reached = {(INDEX.parent / link.partition("#")[0]).resolve() for link in links(INDEX)}
    for index in [path for path in reached if path.name == "README.md" and path.parent != ROOT]:
        reached |= {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    missing = [name(page) for page in PAGES if page not in {*reached, INDEX}]
    assert not missing, f"Missing in docs/README.md: {', '.join(missing)}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_that_a_page_names_exist(page: Path) -> None:
    verbs = set(re.findall(r"python -m generator ([a-z][a-z-]*)", text(page)))
    targets = {one for line in re.findall(r"\bmake((?: [a-z0-9-]+)+)", in_code(page)) for one in line.split()[:1]}
    unknown = sorted(verbs - set(main.commands)) + sorted(f"make {one}" for one in targets - TARGETS)
    assert not unknown, f"Missing, named by {name(page)}: {', '.join(unknown)}"


def in_code(page: Path) -> str:
    """What stands between backticks, in lines and blocks."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text(page), re.DOTALL))


def test_every_target_is_listed_explained_and_no_file() -> None:
    explained = set(re.findall(r"^([a-z0-9-]+):.*?## ", MAKEFILE, re.MULTILINE))
    phony = set(re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[1].split())  # type: ignore[index]
    assert explained == TARGETS - HIDDEN, "a target says in `## ...` what it is for"
    assert phony == TARGETS, "the targets stand in .PHONY"
