"""Every page that the generator writes, in a browser: narrow and wide, light and dark, with everything unfolded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.real.page.conftest import CASES, PAGES, WIDTHS
from tools.browser import Report

pytestmark = pytest.mark.program("chromium", "")
Reports = Mapping[tuple[str, int, str], Report]
every = pytest.mark.parametrize(("page", "width", "scheme"), CASES)


@every
def test_it_asks_for_nothing_but_itself(reports: Reports, pages: Path, page: str, width: int, scheme: str) -> None:
    assert reports[page, width, scheme].requests == [(pages / f"{page}.html").as_uri()]


@every
def test_the_console_stays_empty(reports: Reports, page: str, width: int, scheme: str) -> None:
    assert reports[page, width, scheme].messages == []


@every
def test_it_is_no_wider_than_the_window(reports: Reports, page: str, width: int, scheme: str) -> None:
    assert reports[page, width, scheme].overflow == 0


@every
def test_its_folded_parts_open(reports: Reports, page: str, width: int, scheme: str) -> None:
    report = reports[page, width, scheme]
    assert report.folded > 0, "the page folds nothing"
    assert report.closed == []


@every
def test_its_text_can_be_read(reports: Reports, page: str, width: int, scheme: str) -> None:
    report = reports[page, width, scheme]
    assert report.judged > 100, "hardly any text was looked at"
    assert report.faint == []


@every
def test_axe_finds_nothing(reports: Reports, page: str, width: int, scheme: str) -> None:
    assert reports[page, width, scheme].violations == []


@pytest.mark.parametrize("page", [page for page in PAGES if page != "diff"])
def test_a_drawing_fits_a_wide_window(reports: Reports, page: str) -> None:
    assert reports[page, max(WIDTHS), "light"].scrolling == []
    assert reports[page, min(WIDTHS), "light"].scrolling, "on a narrow one it scrolls within its frame"


@every
def test_text_in_a_drawing_meets_no_other(reports: Reports, page: str, width: int, scheme: str) -> None:
    assert reports[page, width, scheme].covered == []
