"""What fuzzing has found stays found: each input of tests/fuzz/corpus is refused in words, or yields what is sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.structured import SECONDS, limited
from tests.fuzz.targets import TARGETS, documents, manifests

CORPUS = Path(__file__).parents[1] / "fuzz" / "corpus"


TOGETHER, POLICIES = "documents", "policies"
"""Manifests are checked together, since each look takes its time; but for policies, by which a folder is judged."""


def test_every_target_has_inputs() -> None:
    assert {path.name for path in CORPUS.iterdir()} == {*TARGETS, POLICIES}


def test_a_folder_of_broken_manifests_is_judged() -> None:
    with limited(SECONDS):
        manifests(CORPUS / TOGETHER)


@pytest.mark.parametrize("target", sorted({*TARGETS, POLICIES} - {TOGETHER}))
def test_no_input_ends_in_a_traceback_a_hang_or_another_folder(target: str) -> None:
    broken = []
    for path in sorted((CORPUS / target).iterdir()):
        try:
            with limited(SECONDS):
                TARGETS.get(target, documents)(path.read_bytes().decode("utf-8", "replace"))
        except Exception as error:
            broken.append(f"{path.name}: {type(error).__name__}: {str(error)[:300]}")
    assert not broken, "\n" + "\n".join(broken)
