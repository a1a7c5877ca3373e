"""python -m tools.programs.lock NAME...: writes the lock files of programs anew, after a change of what is wanted.

requirements.in and overrides.txt, package.json, or manifest.yaml say what is wanted.  For a program of Debian it prints
what catalogue.toml must say.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tools.programs import Program, program
from tools.programs.catalogue import HERE, Entry, catalogue
from tools.programs.installers import BUILDER
from tools.programs.run import say


def pip(entry: Entry, folder: Path) -> None:
    """For every platform and Python 3.11 or newer; of what is unpacked from a wheel, that wheel alone."""
    options = ["--quiet", "--universal", "--generate-hashes", "--no-emit-index-url", "--no-header"]
    options += ["--no-deps"] if "unpack" in entry.options else []
    overrides = ["--override", "overrides.txt"] if (folder / "overrides.txt").exists() else []
    files = ["requirements.in", "--output-file", "requirements.txt"]
    _run([*_argv("uv"), "pip", "compile", *options, "--python-version", "3.11", *overrides, *files], folder)


def npm(entry: Entry, folder: Path) -> None:
    """Without the addresses of a registry."""
    node = Path(_argv("node")[0])
    cli = node.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    options = ["--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved", "--no-audit"]
    _run([str(node), str(cli), "install", *options], folder)


def go(entry: Entry, folder: Path) -> None:
    """`tidy -e`, for it also looks at the tests of modules, which may need what no proxy has."""
    _run(["go", "mod", "tidy"], folder / "builder")
    with tempfile.TemporaryDirectory() as scratch:
        builder = f"{scratch}/builder"
        _run(["go", "build", "-o", builder, BUILDER], folder / "builder")
        # It fails where a test of a module lacks something, after it has written go.mod.
        _run([builder, "--config", str(folder / "manifest.yaml"), "--skip-compilation"], Path(scratch), check=False)
        sources = Path(scratch) / "build"
        _run(["go", "mod", "tidy", "-e"], sources)
        for name in ("go.mod", "go.sum"):
            (folder / name).write_text((sources / name).read_text())


def go_source(entry: Entry, folder: Path) -> None:
    _run(["go", "mod", "tidy"], folder)


def debian(entry: Entry, folder: Path) -> None:
    names = [archive[0] for archive in entry.options["archives"]]
    _run(["apt-get", "download", "--print-uris", *names], HERE)


LOCKERS: dict[str, Callable[[Entry, Path], None]] = {
    "pip": pip,
    "npm": npm,
    "go": go,
    "go-source": go_source,
    "debian": debian,
}


def _argv(name: str) -> list[str]:
    found = program(name)
    if not isinstance(found, Program):
        sys.exit(f"{name}: {found.reason}")
    return found.argv


def _run(argv: list[str], cwd: Path, *, check: bool = True) -> None:
    if subprocess.run(argv, cwd=cwd).returncode != 0 and check:
        sys.exit(f"failed: {' '.join(argv)}")


def main(names: list[str]) -> None:
    for entry in catalogue().values():
        if entry.origin in LOCKERS and entry.name in (names or catalogue()):
            say(f"locking {entry.name}")
            LOCKERS[entry.origin](entry, HERE / entry.name)


if __name__ == "__main__":
    main(sys.argv[1:])
