"""What an environment is rendered from, as one hash: its files, the defaults, and the generator itself.

An environment whose hash is the recorded one yields what it yielded then, so it need not be rendered again.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from generator.components.policies import FOLDER as POLICIES
from generator.environment.load import DEFAULTS, names
from generator.environment.outputs import outputs_file

from .plan import folders

PACKAGE = Path(__file__).parents[1]
LIBRARIES = Path(yaml.__file__).parents[1]
"""Where libraries are installed: another release of one may write other bytes."""


@dataclass(frozen=True)
class Unit:
    """What is rendered, recorded and verified as one: an environment, or the bases, which are the defaults' unit."""

    name: str
    folders: tuple[str, ...]
    """Below the repository; the unit owns them whole."""
    inputs: str
    """Hash of everything that it is rendered from."""


def units(root: Path) -> list[Unit]:
    """The bases and every environment; raises EnvironmentInvalid where there is none."""
    folder = root / "environments"
    shared = hashlib.sha256(_generator())
    for part in _parts([folder / f"{DEFAULTS}.yaml"], folder):
        shared.update(part)
    found = [Unit(DEFAULTS, folders(DEFAULTS), shared.hexdigest())]
    for name in names(folder):
        own = shared.copy()
        paths = (folder / f"{name}.yaml", folder / outputs_file(name), *sorted((folder / name).glob("patches/*.yaml")))
        for part in _parts(paths, folder):
            own.update(part)
        found.append(Unit(name, folders(name), own.hexdigest()))
    return found


def _generator() -> bytes:
    """Every file of the generator, the policies that it renders, and the releases of all libraries."""
    versions = [f"Python {sys.version_info.major}.{sys.version_info.minor}"]
    versions += sorted(name for name in os.listdir(LIBRARIES) if name.endswith(".dist-info"))
    found = hashlib.sha256("\n".join(versions).encode())
    for base in (PACKAGE, POLICIES):
        paths = (path for path in base.rglob("*") if path.suffix != ".pyc" and path.is_file())
        for part in _parts(sorted(paths), base):
            found.update(part)
    return found.digest()


def _parts(paths: Iterable[Path], base: Path) -> Iterator[bytes]:
    """Name and content of each file that is there, each with its length, so that no two lists read the same."""
    for path in paths:
        if path.is_file():
            for part in (path.relative_to(base).as_posix().encode(), path.read_bytes()):
                yield b"%d:" % len(part)
                yield part
