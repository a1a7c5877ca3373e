"""A program that the user brings: a binary, or one in a folder, that an environment variable names."""

import os
import re
import subprocess
from pathlib import Path

from tools.programs.catalogue import Entry
from tools.programs.run import NotInstalled

_VERSION = re.compile(r"^\tmod\t\S+\t(\S+)", re.MULTILINE)


def given(entry: Entry) -> tuple[Path, str]:
    """The binary, and its version by its build information; raises NotInstalled when the variable names none."""
    variable = entry.options["variable"]
    named = os.environ.get(variable)
    if not named:
        raise NotInstalled(f"{variable} names no binary")
    path = Path(named).resolve()
    if not os.access(path, os.X_OK):
        raise NotInstalled(f"{variable}: {path} is not a program")
    return path, _version(path)


def asset(entry: Entry) -> Path | None:
    """The program in the folder that the user names, where the entry has such a variable and the folder has it."""
    folder = os.environ.get(entry.assets) if entry.assets else None
    path = Path(folder or "") / entry.name
    return path.resolve() if folder and os.access(path, os.X_OK) else None


def _version(path: Path) -> str:
    try:
        run = subprocess.run(["go", "version", "-m", path], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "unknown"
    found = _VERSION.search(run.stdout)
    return found[1] if found else "unknown"
