"""The trees in Git are what environments/ yields; `make render` is the one-word update."""

from __future__ import annotations

from generator.trees.plan import ROOTS, Plan
from generator.trees.write import existing
from tests.conftest import ROOT, assert_same


def test_committed_trees_are_current(planned: Plan) -> None:
    committed = {path: (ROOT / path).read_text("utf-8") for path in existing(ROOT, ROOTS)}
    assert_same(committed, planned.files)


def test_rendered_trees_name_nothing_that_floats(planned: Plan) -> None:
    floating = [
        path for path, text in planned.files.items() if path.startswith("rendered/") and "latest" in text.lower()
    ]
    assert floating == []
