"""Installing from a lock file: the one place in Python that calls pip, so nothing comes in without a known hash."""

from __future__ import annotations

import re
import shutil
import subprocess
import venv
from pathlib import Path

INSTALL = (
    *("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
    *("--require-hashes", "--no-deps", "-r"),
)
"""Arguments of a Python that installs what a lock file lists; the file's path follows."""


def environment(folder: Path, requirements: Path, *, lenient: bool = False) -> Path:
    """The Python of a virtual environment that holds what a lock file lists; made anew when the file has changed.

    With `lenient` a package that this system has no build of is left out; without it CalledProcessError is raised.
    """
    python, done = folder / "bin/python", folder / "installed.txt"
    wanted = requirements.read_text("utf-8")
    if not done.exists() or done.read_text("utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        if subprocess.run([python, *INSTALL, requirements], check=not lenient).returncode:
            for package in re.split(r"\n(?=[a-z0-9])", wanted, flags=re.IGNORECASE):
                (folder / "one.txt").write_text(package, "utf-8")
                subprocess.run([python, *INSTALL, folder / "one.txt"], check=False)
        done.write_text(wanted, "utf-8")
    return python
