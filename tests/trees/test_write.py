"""Writing: all or nothing, equal files untouched, stale files gone."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from generator.trees.write import compare, ownerless, write

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
    original = os.write

    def full(descriptor: int, data: bytes) -> int:
        if data.startswith(b"z"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return original(descriptor, data[:3])  # a file system may take less than it is given

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, {"base/a.yaml": "changed\n", "rendered/n/z.yaml": "z\n"}, FOLDERS)
    assert snapshot(tmp_path) == before
    assert not (tmp_path / "rendered").exists()


def test_a_text_is_written_whole_where_the_system_takes_it_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: original(descriptor, data[:3]))
    write(tmp_path, {"base/a.yaml": "a longer text\n"}, FOLDERS)
    assert snapshot(tmp_path) == {"base/a.yaml": b"a longer text\n"}


@pytest.mark.parametrize("target", ["a.yaml", "b.yaml", "new.yaml", "stale.yaml.was"])
def test_failure_while_moving_puts_everything_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    write(tmp_path, {"base/a.yaml": "a\n", "base/b.yaml": "b\n", "base/stale.yaml": "s\n"}, FOLDERS)
    before = snapshot(tmp_path)
    original = os.replace
    failed = False

    def breaking(source: str, destination: str) -> None:
        nonlocal failed
        if destination.endswith(f"/{target}") and not failed:
            failed = True
            raise OSError(errno.EACCES, "Permission denied", destination)
        original(source, destination)

    monkeypatch.setattr(os, "replace", breaking)
    with pytest.raises(OSError, match="Permission denied"):
        write(tmp_path, {"base/a.yaml": "A\n", "base/b.yaml": "B\n", "base/new.yaml": "n\n"}, FOLDERS)
    assert snapshot(tmp_path) == before


def test_leftovers_of_a_killed_write_are_mended(tmp_path: Path) -> None:
    write(tmp_path, {"base/a.yaml": "a\n", "base/b.yaml": "b\n"}, FOLDERS)
    os.replace(tmp_path / "base/a.yaml", tmp_path / "base/a.yaml.was")  # killed between two moves
    (tmp_path / "base/a.yaml.tmp").write_text("A\n")
    (tmp_path / "rendered/x").mkdir(parents=True)
    (tmp_path / "rendered/x/c.yaml.tmp").write_text("half a te")
    assert compare(tmp_path, {"base/b.yaml": "b\n"}, FOLDERS).deleted == [
        *("base/a.yaml.tmp", "base/a.yaml.was", "rendered/x/c.yaml.tmp")
    ]
    report = write(tmp_path, {"base/a.yaml": "A\n", "base/b.yaml": "b\n"}, FOLDERS)
    assert (report.created, report.changed, report.deleted) == (["base/a.yaml"], [], [])
    assert snapshot(tmp_path) == {"base/a.yaml": b"A\n", "base/b.yaml": b"b\n"}
    assert not (tmp_path / "rendered").exists()


@pytest.mark.parametrize("link", ["rendered", "rendered/dev"])
def test_a_link_in_the_place_of_a_folder_is_refused(tmp_path: Path, link: str) -> None:
    outside, root = tmp_path / "outside", tmp_path / "repository"
    outside.mkdir()
    (root / link).parent.mkdir(parents=True)
    (root / link).symlink_to(outside, target_is_directory=True)
    (outside / "mine.tmp").write_text("mine")
    for folders in (FOLDERS, ("rendered/dev",)):
        with pytest.raises(OSError, match="a link stands where a folder belongs; remove it") as refused:
            write(root, {"rendered/dev/karpenter/a.yaml": "a\n"}, folders)
        assert refused.value.filename == str(root / link)
    assert ownerless(root, FOLDERS, ["base"]) in ([], ["rendered/dev"])
    assert [path.name for path in outside.iterdir()] == ["mine.tmp"]


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
