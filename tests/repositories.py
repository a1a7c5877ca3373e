"""Small repositories: what a whole run is tried on where the three environments would take too long."""

from __future__ import annotations

import shutil
from pathlib import Path

from generator.render import render
from tests.conftest import ROOT


def rendered(root: Path, copy: str) -> Path:
    """The defaults, dev, and dev once more under another name, with their trees."""
    environments = root / "environments"
    environments.mkdir()
    for name in ("defaults", "dev"):
        shutil.copy(ROOT / f"environments/{name}.yaml", environments)
    shutil.copy(environments / "dev.yaml", environments / f"{copy}.yaml")
    shutil.copy(ROOT / ".gitignore", root)
    assert render(root).current == 0
    return root


def copied(origin: Path, folder: Path) -> Path:
    """One to change, of one that is shared."""
    shutil.copytree(origin, folder / "repository", symlinks=True)
    return folder / "repository"


def edit(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text("utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new), "utf-8")
