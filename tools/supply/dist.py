"""The sdist and the wheel of a commit: built under different circumstances, and equal byte for byte, or not written.

The second build has another folder, another umask, another day as the files' time, and starts from the sdist of the
first.  What is not committed is not in them.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import commit

LATER = 400 * 86_400
"""Seconds by which the files of the second build are younger."""


class Differs(Exception):
    """Two builds of one commit yield different bytes; says which files."""


def build(root: Path, hatchling: Sequence[str], out: Path) -> dict[str, str]:
    """Writes sdist, wheel and SHA256SUMS into a folder; the sums by file name.

    Raises Differs, and CalledProcessError with the output of what failed.
    """
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        first = _built(root, scratch / "first", 0o022, hatchling, scratch / "one")
        second = _built(root, scratch / "a second place" / "below", 0o077, hatchling, scratch / "two", later=LATER)
        sdist = next(path for path in first if path.endswith(".tar.gz"))
        source = scratch / "unpacked"
        with tarfile.open(scratch / "one" / sdist) as archive:
            archive.extractall(source, filter="data")
        [below] = source.iterdir()
        third = _run(hatchling, below, scratch / "three", commit.made(root).timestamp(), ("wheel",))
        _compare("built in two places", first, second)
        _compare("built from the sdist", {key: text for key, text in first.items() if key.endswith(".whl")}, third)
        out.mkdir(parents=True, exist_ok=True)
        for old in (*out.glob("*.whl"), *out.glob("*.tar.gz")):
            old.unlink()
        for path in first:
            (out / path).write_bytes((scratch / "one" / path).read_bytes())
    (out / "SHA256SUMS").write_text("".join(f"{digest}  {path}\n" for path, digest in sorted(first.items())), "utf-8")
    return first


def _built(root: Path, folder: Path, umask: int, hatchling: Sequence[str], out: Path, later: int = 0) -> dict[str, str]:
    folder.mkdir(parents=True)
    before = os.umask(umask)
    try:
        commit.unpack(root, folder)
        for path in folder.rglob("*") if later else ():
            os.utime(path, (path.stat().st_atime + later, path.stat().st_mtime + later))
        return _run(hatchling, folder, out, commit.made(root).timestamp(), ("sdist", "wheel"))
    finally:
        os.umask(before)


def _run(hatchling: Sequence[str], folder: Path, out: Path, seconds: float, targets: Sequence[str]) -> dict[str, str]:
    argv = [*hatchling, "build", "--directory", str(out)]
    argv += [word for target in targets for word in ("--target", target)]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(int(seconds))}
    subprocess.run(argv, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.iterdir()) if path.is_file()
    }


def _compare(how: str, one: dict[str, str], other: dict[str, str]) -> None:
    differ = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    if differ:
        raise Differs(f"{how}: {', '.join(differ)} is not the same, byte for byte")
