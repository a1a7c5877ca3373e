"""Writing: all or nothing, equal files untouched, stale files gone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.trees.write import compare, write

FOLDERS = ("base", "rendered")


def snapshot(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_new_changed_stale_and_equal_files(tmp_path: Path) -> None:
    write(tmp_path, {"base/a.yaml": "a\n", "base/b.yaml": "b\n", "rendered/x/c.yaml": "c\n"}, FOLDERS)
    before = (tmp_path / "base/a.yaml").stat().st_mtime_ns
    report = write(tmp_path, {"base/a.yaml": "a\n", "base/b.yaml": "B\n", "base/d.yaml": "d\n"}, FOLDERS)
    assert (report.created, report.changed, report.deleted) == (["base/d.yaml"], ["base/b.yaml"], ["rendered/x/c.yaml"])
    assert report.unchanged == 1
    assert (tmp_path / "base/a.yaml").stat().st_mtime_ns == before
    assert snapshot(tmp_path) == {"base/a.yaml": b"a\n", "base/b.yaml": b"B\n", "base/d.yaml": b"d\n"}
    assert not (tmp_path / "rendered/x").exists()


def test_files_outside_the_folders_are_never_touched(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    write(tmp_path, {"base/a.yaml": "a\n"}, FOLDERS)
    assert (tmp_path / "README.md").read_text() == "mine"


def test_full_disk_while_staging_leaves_the_tree_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"base/a.yaml": "a\n", "base/b.yaml": "b\n"}, FOLDERS)
    before = snapshot(tmp_path)
    original = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.name.startswith("z"):
            raise OSError(28, "No space left on device", str(self))
        return original(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, {"base/a.yaml": "changed\n", "rendered/n/z.yaml": "z\n"}, FOLDERS)
    assert snapshot(tmp_path) == before
    assert not (tmp_path / "rendered/n").exists()


def test_failure_while_renaming_puts_everything_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"base/a.yaml": "a\n", "base/b.yaml": "b\n", "base/stale.yaml": "s\n"}, FOLDERS)
    before = snapshot(tmp_path)
    original = os.replace

    def breaking(source: Path, target: Path) -> None:
        if target.name == "b.yaml":
            raise OSError(13, "Permission denied", str(target))
        original(source, target)

    monkeypatch.setattr(os, "replace", breaking)
    with pytest.raises(OSError, match="Permission denied"):
        write(tmp_path, {"base/a.yaml": "A\n", "base/b.yaml": "B\n", "base/new.yaml": "n\n"}, FOLDERS)
    assert snapshot(tmp_path) == before


def test_link_in_a_generated_tree_is_replaced_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("precious\n")
    root = tmp_path / "repository"
    (root / "base").mkdir(parents=True)
    (root / "base/a.yaml").symlink_to(outside)
    write(root, {"base/a.yaml": "a\n"}, FOLDERS)
    assert outside.read_text() == "precious\n"
    assert (root / "base/a.yaml").read_text() == "a\n"
    assert not (root / "base/a.yaml").is_symlink()


def test_comparing_writes_nothing(tmp_path: Path) -> None:
    report = compare(tmp_path, {"base/a.yaml": "a\n"}, FOLDERS)
    assert report.created == ["base/a.yaml"]
    assert snapshot(tmp_path) == {}
