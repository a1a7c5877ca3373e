"""The workflows, judged by actionlint (keys, types, expressions) and zizmor (what an attacker could make of them)."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools.programs import Program

FOLDER = ROOT / ".github/workflows"
JUDGES = {
    "actionlint": ["-no-color", "-shellcheck=", "-pyflakes="],  # the machine's own shellcheck would judge unpinned
    "zizmor": ["--offline", "--no-progress", "--persona=auditor", "--strict-collection"],
}
BAD = """
on: pull_request_target
jobs:
  review:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
        wiht: {}
      - run: echo "${{ github.event.pull_request.title }}"
"""

Programs = Callable[[str], Program]


def judged(program: Program, *files: Path) -> subprocess.CompletedProcess[str]:
    argv = [*program.argv, *JUDGES[program.name], *map(str, files)]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", JUDGES)
def test_the_workflows_pass(programs: Programs, name: str) -> None:
    done = judged(programs(name), *sorted(FOLDER.glob("*.yaml")))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", JUDGES)
def test_the_judge_sees_an_injection(programs: Programs, name: str, tmp_path: Path) -> None:
    bad = tmp_path / ".github/workflows/bad.yaml"
    bad.parent.mkdir(parents=True)
    bad.write_text(BAD)
    done = judged(programs(name), bad)
    assert done.returncode != 0
    assert "github.event.pull_request.title" in done.stdout + done.stderr
