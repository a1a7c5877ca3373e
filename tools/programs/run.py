"""Running installers: quietly, with their output in a file that a failure quotes."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


class NotInstalled(Exception):
    """A program cannot be had on this machine; the text says why."""


def say(text: str) -> None:
    """Progress, for the one who waits."""
    print(text, file=sys.stderr, flush=True)


def run(argv: Sequence[str | Path], *, cwd: Path, log: Path, env: Mapping[str, str] | None = None) -> None:
    """Run an installer; raises NotInstalled with the last lines of its output when it fails or is missing."""
    with log.open("ab") as output:
        try:
            code = subprocess.run(
                argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            ).returncode
        except FileNotFoundError:
            raise NotInstalled(f"{argv[0]} is not on this machine") from None
    if code != 0:
        lines = log.read_text(errors="replace").strip().splitlines()[-5:]
        raise NotInstalled(f"{Path(argv[0]).name} exited with {code}: " + " | ".join(line.strip() for line in lines))
