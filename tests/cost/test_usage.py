"""`cost.usage` in the environment file: shares name models and sum up."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile

import pytest

from generator.environment.load import load
from generator.environment.problem import EnvironmentInvalid
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("claude-sonet: 0.2", "no model «claude-sonet» (did you mean claude-sonnet?)"),
        ("claude-sonnet: 0.3", "the shares sum up to 1.1; let them sum up to 1"),
        ("claude-sonnet: 2", "2 is outside 0 to 1"),
    ],
)
def test_shares_are_checked(written: str, said: str, tmp_path: Path) -> None:
    copyfile(ROOT / "environments" / "defaults.yaml", tmp_path / "defaults.yaml")
    text = (ROOT / "environments" / "dev.yaml").read_text("utf-8")
    assert "claude-sonnet: 0.2" in text
    (tmp_path / "dev.yaml").write_text(text.replace("claude-sonnet: 0.2", written), "utf-8")
    with pytest.raises(EnvironmentInvalid) as raised:
        load(tmp_path, "dev")
    (problem,) = map(str, raised.value.problems)
    assert "cost.usage.shares" in problem
    assert said in problem
