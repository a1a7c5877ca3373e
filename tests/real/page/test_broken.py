"""That the browser's reports can say no: a page with every fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tools.browser import Job, look
from tools.programs import Program

pytestmark = pytest.mark.program("chromium", "")
PAGE = """<!doctype html><html lang="en"><title>Faults</title>
<style>body { background: #fff; color: #aaa } details > p { display: none }</style>
<main><h1>Faint</h1><p style="width: 2000px">wide</p><img src="missing.png">
<details><summary>folded</summary><p>never seen</p></details>
<div class="scroll" aria-label="Drawing"><svg width="900" height="90">
<text x="10" y="40">one</text><text x="14" y="42">two</text>
<g class="box"><rect x="60" y="20" width="60" height="30" fill="#333"/>
<text class="name" x="62" y="40">a long name</text></g>
</svg></div><script>console.log("said")</script></main></html>"""


def test_every_fault_is_reported(programs: Callable[[str], Program], tmp_path: Path) -> None:
    page = tmp_path / "faults.html"
    page.write_text(PAGE)
    [report] = look(programs("chromium"), [Job(page, 360, "light", tmp_path / "faults.png")])
    assert report.requests == [page.as_uri(), (tmp_path / "missing.png").as_uri()]
    assert "said" in report.messages
    assert report.overflow > 1000
    assert (report.folded, len(report.closed)) == (1, 1)
    assert {text.rpartition(": ")[2] for text in report.faint} >= {"Faint", "wide", "a long name"}
    assert report.scrolling
    assert report.covered == ["«one» and «two»", "«a long name» leaves its box"]
    assert "image-alt: img" in report.violations
