"""Lock files, read: which packages of which hashes they let in, and on which line."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator

from .part import Part

REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)")
HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")
ACTION = re.compile(r"^\s*(?:- )?uses: ([\w.-]+/[\w.-]+)@([0-9a-f]{40}) # v?(\S+)")
MODULE = re.compile(r"([\w.~/-]+) v(\S+)")
GO_SUM = re.compile(r"^(\S+) v(\S+) (h1:\S+)$", re.MULTILINE)


class NotPinned(Exception):
    """A line of a lock file that lets in more than one version."""


def requirements(file: str, text: str) -> list[Part]:
    """What pip installs; raises NotPinned for a line that is no exact version."""
    found: list[tuple[int, str, str, list[str]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if match := REQUIREMENT.match(line):
            found.append((number, match[1], match[2], []))
        elif line.strip() and line.strip()[0] not in "#-":
            raise NotPinned(f"{file}:{number}: {line.strip()}: pin an exact version, with `--hash`; `make lock` does")
        if found:
            found[-1][3].extend(HASH.findall(line))
    return [Part("pypi", name, version, file, line, tuple(hashes)) for line, name, version, hashes in found]


def package_lock(file: str, text: str) -> list[Part]:
    """What npm installs; a package that comes inside another has no hash of its own and is left out."""
    lines = text.splitlines()
    starts = {line.strip(): number for number, line in enumerate(lines)}
    parts = []
    for path, entry in json.loads(text)["packages"].items():
        if not path or entry.get("inBundle") or entry.get("link"):
            continue
        start = starts[f"{json.dumps(path)}: {{"]  # as npm writes it
        line = next(number for number, line in enumerate(lines[start:], start + 1) if '"version":' in line)
        name = entry.get("name") or path.rpartition("node_modules/")[2]
        hashes = tuple(_hexadecimal(one) for one in entry.get("integrity", "").split())
        parts.append(Part("npm", name, entry["version"], file, line, hashes, licence=entry.get("license", "")))
    return parts


def _hexadecimal(integrity: str) -> str:
    algorithm, _, value = integrity.partition("-")
    return f"{algorithm}:{base64.b64decode(value).hex()}"


def go_module(file: str, text: str, sums: str) -> list[Part]:
    """What Go may download for a go.mod: replaced modules by what replaces them.

    One without a checksum in go.sum is needed by no package that is compiled; Go refuses to download it.
    """
    checksums = {(name, version): checksum for name, version, checksum in GO_SUM.findall(sums)}
    wanted: dict[str, tuple[str, str, int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        before, arrow, after = line.partition("//")[0].partition("=>")
        if match := MODULE.search(after if arrow else before):
            replaced = before.replace("replace", "").split()[0] if arrow else match[1]
            if not arrow or replaced in wanted:
                wanted[replaced] = (match[1], match[2], number)
    return [
        Part("golang", name, version, file, line, checksum=checksums.get((name, version), ""))
        for name, version, line in wanted.values()
    ]


def workflow(file: str, text: str) -> Iterator[Part]:
    """The actions of a workflow, each of a commit."""
    for number, line in enumerate(text.splitlines(), 1):
        if match := ACTION.match(line):
            yield Part("github", match[1], match[3], file, number, (), checksum=f"git:{match[2]}")
