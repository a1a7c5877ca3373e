"""The written pages, and one run of the browser over all of them."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli import main
from tests.conftest import ENVIRONMENTS, ROOT
from tests.diff.test_git import run
from tools.browser import Job, Report, look
from tools.programs import Program

PAGES = (*ENVIRONMENTS, "diff")
WIDTHS = (360, 768, 1400)
SCHEMES = ("light", "dark")
CASES = tuple(itertools.product(PAGES, WIDTHS, SCHEMES))

EDITS = {
    "storage: 5Gi": "storage: 2Gi",
    "engine: litellm": "engine: bifrost",
    "sizes: [large]": "sizes: [xlarge]",
    "sampleRatio: 1 ": "sampleRatio: 0.5 ",
}
"""Of dev; with the removal of staging they give a diff with everything that one can have."""


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every page."""
    folder = tmp_path_factory.mktemp("pages")
    called("--root", str(ROOT), "report", "--out", str(folder))
    (folder / "diff.html").write_text(changed(tmp_path_factory.mktemp("repository")), "utf-8")
    return folder


def changed(root: Path) -> str:
    """The diff of a repository of dev and staging, in which much changes."""
    environments = root / "environments"
    shutil.copytree(ROOT / "environments", environments, ignore=shutil.ignore_patterns("prod*"))
    called("--root", str(root), "render")
    run(root, "init", "--quiet")
    run(root, "add", "--all")
    run(root, "commit", "--quiet", "-m", "base")
    text = (environments / "dev.yaml").read_text("utf-8")
    for old, new in EDITS.items():
        assert old in text, f"dev.yaml has no «{old}»"
        text = text.replace(old, new, 1)
    (environments / "dev.yaml").write_text(text, "utf-8")
    (environments / "staging.yaml").unlink()
    return called("--root", str(root), "diff", "--html")


def called(*arguments: str) -> str:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="session")
def reports(pages: Path, programs: Callable[[str], Program]) -> Mapping[tuple[str, int, str], Report]:
    """What the browser met, by page, width and colour scheme; a picture of each lies beside its page."""
    jobs = [
        Job(pages / f"{page}.html", width, scheme, pages / f"{page}-{width}-{scheme}.png")
        for page, width, scheme in CASES
    ]
    return dict(zip(CASES, look(programs("chromium"), jobs), strict=True))
