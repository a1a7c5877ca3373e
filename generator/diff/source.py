"""The two sides of a diff: a commit's rendered tree, and the working tree as its environment files render now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from generator.environment.load import DEFAULTS, load, names
from generator.environment.model import Environment
from generator.environment.outputs import outputs_file
from generator.environment.problem import EnvironmentInvalid
from generator.trees import current

from . import git
from .change import Change, changes

RENDERED = "rendered"
ENVIRONMENTS = "environments"


@dataclass(frozen=True)
class Comparison:
    """What a change does: the objects, and the environments that they come from on both sides."""

    base: str
    """The commit compared with, as it was named."""
    changes: tuple[Change, ...]
    before: Mapping[str, Environment]
    """Environments of the base that the model of today can read."""
    after: Mapping[str, Environment]

    @cached_property
    def environments(self) -> tuple[str, ...]:
        """Those in which an object changes, in the order of their names."""
        return tuple(sorted({change.environment for change in self.changes}))


def untouched(root: Path, base: str) -> set[str]:
    """Environments of which a hash proves that they and what they yield are the same in a commit and the working tree.

    They need not be rendered to be compared.  Raises GitUnusable.
    """
    proven = current.proven(root)
    if not proven:
        return set()
    sources = git.tree(root, base, (ENVIRONMENTS,))
    like = next(iter(sources.values()), "0" * 40)
    files = (path for path in (root / ENVIRONMENTS).glob("*.yaml") if path.is_file())
    names = {f"{ENVIRONMENTS}/{path.name}": git.name_of_data(path.read_bytes(), like) for path in files}
    trees = git.folders(root, base, RENDERED)

    def same(*paths: str) -> bool:
        return all(names.get(path) == sources.get(path) for path in paths)

    if not same(f"{ENVIRONMENTS}/{DEFAULTS}.yaml"):
        return set()
    return {
        name
        for name, entry in proven.items()
        if entry.trees.get(f"{RENDERED}/{name}", "") == trees.get(name)
        and same(f"{ENVIRONMENTS}/{name}.yaml", f"{ENVIRONMENTS}/{outputs_file(name)}")
    }


def compare(
    root: Path, base: str, files: Mapping[str, str], after: Mapping[str, Environment], same: Collection[str] = ()
) -> Comparison:
    """The rendered files of the working tree, in memory, against those of a commit.

    The base is what its commit rendered, which is what Argo CD syncs: a change of the generator itself shows as well.
    Environments in `same` are left out on both sides.  Raises GitUnusable.
    """

    def compared(path: str, folder: str) -> bool:
        return path.startswith(f"{folder}/") and path.split("/")[1].partition(".")[0] not in same

    rendered = {path: text for path, text in files.items() if compared(path, RENDERED)}
    tree = git.tree(root, base, (RENDERED, ENVIRONMENTS))
    old = {path: name for path, name in tree.items() if compared(path, RENDERED)}
    found = changes(git.changed(root, old, rendered))
    sources = {path: name for path, name in tree.items() if compared(path, ENVIRONMENTS)}
    return Comparison(base, tuple(found), _environments(root, sources), dict(after))


def _environments(root: Path, tree: Mapping[str, str]) -> dict[str, Environment]:
    """The base's environments; one that today's model refuses is left out."""
    contents = git.texts(root, tree.values())
    found: dict[str, Environment] = {}
    with TemporaryDirectory() as scratch:
        for path, name in tree.items():
            if ".." in path.split("/"):  # no Git makes such a tree, but whoever wants to can
                continue
            target = Path(scratch) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(contents[name], "utf-8")
        folder = Path(scratch) / ENVIRONMENTS
        try:
            listed = names(folder)
        except EnvironmentInvalid:
            return {}
        for name in listed:
            try:
                found[name] = load(folder, name)
            except EnvironmentInvalid:
                continue
    return found
