"""Git's names of files and folders: a hash of what they hold, and of nothing else.

Whether a folder holds what was rendered is then one comparison; and the name is the one that a commit has for it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from .files import Files

FILE, LINK, FOLDER = b"100644", b"120000", b"40000"
"""Modes in a tree; that a file may be executed is not told, for no manifest is."""
CHUNK = 1 << 16
"""Bytes read at a time; hardly a manifest has more."""


def blob(data: bytes, algorithm: Callable[..., Any] = hashlib.sha1) -> bytes:
    """The name of a file's content, as bytes; `algorithm` is that of the repository."""
    name: bytes = algorithm(b"blob %d\0" % len(data) + data, usedforsecurity=False).digest()
    return name


def of_files(files: Files, folder: str) -> str:
    """The name of a folder as a plan has it; empty where the plan has nothing there."""
    root: dict[str, object] = {}
    below = f"{folder}/"
    for path, text in files.items():
        if path.startswith(below):
            *parents, name = path.removeprefix(below).split("/")
            level = root
            for parent in parents:
                level = level.setdefault(parent, {})  # type: ignore[assignment]
            level[name] = blob(text.encode())
    return _of_level(root).hex() if root else ""


def of_folder(folder: Path) -> str:
    """The name of a folder on disk, from every byte that it holds; empty where there is none."""
    return (_of_disk(os.fspath(folder)) or b"").hex() if folder.is_dir() and not folder.is_symlink() else ""


def stamp(folder: Path) -> tuple[str, int]:
    """A hash of what the file system says of every file: place, size, time of the last change; and the newest time.

    The time is in nanoseconds.  As in Git's index: where nothing of it differs, nothing was written since.
    """
    found = hashlib.sha256()
    newest = 0
    pending = [os.fspath(folder)] if folder.is_dir() and not folder.is_symlink() else []
    while pending:
        with os.scandir(pending.pop()) as listed:
            for entry in sorted(listed, key=lambda entry: entry.name):
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                else:
                    seen = entry.stat(follow_symlinks=False)
                    newest = max(newest, seen.st_mtime_ns)
                    told = (entry.path, seen.st_mode, seen.st_ino, seen.st_size, seen.st_mtime_ns)
                    found.update(repr(told).encode("utf-8", "surrogateescape"))
    return found.hexdigest(), newest


def _of_level(level: Mapping[str, object]) -> bytes:
    return _tree(
        (FOLDER, name, _of_level(item)) if isinstance(item, dict) else (FILE, name, item)  # type: ignore[misc]
        for name, item in level.items()
    )


def _of_disk(folder: str) -> bytes | None:
    """None for a folder without a file, which Git does not know."""
    entries = []
    with os.scandir(folder) as listed:
        for entry in listed:
            if entry.is_symlink():
                entries.append((LINK, entry.name, blob(os.fsencode(os.readlink(entry.path)))))
            elif entry.is_dir():
                if name := _of_disk(entry.path):
                    entries.append((FOLDER, entry.name, name))
            else:
                entries.append((FILE, entry.name, blob(_read(entry.path))))
    return _tree(entries) if entries else None


def _read(path: str) -> bytes:
    """Without Python's file objects, which take longer than the reading: a fleet has a quarter of a million files."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        data = os.read(descriptor, CHUNK)
        while len(data) >= CHUNK and (more := os.read(descriptor, CHUNK)):
            data += more
    finally:
        os.close(descriptor)
    return data


def _tree(entries: Iterable[tuple[bytes, str, bytes]]) -> bytes:
    """Entries in Git's order, in which a folder stands as if its name ended with a slash."""
    lines = []
    for mode, name, inner in entries:
        shown = os.fsencode(name)
        lines.append((shown + b"/" if mode == FOLDER else shown, b"%s %s\0%s" % (mode, shown, inner)))
    lines.sort()
    data = b"".join([line for _, line in lines])
    return hashlib.sha1(b"tree %d\0" % len(data) + data, usedforsecurity=False).digest()
