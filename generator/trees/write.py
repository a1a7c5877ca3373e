"""Files -> disk: all or nothing, equal files untouched, stale files gone.

New texts are staged beside their targets first, so a full disk or a missing right changes nothing.  Then they are moved
into place; should a move fail, what was replaced is put back.  A process that is killed leaves names that end with one
of LEFTOVERS, and at worst some targets new and some old: the next write finds and mends both.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .files import Files

STAGED, BEFORE = ".tmp", ".was"
LEFTOVERS = (STAGED, BEFORE)


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


def compare(root: Path, files: Files, folders: Sequence[str]) -> Report:
    """How the folders differ from the plan; nothing is written."""
    return _compared(root, files, set(existing(root, folders)))


def _compared(root: Path, files: Files, present: set[str]) -> Report:
    created, changed = [], []
    for path, text in files.items():
        if path not in present:
            created.append(path)
        elif not _holds(f"{root}/{path}", text.encode()):
            changed.append(path)
    deleted = sorted(present - files.keys())
    return Report(sorted(created), sorted(changed), deleted, len(files) - len(created) - len(changed))


def existing(root: Path, folders: Iterable[str]) -> list[str]:
    """Every file below the folders; links are listed, never followed, and nothing is below one."""
    found = []
    for folder in folders:
        if _linked(root, folder):
            continue
        for parent, folders_here, names in os.walk(root / folder):
            relative = Path(parent).relative_to(root).as_posix()
            links = [name for name in folders_here if os.path.islink(f"{parent}/{name}")]
            found += [f"{relative}/{name}" for name in (*names, *links)]
    return found


def ownerless(root: Path, folders: Iterable[str], owned: Iterable[str]) -> list[str]:
    """Files in the generator's folders that belong to no environment: one that was removed, or a stranger."""
    owners = set(owned)
    found = []
    for top in folders:
        if top in owners or _linked(root, top) or not (root / top).is_dir():
            continue
        for path in sorted((root / top).iterdir()):
            shown = f"{top}/{path.name}"
            if shown not in owners:
                found += existing(root, [shown]) if path.is_dir() and not path.is_symlink() else [shown]
    return found


def write(root: Path, files: Files, folders: Sequence[str]) -> Report:
    """Make the folders equal to the plan; raises OSError, and the folders are as they were."""
    try:
        report = stage(root, files, folders)
        commit(root, [report])
    except BaseException:
        sweep(root, folders)
        raise
    return report


def stage(root: Path, files: Files, folders: Sequence[str]) -> Report:
    """Writes each new text beside its target; raises OSError, and what is staged then is for `sweep`."""
    report = _compared(root, files, sweep(root, folders))
    wanted = (*report.created, *report.changed)
    for folder in {os.path.dirname(path) for path in wanted}:
        _make(root, folder)
    for path in wanted:
        with open(f"{root}/{path}{STAGED}", "wb", buffering=0) as file:
            _write_all(file.fileno(), files[path].encode())
    return report


def sweep(root: Path, folders: Iterable[str]) -> set[str]:
    """Removes what a write that did not come to its end has left; every other file stays, and is returned."""
    paths = existing(root, folders)
    left = {path for path in paths if path.endswith(LEFTOVERS)}
    for path in left:
        os.unlink(f"{root}/{path}")
    _prune(root, left)
    return set(paths) - left


def commit(root: Path, reports: Sequence[Report]) -> None:
    """Moves what was staged into place, and removes what is stale; raises OSError after putting all of it back."""
    created = [f"{root}/{path}" for report in reports for path in report.created]
    changed = [f"{root}/{path}" for report in reports for path in report.changed]
    deleted = [f"{root}/{path}" for report in reports for path in report.deleted]
    begun: list[str] = []
    try:
        for target in (*changed, *deleted):
            begun.append(target)
            os.replace(target, target + BEFORE)
        for target in (*changed, *created):
            begun.append(target)
            os.replace(target + STAGED, target)
    except BaseException:
        _put_back(dict.fromkeys(begun), set(created))
        raise
    for target in (*changed, *deleted):
        os.unlink(target + BEFORE)
    _prune(root, [path for report in reports for path in report.deleted])


def _put_back(targets: Iterable[str], created: set[str]) -> None:
    for target in targets:
        if target in created:
            _remove(target)
        elif os.path.lexists(target + BEFORE):
            os.replace(target + BEFORE, target)


def _holds(path: str, data: bytes) -> bool:
    if os.path.islink(path):
        return False
    with open(path, "rb", buffering=0) as file:
        return file.read() == data


def _write_all(descriptor: int, data: bytes) -> None:
    """A file system that is nearly full takes a part, and says so only when asked for the rest."""
    while data:
        data = data[os.write(descriptor, data) :]


def _make(root: Path, folder: str) -> None:
    """Raises OSError for a link on the way: the generator writes into its own folders, not to where a link leads."""
    way = os.fspath(root)
    for part in folder.split("/"):
        way = f"{way}/{part}"
        if os.path.islink(way):
            raise OSError(errno.ENOTDIR, "a link stands where a folder belongs; remove it", way)
        if not os.path.isdir(way):
            os.makedirs(way)


def _linked(root: Path, folder: str) -> bool:
    """Whether a link stands on the way to a folder, or in its place."""
    parts = folder.split("/")
    return any(os.path.islink(f"{root}/{'/'.join(parts[: count + 1])}") for count in range(len(parts)))


def _remove(path: str) -> None:
    with suppress(FileNotFoundError, IsADirectoryError):
        os.unlink(path)


def _prune(root: Path, paths: Iterable[str]) -> None:
    """Removes the folders of files that are gone where nothing else is in them."""
    for folder in {os.path.dirname(path) for path in paths}:
        while folder:
            try:
                os.rmdir(f"{root}/{folder}")
            except OSError:
                break
            folder = os.path.dirname(folder)
