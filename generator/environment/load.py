"""Environment files -> Environment, or every problem at once."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from .convert import INVALID, Converter, placed
from .model import SECTIONS, Environment, flaws
from .nodes import Map, Scalar, Tree, parse
from .outputs import outputs_file, taken, with_outputs
from .problem import EnvironmentInvalid, Place, Problem, dotted
from .spelling import did_you_mean
from .text import read_text

DEFAULTS = "defaults"


def names(folder: Path) -> list[str]:
    """The environments of a folder: every *.yaml but the defaults and the outputs of stacks, sorted."""
    if not folder.is_dir():
        fix = "run in the repository, or name it with --root"
        raise EnvironmentInvalid([Problem(Place(folder.name), "", "no such folder", fix)])
    found = sorted(path.stem for path in folder.glob("*.yaml") if path.stem != DEFAULTS and "." not in path.stem)
    if not found:
        fix = "add one, e.g. environments/dev.yaml"
        raise EnvironmentInvalid([Problem(Place(str(folder)), "", "no environment file here", fix)])
    return found


def load(folder: Path, name: str, *, pending: bool = False) -> Environment:
    """One environment, merged over the defaults; raises EnvironmentInvalid with every problem of its files.

    `pending` accepts outputs that its stacks have not yielded yet: enough for the AWS layer, and for nothing else.
    """
    require_label(folder, name)
    return build(*merged(folder, name, pending=pending))


def require_label(folder: Path, name: str) -> None:
    """Raises EnvironmentInvalid where a name cannot be that of an environment: it is part of Kubernetes' names."""
    if len(name) > 63 or not re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name):
        place = Place(f"{folder.name}/{name}.yaml")
        raise EnvironmentInvalid(
            [
                Problem(
                    place,
                    "",
                    f"«{name}» is no DNS label",
                    "name the file with lower-case letters, digits and -, at most 63",
                )
            ]
        )


def merged(folder: Path, name: str, *, pending: bool = False) -> tuple[Map, str, frozenset[str], list[Problem]]:
    """What an environment's files say together, its name, the outputs that it takes, and what is wrong with those."""
    tree = read(folder / f"{DEFAULTS}.yaml", f"{folder.name}/{DEFAULTS}.yaml")
    if name == DEFAULTS:
        return tree, name, frozenset(), []
    require_there(folder, name)
    whole = merge(tree, read(folder / f"{name}.yaml", f"{folder.name}/{name}.yaml"))
    assert isinstance(whole, Map)
    whole, strangers = without_strangers(whole, tree)
    whole, name, waits, problems = completed(whole, folder, name, pending=pending)
    return whole, name, waits, strangers + problems


def completed(
    whole: Tree, folder: Path, name: str, *, pending: bool = False
) -> tuple[Map, str, frozenset[str], list[Problem]]:
    """The merged tree with what the account has yielded; what else `merged` returns."""
    assert isinstance(whole, Map)
    file = folder / outputs_file(name)
    found = read(file, f"{folder.name}/{file.name}") if file.exists() or file.is_symlink() else None
    waits = frozenset(output.name for output in taken(whole))
    whole, problems = with_outputs(whole, found, name, folder.name, pending=pending)
    return whole, name, waits, problems


def without_strangers(whole: Map, defaults: Map) -> tuple[Map, list[Problem]]:
    """The tree without services that the defaults do not have: no component would read them."""
    known, said = defaults.entries.get("services"), whole.entries.get("services")
    if not (isinstance(known, Map) and isinstance(said, Map)):
        return whole, []
    names = ", ".join(known.entries) or "none"
    strangers = [
        Problem(
            said.keys[name],
            dotted(("services", name)),
            "no component reads it",
            did_you_mean(name, known.entries) or f"those of defaults.yaml are: {names}",
        )
        for name in said.entries
        if name not in known.entries
    ]
    kept = {name: item for name, item in said.entries.items() if name in known.entries}
    entries = whole.entries | {"services": Map(said.place, kept, said.keys)}
    return Map(whole.place, entries, whole.keys), strangers


def no_environment(name: str, known: Iterable[str]) -> str:
    """What to say of a name that no environment has."""
    listed = list(known)
    return f"no environment «{name}»: {did_you_mean(name, listed) or 'there are ' + ', '.join(listed)}"


def require_there(folder: Path, name: str) -> None:
    """Raises EnvironmentInvalid where an environment has no file, with the one that was probably meant."""
    file = folder / f"{name}.yaml"
    if not (file.exists() or file.is_symlink()):
        known = names(folder)
        fix = did_you_mean(name, known) or f"the environments are {', '.join(known)}"
        raise EnvironmentInvalid([Problem(Place(f"{folder.name}/{name}.yaml"), "", "no such file", fix)])


def read(path: Path, shown: str) -> Map:
    """The tree of a file; `shown`, its path in the repository, names it in problems."""
    return _tree(read_text(path, shown), shown)


@lru_cache(maxsize=4)
def _tree(text: str, shown: str) -> Map:
    """Every environment is merged over the same defaults."""
    return parse(text, shown)


def merge(base: Tree, over: Tree) -> Tree:
    """Maps merge key by key, null removes a key, everything else replaces."""
    if not (isinstance(base, Map) and isinstance(over, Map)):
        return over
    entries, keys = dict(base.entries), dict(base.keys)
    for name, item in over.entries.items():
        keys[name] = over.keys[name]
        if name in entries and isinstance(item, Scalar) and item.plain and item.kind == "null":
            del entries[name]
        else:
            entries[name] = merge(entries[name], item) if name in entries else item
    return Map(over.place, entries, keys)


def build(
    tree: Tree, name: str, outputs: frozenset[str] = frozenset(), problems: Sequence[Problem] = ()
) -> Environment:
    """The environment of a merged tree; `problems` are those that are known before."""
    assert isinstance(tree, Map)
    tree = inherit_gateway_defaults(tree)
    converter = Converter()
    known = {problem.path for problem in problems}
    for key in tree.entries.keys() - SECTIONS.keys():
        fix = did_you_mean(key, SECTIONS) or f"the sections are {', '.join(SECTIONS)}"
        converter.flaw(tree.keys[key], (key,), "unknown section", fix)
    sections = {}
    for key, spec in SECTIONS.items():
        if key in tree.entries:
            sections[spec.name] = converter.value(tree.entries[key], spec.type, (key,))
        else:
            sections[spec.name] = converter.flaw(tree.place, (key,), "required, but missing", f"add `{key}:`")
    found = [*problems, *(one for one in converter.problems + placed(flaws(sections), tree) if one.path not in known)]
    if found or INVALID in sections.values():
        raise EnvironmentInvalid(found)
    return Environment(**sections, name=name, outputs=outputs)


def inherit_gateway_defaults(tree: Map) -> Map:
    """Each entry of openclaw.gateways merged over openclaw.gatewayDefaults."""
    section = tree.entries.get("openclaw")
    if not isinstance(section, Map):
        return tree
    defaults, gateways = section.entries.get("gatewayDefaults"), section.entries.get("gateways")
    if not (isinstance(defaults, Map) and isinstance(gateways, Map)):
        return tree
    merged = {name: merge(defaults, item) for name, item in gateways.entries.items()}
    section = Map(
        section.place, section.entries | {"gateways": Map(gateways.place, merged, gateways.keys)}, section.keys
    )
    return Map(tree.place, tree.entries | {"openclaw": section}, tree.keys)
