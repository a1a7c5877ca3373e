"""Builds are compared byte for byte; here by builders that are good, and bad in each way that the comparison is for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.supply import dist

BUILDER = """
import io, os, pathlib, sys, tarfile, time
out = pathlib.Path(sys.argv[sys.argv.index("--directory") + 1])
out.mkdir(parents=True)
source = pathlib.Path("a.txt")
epoch = int(os.environ["SOURCE_DATE_EPOCH"])
told = {told}
(out / "own-1.whl").write_text(f"{{source.read_text()}} {{told}}")
if "sdist" in sys.argv:
    entry = tarfile.TarInfo("own-1/a.txt")
    entry.size = source.stat().st_size
    with tarfile.open(out / "own-1.tar.gz", "w") as archive:
        archive.addfile(entry, io.BytesIO(source.read_bytes()))
"""
UMASK = "oct(source.stat().st_mode)"
FAULTS = {
    "the folder": "os.getcwd()",
    "the files' time": "source.stat().st_mtime > time.time() + 1000",
    "a random number": "os.urandom(8)",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    (root / "a.txt").write_text("a")
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for argv in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "-m", "one")):
        subprocess.run(("git", "-C", str(root), *who, *argv), check=True)
    return root


def build(repository: Path, told: str) -> dict[str, str]:
    script = repository.parent / "builder.py"
    script.write_text(BUILDER.format(told=told))
    return dist.build(repository, [sys.executable, str(script)], repository.parent / "dist")


def test_equal_builds_are_kept_with_their_sums(repository: Path) -> None:
    made = build(repository, "epoch")
    out = repository.parent / "dist"
    assert {path.name for path in out.iterdir()} == {"own-1.whl", "own-1.tar.gz", "SHA256SUMS"}
    checked = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=out, capture_output=True, check=False)
    assert checked.returncode == 0
    assert made.keys() == {"own-1.whl", "own-1.tar.gz"}


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(UMASK, id="the umask"),
        *(pytest.param(told, id=name, marks=pytest.mark.thorough) for name, told in FAULTS.items()),
    ],
)
def test_a_build_that_tells_its_circumstances_is_refused(repository: Path, told: str) -> None:
    with pytest.raises(dist.Differs, match=r"own-1\.whl is not the same"):
        build(repository, told)
    assert not (repository.parent / "dist").exists()
