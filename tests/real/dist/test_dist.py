"""The packages of the commit: built alike everywhere, complete, and of the same effect as the repository."""

from __future__ import annotations

import subprocess
import tarfile
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools.locked import INSTALL
from tools.programs import Program
from tools.supply import dist

TREES = ("base", "overlays", "rendered")


def git(*argv: str) -> str:
    return subprocess.run(["git", *argv], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Sdist and wheel by their ending; the build itself compares two builds."""
    from tools.programs import program

    hatchling = program("hatchling")
    assert isinstance(hatchling, Program), hatchling
    out = tmp_path_factory.mktemp("dist")
    names = dist.build(ROOT, hatchling.argv, out)
    return {Path(name).suffix: out / name for name in names}


@pytest.fixture(scope="module")
def python(built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that has the lock file's packages and the wheel, and nothing else."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, with_pip=True)
    found = folder / "bin/python"
    subprocess.run([found, *INSTALL, ROOT / "requirements.txt"], check=True)
    wheel = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", str(built[".whl"])]
    subprocess.run([found, "-m", "pip", "--no-input", "install", *wheel], check=True)
    checked = subprocess.run([found, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    return found


@pytest.fixture
def run(python: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The installed generator; from a folder without one, or Python would take that."""

    def call(*argv: str | Path) -> subprocess.CompletedProcess[str]:
        command = [python, "-I", "-m", "generator", *argv]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return call


def test_the_wheel_holds_the_package_and_its_policies(built: dict[str, Path]) -> None:
    listed = git("-C", str(ROOT), "ls-tree", "-r", "--name-only", "HEAD", "generator", "policies").splitlines()
    expected = {name.replace("policies/", "generator/policies/", 1) if name[0] == "p" else name for name in listed}
    with zipfile.ZipFile(built[".whl"]) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert {one.external_attr >> 16 & 0o777 for one in archive.infolist()} <= {0o644, 0o755}
    assert (sorted(expected - names), sorted(names - expected)) == ([], []), "Missing, Extra"


def test_the_sdist_holds_no_environment_and_no_owner(built: dict[str, Path]) -> None:
    with tarfile.open(built[".gz"]) as archive:
        members = archive.getmembers()
    assert {(one.uid, one.gid, one.uname, one.gname) for one in members} == {(0, 0, "", "")}
    tops = {one.name.split("/")[1] for one in members}
    assert tops.isdisjoint({"environments", "rendered", "tests", "tools", ".git"})


def test_the_wheel_renders_what_the_repository_renders(
    run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """A clone without its trees; then they are back as they were committed, pages too, and the check finds nothing."""
    clone = tmp_path / "clone"
    git("clone", "--quiet", str(ROOT), str(clone))
    for tree in TREES:
        git("-C", str(clone), "rm", "-r", "--quiet", "--cached", tree)
        git("-C", str(clone), "clean", "-d", "--force", "--quiet", tree)
    git("-C", str(clone), "reset", "--quiet")
    assert not any((clone / tree).exists() for tree in TREES)
    for verb in ("render", "docs", "check"):
        done = run("--root", clone, verb)
        assert done.returncode == 0, done.stdout + done.stderr
    assert git("-C", str(clone), "status", "--porcelain") == ""
    (clone / "policies/admission/graviton.yaml").unlink()
    other = run("--root", clone, "render")
    assert other.returncode == 2
    assert "policies/admission/graviton.yaml: not as the generator of" in other.stderr


def test_the_wheel_needs_of_a_repository_its_environments_alone(
    run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    root = tmp_path / "own"
    root.mkdir()
    outside = run("--root", root, "render")
    assert outside.returncode == 2
    assert "run in the repository, or name it with --root" in outside.stderr
    listed = git("-C", str(ROOT), "ls-files", "environments").splitlines()
    for name in listed:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes((ROOT / name).read_bytes())
    for argv in (["render"], ["check"], ["cost", "--json"], ["report", "--out", str(root / "reports")]):
        done = run("--root", root, *argv)
        assert done.returncode == 0, done.stdout + done.stderr
