"""The example of docs/review.md is what the change of the catalogue yields."""

from __future__ import annotations

from tests.review.example import EXAMPLE, PAGE, example


def test_the_page_shows_what_a_reviewer_reads() -> None:
    [shown] = EXAMPLE.findall(PAGE.read_text())
    assert shown.strip() == example().strip(), "python -m tests.review.example writes it anew"
