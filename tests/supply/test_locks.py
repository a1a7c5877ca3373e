"""Lock files as they are read: every package with its line and its hashes; what is open does not pass as pinned."""

from __future__ import annotations

import re
import subprocess
import tomllib

import pytest

from tests.conftest import ROOT
from tools.programs.catalogue import catalogue
from tools.supply import inventory, locks
from tools.supply.part import Part

DIGEST = "0123456789abcdef" * 4


def test_a_requirement_has_its_line_and_all_its_hashes() -> None:
    text = f"""# a comment
one==1.0 ; python_version < "3.12" \\
    --hash=sha256:{DIGEST} \\
    --hash=sha256:{DIGEST[::-1]}
    # via two
two[extra]==2.0.post1 --hash=sha256:{DIGEST}
three==3
"""
    assert locks.requirements("r.txt", text) == [
        Part("pypi", "one", "1.0", "r.txt", 2, (f"sha256:{DIGEST}", f"sha256:{DIGEST[::-1]}")),
        Part("pypi", "two", "2.0.post1", "r.txt", 6, (f"sha256:{DIGEST}",)),
        Part("pypi", "three", "3", "r.txt", 7),
    ]


@pytest.mark.parametrize("line", ["one>=1.0", "one", "git+https://example.com/one.git", "./one"])
def test_a_requirement_that_is_open_is_refused(line: str) -> None:
    with pytest.raises(locks.NotPinned, match=re.escape(f"r.txt:2: {line}: pin an exact version")):
        locks.requirements("r.txt", f"# head\n{line}\n")


def test_npm_packages_are_named_as_the_registry_names_them() -> None:
    text = """{
  "packages": {
    "": {"name": "own"},
    "node_modules/@a/b": {
      "version": "1.0.0",
      "integrity": "sha512-AAEC",
      "license": "MIT"
    },
    "node_modules/c/node_modules/alias": {
      "name": "real",
      "version": "2.0.0"
    },
    "node_modules/c/node_modules/inside": {
      "version": "3.0.0",
      "inBundle": true
    }
  }
}
"""
    assert locks.package_lock("p.json", text) == [
        Part("npm", "@a/b", "1.0.0", "p.json", 5, ("sha512:000102",), licence="MIT"),
        Part("npm", "real", "2.0.0", "p.json", 11),
    ]


def test_go_modules_are_those_that_replace_them() -> None:
    text = """module own

go 1.26.0

require (
	example.com/a v1.0.0
	example.com/b/v2 v2.1.0-rc.1 // indirect
)

require example.com/c v0.1.0

replace example.com/a => example.com/fork v1.0.1

replace example.com/unused => example.com/other v9.9.9
"""
    sums = (
        "example.com/fork v1.0.1 h1:fork=\nexample.com/fork v1.0.1/go.mod h1:no=\nexample.com/c v0.1.0/go.mod h1:no=\n"
    )
    assert locks.go_module("go.mod", text, sums) == [
        Part("golang", "example.com/fork", "1.0.1", "go.mod", 12, checksum="h1:fork="),
        Part("golang", "example.com/b/v2", "2.1.0-rc.1", "go.mod", 7),
        Part("golang", "example.com/c", "0.1.0", "go.mod", 10),
    ]


def test_actions_are_read_with_their_commit() -> None:
    text = f"steps:\n  - uses: a/b@{DIGEST[:40]} # v1.2.3\n  - uses: a/c@v1\n"
    assert list(locks.workflow("w.yaml", text)) == [
        Part("github", "a/b", "1.2.3", "w.yaml", 2, checksum=f"git:{DIGEST[:40]}")
    ]


# What the repository holds


def test_every_download_has_a_checksum() -> None:
    """Packages of every lock file, modules, archives and actions; so what is fetched is what was reviewed."""
    parts = [*inventory.python(ROOT), *(part for program in inventory.programs(ROOT) for part in program.parts)]
    assert {part.kind for part in parts} == {"pypi", "npm", "golang", "deb", "github"}
    bare = [
        f"{part.file}:{part.line}: {part.name} {part.version}"
        for part in parts
        if not part.hashes and not part.checksum
    ]
    assert bare == []


def test_every_lock_file_is_read() -> None:
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=True)
    names = r"(^|/)(requirements[^/]*\.txt|package-lock\.json|go\.mod)$"
    files = {name for name in listed.stdout.split("\0") if re.search(names, name)}
    files -= {name for name in files if name.endswith("go.mod") and "require" not in (ROOT / name).read_text("utf-8")}
    read = {part.file for part in inventory.python(ROOT)}
    read |= {part.file for program in inventory.programs(ROOT) for part in program.parts}
    assert files - read == set(), "tools/supply/inventory.py must read these too"


def test_pip_installs_by_hash_alone() -> None:
    """In the Makefile by an option of each call; in Python in one place, which has the option."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    calls = [line for line in makefile.splitlines() if "pip install" in line]
    assert calls
    assert [line for line in calls if "--require-hashes" not in line] == []
    callers = [
        path.relative_to(ROOT).as_posix()
        for folder in ("generator", "tools", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r'"pip", ?"install"', path.read_text("utf-8"))
    ]
    assert callers == ["tools/locked.py"]
    assert '"--require-hashes", "--no-deps"' in (ROOT / "tools/locked.py").read_text("utf-8")


def test_the_lock_files_hold_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    asked = {part.name: part.version for line in wanted for part in locks.requirements("pyproject.toml", line)}
    locked = {part.name: part.version for part in inventory.python(ROOT)}
    differ = {name: version for name, version in asked.items() if locked.get(normal(name)) != version}
    assert differ == {}, "run `make lock`"


def normal(name: str) -> str:
    """A name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_build_backend_is_the_one_that_is_installed_by_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["build-system"]["requires"] == [f"hatchling=={catalogue()['hatchling'].version}"]
