"""What becomes of a test whose program cannot be had, and what the table says."""

import pytest

from tests.real.conftest import Row, give_up
from tools.programs import Unavailable


@pytest.mark.parametrize(
    ("ci", "allowed", "outcome"),
    [
        ("", False, pytest.skip.Exception),
        ("", True, pytest.skip.Exception),
        ("true", True, pytest.skip.Exception),
        ("true", False, pytest.fail.Exception),
    ],
)
def test_under_ci_only_the_listed_may_be_missing(
    monkeypatch: pytest.MonkeyPatch, ci: str, allowed: bool, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="tool cannot be had: no network"):
        give_up(Unavailable("tool", "no network", allowed))


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (Row("tool", "1", "1", "dev", passed=2), "accepts, 2 checks"),
        (Row("tool", "1", "1", "dev", passed=2, failed=["test_a", "test_b"]), "failed: test_a, test_b"),
        (Row("tool", "", "1", "dev", missing="no network"), "not run: no network"),
        (Row("tool", "1", "1", "dev"), "not reached"),
    ],
)
def test_the_verdict(row: Row, verdict: str) -> None:
    assert row.verdict == verdict
