"""Environments as they are, and as they would be: a few keys changed, merged as environment files are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.components import registry
from generator.cost.estimate import object_set
from generator.environment.load import build, merge, merged, names, no_environment
from generator.environment.model import Environment
from generator.environment.nodes import Map, Tree, parse
from generator.environment.patches import UserPatch, read_patches
from generator.environment.problem import Place
from generator.environment.spelling import did_you_mean
from generator.kubernetes.objects import Obj
from generator.trees.patching import patched
from generator.trees.rendered import rendered

from .model import Setting, setting

ANY = "<name>"
"""Stands for every name that there is, as in docs/environment.md."""
AS_IT_IS = "as it is"


@dataclass(frozen=True)
class WhatIf:
    """A change of an environment."""

    name: str
    changes: tuple[tuple[str, str], ...]
    """Keys of the environment file, and their values in YAML."""


def _gateways(capacity: str) -> tuple[tuple[str, str], ...]:
    return ("openclaw.gatewayDefaults.capacity", capacity), (f"openclaw.gateways.{ANY}.capacity", capacity)


PRESETS: Mapping[str, WhatIf] = {
    one.name: one
    for one in (
        WhatIf("generation-3", (("compute.graviton", "3"),)),
        WhatIf("gateways-on-demand", _gateways("on-demand")),
        WhatIf("gateways-on-spot", _gateways("spot-first")),
    )
}
"""What is compared where nothing is asked for."""


@dataclass(frozen=True)
class Candidate:
    """A setting with its name."""

    name: str
    changes: tuple[tuple[str, str], ...]
    region: str
    setting: Setting


def what_if(text: str) -> WhatIf:
    """A preset, or one or more `key=value`, separated by `;`; raises ValueError for anything else."""
    if text in PRESETS:
        return PRESETS[text]
    parts = [part.strip().partition("=") for part in text.split(";")]
    if any(not equals or not key.strip() for key, equals, _ in parts):
        hint = did_you_mean(text, PRESETS) or f"the presets are {', '.join(PRESETS)}"
        raise ValueError(f"«{text}» is neither a preset nor key=value, e.g. compute.graviton=3; {hint}")
    return WhatIf(text, tuple((key.strip(), value.strip()) for key, _, value in parts))


def candidates(folder: Path, name: str, asked: Sequence[WhatIf]) -> list[Candidate]:
    """The environment as it is, then with each change.

    Raises EnvironmentInvalid, and ValueError for pods that no node takes.

    Without anything asked for: with each preset that changes what is played.
    """
    if name not in names(folder):
        raise ValueError(no_environment(name, names(folder)))
    tree, _, outputs, problems = merged(folder, name)
    patches = read_patches(folder / name / "patches", f"environments/{name}/patches")

    def made(one: WhatIf) -> Candidate:
        env = build(changed(tree, one), name, outputs, problems)
        played = setting(object_set(env, _objects(env, patches)))
        return Candidate(one.name, one.changes, env.cluster.region, played)

    found = [made(WhatIf(AS_IT_IS, ()))]
    for one in asked or PRESETS.values():
        other = made(one)
        if asked or other.setting != found[0].setting:
            found.append(other)
    return found


def changed(tree: Map, one: WhatIf) -> Map:
    """The tree of an environment with the change merged over it; raises EnvironmentInvalid for what is no YAML."""
    for key, value in one.changes:
        shown = f"--what-if {key}={value}"
        item = parse(f"value: {value}\n", shown).entries["value"]
        for path in _paths(tree, tuple(key.split("."))):
            whole = merge(tree, _nested(path, item, Place(shown, 1, 1)))
            assert isinstance(whole, Map)
            tree = whole
    return tree


def _paths(tree: Tree, pattern: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The paths that a key stands for: more than one where it says `<name>`."""
    if not pattern:
        return [()]
    inner = tree.entries if isinstance(tree, Map) else {}
    steps = list(inner) if pattern[0] == ANY else [pattern[0]]
    missing = Map(tree.place, {}, {})
    return [(step, *rest) for step in steps for rest in _paths(inner.get(step, missing), pattern[1:])]


def _nested(path: tuple[str, ...], item: Tree, place: Place) -> Tree:
    for key in reversed(path):
        item = Map(place, {key: item}, {key: place})
    return item


def _objects(env: Environment, patches: Sequence[UserPatch]) -> dict[str, Obj]:
    """What the cluster would get, by path."""
    found: dict[str, Obj] = {}
    for part, objects, _ in patched(env, registry.render(env), patches):
        found |= rendered(f"rendered/{env.name}/{part.name}", objects)
    return found
