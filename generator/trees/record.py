"""What the last render made from which inputs, by unit: .cache/rendered.json, which is never committed.

A record that is lost, old or broken costs time and nothing else: what it does not vouch for is rendered.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

PATH = ".cache/rendered.json"


@dataclass(frozen=True)
class Entry:
    """One unit, as it was rendered."""

    inputs: str
    """Hash of what it was rendered from."""
    trees: Mapping[str, str]
    """Git's name of each folder that it yielded."""
    files: int
    objects: int
    stamps: Mapping[str, str] = field(default_factory=dict)
    """What the file system said of each folder when its contents were last found to be these."""


def read(root: Path) -> dict[str, Entry]:
    """The entries by unit; none where the record cannot be used."""
    try:
        return {name: Entry(**entry) for name, entry in json.loads((root / PATH).read_text("utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def save(root: Path, entries: Mapping[str, Entry]) -> None:
    """Replaces the record; a reader sees the old one or the new one."""
    path = root / PATH
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps({name: asdict(entry) for name, entry in entries.items()}, indent=1), "utf-8")
    os.replace(temporary, path)
