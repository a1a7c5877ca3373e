"""What fuzzing has found stays found: each input of tests/fuzz/corpus is refused in words, or yields what is sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.structured import SECONDS, limited
from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parents[1] / "fuzz" / "corpus"


def test_every_target_has_inputs() -> None:
    assert {path.name for path in CORPUS.iterdir()} == TARGETS.keys()


@pytest.mark.parametrize("target", TARGETS)
def test_no_input_ends_in_a_traceback_a_hang_or_another_folder(target: str) -> None:
    broken = []
    for path in sorted((CORPUS / target).iterdir()):
        try:
            with limited(SECONDS):
                TARGETS[target](path.read_bytes().decode("utf-8", "replace"))
        except Exception as error:
            broken.append(f"{path.name}: {type(error).__name__}: {str(error)[:300]}")
    assert not broken, "\n" + "\n".join(broken)
