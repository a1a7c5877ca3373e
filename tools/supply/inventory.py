"""Every part that is pinned: packages of the lock, programs of the suites, images and charts of environments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from generator.check.delivery.released import releases
from generator.check.documents import line_of
from generator.check.objectset import Item, ObjectSet
from generator.day2.pins import CHARTS
from generator.environment.load import names
from generator.environment.model import Environment
from generator.environment.problem import EnvironmentInvalid, Problem
from generator.trees.repository import Repository
from tools.programs.catalogue import Entry, catalogue

from . import locks
from .part import Part

CATALOGUE = "tools/programs/catalogue.toml"
LOCKED = ("requirements.txt", "requirements-dev.txt")


@dataclass(frozen=True)
class Program:
    """One program that the suites or the tools run, and what is installed for it."""

    itself: Part
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Rendered:
    """What the environments run; the problems of those that cannot be loaded."""

    environments: Mapping[str, tuple[Part, ...]]
    problems: tuple[Problem, ...]


def python(root: Path) -> list[Part]:
    """What the generator needs, then what its tests need on top."""
    found: dict[tuple[str, str], Part] = {}
    for file in LOCKED:
        for part in locks.requirements(file, (root / file).read_text("utf-8")):
            found.setdefault((part.name, part.version), part)
    return list(found.values())


def programs(root: Path) -> list[Program]:
    """The catalogue's programs, then the tools with a lock file of their own, then the workflows with their actions."""
    text = (root / CATALOGUE).read_text("utf-8")
    found = [
        Program(
            Part("generic", entry.name, entry.version, CATALOGUE, _line(text, f"[{entry.name}]", "version")),
            tuple(_installed(root, entry, text)),
        )
        for entry in catalogue(root / CATALOGUE).values()
    ]
    for path in (*sorted((root / "tools").glob("*/requirements.txt")), *(root / "tests").glob("*/requirements.txt")):
        file = path.relative_to(root).as_posix()
        itself = Part("generic", "-".join(path.relative_to(root).parts[:2]), "", file, 1)
        found.append(Program(itself, tuple(locks.requirements(file, path.read_text("utf-8")))))
    for path in sorted((root / ".github/workflows").glob("*.yaml")):
        file = path.relative_to(root).as_posix()
        itself = Part("generic", f"workflow-{path.stem}", "", file, 1)
        found.append(Program(itself, tuple(dict.fromkeys(locks.workflow(file, path.read_text("utf-8"))))))
    return found


def _installed(root: Path, entry: Entry, text: str) -> list[Part]:
    folder = root / CATALOGUE.rpartition("/")[0] / entry.name
    file = folder.relative_to(root).as_posix()

    def read(name: str) -> tuple[str, str]:
        return f"{file}/{name}", (folder / name).read_text("utf-8")

    match entry.origin:
        case "pip":
            return locks.requirements(*read("requirements.txt"))
        case "npm":
            return locks.package_lock(*read("package-lock.json"))
        case "go" | "go-source":
            below = ("", "builder/") if entry.origin == "go" else ("",)
            return [part for one in below for part in locks.go_module(*read(f"{one}go.mod"), read(f"{one}go.sum")[1])]
        case "go-files":
            module, checksum = entry.options["module"], entry.options["sum"]
            line = _line(text, f"[{entry.name}]", "version")
            return [Part("golang", module, entry.version, CATALOGUE, line, checksum=checksum)]
        case "debian":
            return [
                Part("deb", name, version, CATALOGUE, _line(text, f"[{entry.name}]", f'["{name}"'), (f"sha256:{sha}",))
                for name, version, sha in entry.options["archives"]
            ]
        case _:
            return []


def _line(text: str, table: str, key: str) -> int:
    """Of the first line after the head of a table that has a key."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(table))
    return next(number for number, line in enumerate(lines[start:], start + 1) if key in line)


def rendered(root: Path) -> Rendered:
    """The images and charts that each environment renders, patches and all."""
    repository = Repository(root)
    found: dict[str, tuple[Part, ...]] = {}
    problems: list[Problem] = []
    for name in names(repository.folder):
        try:
            made, env = repository.environment(name)
        except EnvironmentInvalid as error:
            problems += error.problems
        else:
            items = tuple(Item(path, obj) for path, obj in made.objects.items() if path.startswith("rendered/"))
            found[name] = _released(ObjectSet(items, env), made.files, env)
    return Rendered(found, tuple(sorted(set(problems))))


def _released(objects: ObjectSet, texts: Mapping[str, str], env: Environment) -> tuple[Part, ...]:
    return tuple(
        Part(
            one.kind,
            one.name,
            one.version,
            one.item.file,
            line_of(texts[one.item.file], one.path),
            repository=one.repository,
            digest=one.digest,
            kubernetes=(env.cluster.kubernetes_version,),
        )
        for one in releases(objects)
    )


def charts(root: Path) -> list[Part]:
    """The versions of charts that stand in the code, which every environment renders."""
    found = []
    for chart in CHARTS:
        text = (root / chart.file).read_text("utf-8")
        if match := chart.pattern.search(text):
            line = text.count("\n", 0, match.start(2)) + 1
            found.append(Part("generic", chart.name, match[2].removeprefix("v"), chart.file, line))
    return found


def distinct(parts: Sequence[Part]) -> list[Part]:
    """One part a package URL, in their order, with the hashes of all."""
    found: dict[str, Part] = {}
    for part in parts:
        purl = part.purl.to_string()
        before = found.get(purl, part)
        found[purl] = replace(before, hashes=tuple(dict.fromkeys((*before.hashes, *part.hashes))))
    return list(found.values())
