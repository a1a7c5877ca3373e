"""A render that is killed at any moment is mended by the next, and Git shows what is so; two renders take turns."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.render import render
from generator.trees.lock import PATH as LOCK
from generator.trees.write import LEFTOVERS
from tests.conftest import ROOT
from tests.repositories import edit, rendered
from tests.test_render import trees

KILLED = """
import os, signal, sys
sys.path.insert(0, {source!r})
from pathlib import Path
from generator.render import render

left, below = {moment}, {root!r}

def hook(event, arguments):
    global left
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if (writes or event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir")) and str(arguments[0]).startswith(below):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
render(Path(below))
print({moment} - left)
"""
"""Ends itself at the nth time that it touches the disk; says how many times there are where it came to its end."""


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A committed repository in which a change to its environments waits to be rendered: new, other and stale files."""
    root = rendered(tmp_path_factory.mktemp("changed"), "gone")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "rendered")
    (root / "environments/gone.yaml").rename(root / "environments/new.yaml")
    edit(root, "environments/dev.yaml", "storage: 5Gi", "storage: 6Gi")
    return root


@pytest.fixture(scope="module")
def wanted(changed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    root = tmp_path_factory.mktemp("wanted") / "cold"
    shutil.copytree(changed / "environments", root / "environments")
    render(root)
    return trees(root)


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", root, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def killed(root: Path, moment: int) -> subprocess.CompletedProcess[str]:
    script = KILLED.format(source=str(ROOT), moment=moment, root=str(root))
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)


def assert_mended(changed: Path, root: Path, wanted: dict[str, bytes], moment: int) -> None:
    shutil.copytree(changed, root, symlinks=True)
    done = killed(root, moment)
    assert done.returncode == -9, f"was not killed at moment {moment}: {done.stderr}"
    torn = {path: data for path, data in trees(root).items() if wanted.get(path) != data}
    status = git(root, "status", "--porcelain", "--untracked-files=all")
    hidden = [path for path in torn if path.endswith(LEFTOVERS) and path not in status]
    assert not hidden, f"Git does not show {hidden}"
    render(root)
    assert trees(root) == wanted
    shutil.rmtree(root)


def moments(changed: Path, root: Path) -> int:
    shutil.copytree(changed, root, symlinks=True)
    done = killed(root, 1_000_000)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_a_killed_render_is_mended_by_the_next(changed: Path, wanted: dict[str, bytes], tmp_path: Path) -> None:
    assert_mended(changed, tmp_path / "early", wanted, 100)


@pytest.mark.thorough
def test_whatever_the_moment(changed: Path, wanted: dict[str, bytes], tmp_path: Path) -> None:
    total = moments(changed, tmp_path / "whole")
    assert total > 300
    step = max(1, total // 5)
    for moment in [*range(1, total, step), *range(total - 2, total + 1)]:
        assert_mended(changed, tmp_path / f"at-{moment}", wanted, moment)


@pytest.mark.thorough
def test_two_renders_at_once_wait_for_each_other(changed: Path, wanted: dict[str, bytes], tmp_path: Path) -> None:
    root = tmp_path / "shared"
    shutil.copytree(changed, root, symlinks=True)
    command = [sys.executable, "-m", "generator", "--root", str(root), "render", "--all"]
    with (root / LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        runs = [subprocess.Popen(command, cwd=ROOT, stdout=-1, stderr=-1, text=True) for _ in range(2)]
        for run in runs:
            assert run.stderr
            assert run.stderr.readline() == "waiting: another render is at work in this repository\n"
    said = [run.communicate()[0].splitlines()[-1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert sorted("were current" in line for line in said) == [False, True], said
    assert trees(root) == wanted
