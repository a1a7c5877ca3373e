"""A folder of environment files to edit, and the command line over it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.cli import main
from tests.conftest import ROOT

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """environments/ of a repository of its own."""
    target = tmp_path / "environments"
    target.mkdir()
    for path in (ROOT / "environments").glob("*.yaml"):
        shutil.copyfile(path, target / path.name)
    return target


@pytest.fixture
def run(folder: Path) -> Run:
    """Runs a verb over that repository."""

    def invoke(*argv: str) -> Result:
        return CliRunner().invoke(main, ["--root", str(folder.parent), *argv], catch_exceptions=False)

    return invoke
