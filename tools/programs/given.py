"""A program that only the user can bring: a binary that an environment variable names."""

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


def _version(path: Path) -> str:
    try:
        run = subprocess.run(["go", "version", "-m", path], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "unknown"
    found = _VERSION.search(run.stdout)
    return found[1] if found else "unknown"
