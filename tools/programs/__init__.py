"""The real programs that the suites run: `program("redis-server")` installs it once and says how to call it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.programs.catalogue import Entry, catalogue, unavailable
from tools.programs.given import asset, given
from tools.programs.installers import INSTALLERS, recipe, site
from tools.programs.run import NotInstalled, say
from tools.programs.store import installed


@dataclass(frozen=True)
class Program:
    """A program that lies ready."""

    name: str
    path: Path
    """Its folder in the cache; of a program that the user gave, its file."""
    version: str
    argv: list[str]
    """How its command line begins."""


@dataclass(frozen=True)
class Unavailable:
    """A program that this machine cannot have."""

    name: str
    reason: str
    allowed: bool
    """Whether unavailable.toml names it."""


@cache
def program(name: str) -> Program | Unavailable:
    """The program of that name in catalogue.toml, installed if it is not yet; raises KeyError for an unknown name."""
    entry = catalogue()[name]
    if own := asset(entry):
        return Program(name, own, f"of {entry.assets}", [str(own)])
    try:
        needs = {need: _needed(need) for need in entry.needs}
        path, version = _place(entry, needs)
    except NotInstalled as problem:
        known = unavailable().get(name)
        return Unavailable(name, known or str(problem), allowed=known is not None)
    return Program(name, path, version, [word.format(here=path, site=site(path), **needs) for word in entry.argv])


def _needed(name: str) -> Program:
    found = program(name)
    if isinstance(found, Unavailable):
        raise NotInstalled(f"needs {name}: {found.reason}")
    return found


def _place(entry: Entry, needs: Mapping[str, Program]) -> tuple[Path, str]:
    if entry.origin == "nowhere":
        raise NotInstalled("no package index has it")
    if entry.origin == "given":
        return given(entry)
    if entry.origin == "part":
        [whole] = needs.values()
        return whole.path, entry.version

    def install(here: Path) -> None:
        say(f"installing {entry.name} {entry.version} ({entry.origin})")
        start = time.monotonic()
        INSTALLERS[entry.origin](entry, here, {name: program.argv for name, program in needs.items()})
        say(f"installed {entry.name} in {time.monotonic() - start:.0f} s")

    return installed(entry.name, entry.version, recipe(entry), install), entry.version
