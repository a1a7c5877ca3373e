"""The name of a folder is Git's, from a plan and from the disk alike."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from generator.trees import fingerprint

FILES = {
    "rendered/dev/a.yaml": "a: 1\n",
    "rendered/dev/a/b.yaml": "",  # a folder sorts as `a/`, behind `a.yaml`
    "rendered/dev/a-b.yaml": "b\n",
    "rendered/dev/큰/large.json": "x" * 200_000,
    "rendered/prod/c.yaml": "another environment\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    return tmp_path


def named_by_git(root: Path, folder: str) -> str:
    for command in (["init", "-q"], ["-c", "core.autocrlf=false", "add", "-A"]):
        subprocess.run(["git", "-C", root, *command], check=True, capture_output=True)
    written = subprocess.run(["git", "-C", root, "write-tree", f"--prefix={folder}/"], check=True, capture_output=True)
    return written.stdout.decode().strip()


def test_plan_disk_and_git_agree(repository: Path) -> None:
    name = named_by_git(repository, "rendered/dev")
    assert fingerprint.of_files(FILES, "rendered/dev") == name
    assert fingerprint.of_folder(repository / "rendered/dev") == name


def test_links_are_named_as_git_names_them(repository: Path) -> None:
    (repository / "rendered/dev/link").symlink_to("/etc/hostname")
    assert fingerprint.of_folder(repository / "rendered/dev") == named_by_git(repository, "rendered/dev")


def test_every_change_is_another_name(repository: Path) -> None:
    folder = repository / "rendered/dev"
    names = [fingerprint.of_folder(folder)]
    (folder / "a.yaml").write_text("a: 2\n")
    names.append(fingerprint.of_folder(folder))
    (folder / "a.yaml").rename(folder / "z.yaml")
    names.append(fingerprint.of_folder(folder))
    (folder / "z.yaml").unlink()
    names.append(fingerprint.of_folder(folder))
    assert len(set(names)) == 4


def test_what_is_not_there_has_no_name(tmp_path: Path) -> None:
    (tmp_path / "empty/below").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    assert [fingerprint.of_folder(tmp_path / name) for name in ("absent", "empty", "link")] == ["", "", ""]
    assert fingerprint.of_files(FILES, "rendered/absent") == ""
