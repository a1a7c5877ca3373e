"""What catalogue.toml and unavailable.toml say."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


class CatalogueError(Exception):
    """The catalogue cannot be used as it is written."""


@dataclass(frozen=True)
class Entry:
    """One program of the catalogue; its keys are explained at the head of catalogue.toml."""

    name: str
    origin: str
    version: str
    argv: tuple[str, ...]
    needs: tuple[str, ...] = ()
    image: str = ""
    differs: str = ""
    assets: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What only programs of its origin have."""


def catalogue(path: Path = HERE / "catalogue.toml") -> dict[str, Entry]:
    """Every program by name; raises CatalogueError when one needs a program that is not above it."""
    entries: dict[str, Entry] = {}
    for name, table in tomllib.loads(path.read_text()).items():
        try:
            entry = Entry(
                name=name,
                origin=table.pop("from"),
                version=table.pop("version"),
                argv=tuple(table.pop("argv")),
                needs=tuple(table.pop("needs", ())),
                image=table.pop("image", ""),
                differs=table.pop("differs", ""),
                assets=table.pop("assets", ""),
                options=table,
            )
        except KeyError as key:
            raise CatalogueError(f"{path.name}: {name} has no {key}") from None
        unknown = [need for need in entry.needs if need not in entries]
        if unknown:
            raise CatalogueError(f"{path.name}: {name} needs {', '.join(unknown)}, which must stand above it")
        entries[name] = entry
    return entries


def unavailable(path: Path = HERE / "unavailable.toml") -> dict[str, str]:
    """Name -> why a machine may lack it: a program, or a part of one."""
    return {name: table["reason"] for name, table in tomllib.loads(path.read_text()).items()}
