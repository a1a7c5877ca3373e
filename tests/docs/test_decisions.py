"""Every decision says what holds it, and figures that stand elsewhere are those."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

from .pages import links, name, text

FOLDER = ROOT / "docs/decisions"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_what_holds_a_decision_is_there(page: Path) -> None:
    held = re.search(r"^\*\*Held by\.\*\*(.*?)(?:\n\n|\Z)", text(page), re.MULTILINE | re.DOTALL)
    assert held, f"{name(page)} has no paragraph that begins with **Held by.**"
    tests = re.findall(r"`(tests/[^`]+)`", held[1])
    assert tests, f"{name(page)} names no test"
    missing = [one for one in tests if not (ROOT / one).exists()]
    assert not missing, f"Missing, named by {name(page)}: {', '.join(missing)}"


def test_the_index_has_every_decision_once() -> None:
    assert sorted(links(FOLDER / "README.md")) == [page.name for page in PAGES]


def test_what_langfuse_costs_is_what_is_computed() -> None:
    computed = text(ROOT / "docs/cost-computed.md")
    for environment in ("staging", "prod"):
        section = computed.split(f"\n## {environment}\n")[1].split("\n## ")[0]
        whole = re.search(r"\*\*([\d,]+ to [\d,]+) USD a month\*\*", section)
        saved = re.search(r"^\| doing without Langfuse \|.*?\|.*?\| ([^|]+) \|", section, re.MULTILINE)
        assert whole, environment
        assert saved, environment
        row = next(
            line for line in text(FOLDER / "langfuse-cost.md").splitlines() if line.startswith(f"| {environment} ")
        )
        assert [cell.strip() for cell in row.split("|")[3:5]] == [whole[1], saved[1]]
