"""Files -> disk: all or nothing, equal files untouched, stale files gone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .files import Files

TEMPORARY = ".tmp"


@dataclass(frozen=True)
class Report:
    """What a write did, by path."""

    created: list[str]
    changed: list[str]
    deleted: list[str]
    unchanged: int

    @property
    def total(self) -> int:
        return len(self.created) + len(self.changed) + self.unchanged


def compare(root: Path, files: Files, folders: tuple[str, ...]) -> Report:
    """How the folders differ from the plan; nothing is written."""
    present = set(existing(root, folders))
    created, changed = [], []
    for path, text in files.items():
        if path not in present:
            created.append(path)
        elif (root / path).is_symlink() or (root / path).read_bytes() != text.encode():
            changed.append(path)
    deleted = sorted(present - files.keys())
    return Report(sorted(created), sorted(changed), deleted, len(files) - len(created) - len(changed))


def existing(root: Path, folders: tuple[str, ...]) -> list[str]:
    """Every file below the folders; links are listed, never followed."""
    found = []
    for folder in folders:
        for parent, folders_here, names in os.walk(root / folder):
            relative = Path(parent).relative_to(root).as_posix()
            links = [name for name in folders_here if (Path(parent) / name).is_symlink()]
            found += [f"{relative}/{name}" for name in (*names, *links)]
    return found


def write(root: Path, files: Files, folders: tuple[str, ...]) -> Report:
    """Make the folders equal to the plan.

    New texts are staged beside their targets first, so a full disk or a missing right changes nothing; should a rename
    fail later, what was replaced is put back.
    """
    report = compare(root, files, folders)
    staged: list[tuple[Path, Path]] = []
    try:
        for path in (*report.created, *report.changed):
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = target.with_name(target.name + TEMPORARY)
            staged.append((temporary, target))
            temporary.write_bytes(files[path].encode())
        _replace(root, staged, report.deleted)
    except BaseException:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
        _remove_empty(root, folders)
        raise
    _remove_empty(root, folders)
    return report


def _replace(root: Path, staged: list[tuple[Path, Path]], deleted: list[str]) -> None:
    before = {target: target.read_bytes() if target.is_file() else None for _, target in staged}
    before |= {root / path: (root / path).read_bytes() for path in deleted if (root / path).is_file()}
    try:
        for temporary, target in staged:
            os.replace(temporary, target)
        for path in deleted:
            (root / path).unlink()
    except BaseException:
        for target, content in before.items():
            if content is None:
                target.unlink(missing_ok=True)
            else:
                target.write_bytes(content)
        raise


def _remove_empty(root: Path, folders: tuple[str, ...]) -> None:
    for folder in folders:
        for parent, _, _ in os.walk(root / folder, topdown=False):
            if Path(parent) != root / folder and not os.listdir(parent):
                os.rmdir(parent)
