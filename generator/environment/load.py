"""Environment files -> Environment, or every problem at once."""

import re
from collections.abc import Sequence
from pathlib import Path

from .convert import INVALID, Converter, placed
from .model import SECTIONS, Environment, flaws
from .nodes import Map, Scalar, Tree, parse
from .outputs import outputs_file, taken, with_outputs
from .problem import EnvironmentInvalid, Place, Problem
from .spelling import did_you_mean
from .text import read_text

DEFAULTS = "defaults"


def names(folder: Path) -> list[str]:
    """The environments of a folder: every *.yaml but the defaults and the outputs of stacks, sorted."""
    found = sorted(path.stem for path in folder.glob("*.yaml") if path.stem != DEFAULTS and "." not in path.stem)
    if not found:
        raise EnvironmentInvalid(
            [Problem(Place(str(folder)), "", "no environment file here", "add one, e.g. environments/dev.yaml")]
        )
    return found


def load(folder: Path, name: str, *, pending: bool = False) -> Environment:
    """One environment, merged over the defaults; raises EnvironmentInvalid with every problem of its files.

    `pending` accepts outputs that its stacks have not yielded yet: enough for the AWS layer, and for nothing else.
    """
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
    return build(*merged(folder, name, pending=pending))


def merged(folder: Path, name: str, *, pending: bool = False) -> tuple[Map, str, frozenset[str], list[Problem]]:
    """What an environment's files say together, its name, the outputs that it takes, and what is wrong with those."""
    tree = read(folder / f"{DEFAULTS}.yaml", f"{folder.name}/{DEFAULTS}.yaml")
    if name == DEFAULTS:
        return tree, name, frozenset(), []
    whole = merge(tree, read(folder / f"{name}.yaml", f"{folder.name}/{name}.yaml"))
    assert isinstance(whole, Map)
    file = folder / outputs_file(name)
    found = read(file, f"{folder.name}/{file.name}") if file.exists() or file.is_symlink() else None
    waits = frozenset(output.name for output in taken(whole))
    whole, problems = with_outputs(whole, found, name, folder.name, pending=pending)
    return whole, name, waits, problems


def read(path: Path, shown: str) -> Map:
    """The tree of a file; `shown`, its path in the repository, names it in problems."""
    return parse(read_text(path, shown), shown)


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
