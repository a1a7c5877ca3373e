"""The archive of a Go module, which the Go command has checked against the public checksum database."""

import json
import os
import subprocess
import tempfile
from pathlib import Path


class ModuleUnavailable(Exception):
    """There is no Go, the module cannot be had, or it is not the one whose checksum was recorded."""


def archive(module: str, version: str, checksum: str) -> Path:
    """The zip file of `module@version`, whose entries begin with that name; `checksum` is go.sum's."""
    name = f"{module}@{version}"
    # A module may ask for a newer Go than this one to build it. Only its files are read, so no toolchain is fetched.
    environment = os.environ | {"GOTOOLCHAIN": "local"}
    command = ["go", "mod", "download", "-json", name]
    with tempfile.TemporaryDirectory() as outside_any_module:
        try:
            run = subprocess.run(command, env=environment, cwd=outside_any_module, capture_output=True, text=True)
        except FileNotFoundError:
            raise ModuleUnavailable(f"go is not on this machine, and {name} is read by it") from None
    answer = json.loads(run.stdout or "{}")
    if "Zip" not in answer or "Sum" not in answer:
        raise ModuleUnavailable(f"{name}: {answer.get('Error') or run.stderr.strip()}")
    if answer["Sum"] != checksum:
        raise ModuleUnavailable(f"{name} has the checksum {answer['Sum']}, recorded is {checksum}")
    return Path(answer["Zip"])
