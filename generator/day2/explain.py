"""What a key means, what it is everywhere, and which objects follow from it: found by rendering with another value."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from generator.aws import cloudformation
from generator.aws import registry as account
from generator.components import registry
from generator.environment import schema
from generator.environment.convert import INVALID, Converter, keys_of
from generator.environment.load import DEFAULTS, build, load, merged, names
from generator.environment.model import Environment
from generator.environment.nodes import Map, Tree, put
from generator.environment.problem import EnvironmentInvalid, dotted

from . import perturb
from .keys import Keys, Leaf, at, below, proposal, values_of
from .show import Row, rows

TRIES, ACCEPTED = 12, 2
"""Values that are tried for a key in one environment, and how many that the model accepts: then nothing follows."""
Objects = Mapping[tuple[str, str], Any]
"""By component and name, as `kind namespace/name`."""


class Unknown(Exception):
    """No such key; proposes one."""


@dataclass(frozen=True)
class Effect:
    """An object that is another one with another value of the key."""

    component: str
    object: str
    environments: tuple[str, ...]


@dataclass
class Explanation:
    """Everything about one key."""

    key: str
    meaning: str
    accepts: str
    required: bool
    rows: dict[str, list[Row]]
    """The leaves that it names, by environment, defaults first."""
    effects: list[Effect] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    """Which values showed them: `staging: openclaw.drain.preStop 5 -> 6`."""
    alone: dict[str, str] = field(default_factory=dict)
    """Leaves of which some environment accepts no other value as long as nothing else changes, and its words."""
    silent: list[str] = field(default_factory=list)
    """Leaves from which no object follows, wherever they were tried."""


def explain(folder: Path, key: str, environments: Sequence[str] = ()) -> Explanation:
    """The explanation of a key, over all environments or some; raises Unknown and EnvironmentInvalid."""
    listed = list(environments) or names(folder)
    known = {name: rows(folder, name) for name in (DEFAULTS, *listed)}
    found = {name: _named(all_rows, key) for name, all_rows in known.items()}
    leaf = next((row.leaf for some in found.values() for row in some), None)
    if leaf is None:
        raise Unknown(f"no key «{key}»; {proposal(key, (row.leaf for some in known.values() for row in some))}")
    made = Explanation(key, *_words(leaf.pattern[: _depth(leaf, key)]), found)
    _affect(made, folder, listed)
    return made


def _named(found: Sequence[Row], key: str) -> list[Row]:
    named = {leaf.path for leaf in below([row.leaf for row in found], key)}
    return [row for row in found if row.leaf.path in named]


def _depth(leaf: Leaf, key: str) -> int:
    """How many steps of a leaf's path a key is; names may hold dots."""
    heads = range(1, len(leaf.path) + 1)
    return next(n for n in heads if key in (dotted(leaf.path[:n]), dotted(leaf.pattern[:n])))


def _words(pattern: Keys) -> tuple[str, str, bool]:
    """Meaning, what is accepted, and whether a file must say it, as the reference page has them."""
    pages = {page.name: page for page in schema.sections()}
    page = pages[pattern[0]]
    if len(pattern) == 1:
        return page.text, "a mapping", True
    texts = {row.key: row for row in page.rows}
    for depth in range(len(pattern), 1, -1):
        if row := texts.get(".".join(pattern[1:depth])):  # a mapping's own names have no row
            return row.text, row.accepts, row.required
    return page.text, "a mapping", False


def _affect(made: Explanation, folder: Path, listed: Sequence[str]) -> None:
    """Adds the effects: of each leaf and environment the first other value from which something follows."""
    where: dict[tuple[str, str], list[str]] = {}
    outcomes: dict[str, list[bool]] = {}
    environments = {name: load(folder, name, pending=True) for name in (DEFAULTS, *listed)}
    values = [values_of(env) for env in environments.values()]
    for name in listed:
        tree, *_ = merged(folder, name, pending=True)
        env = environments[name]
        before = objects(env)
        for row in made.rows[name]:
            leaf = row.leaf
            effective = outcomes.setdefault(leaf.key, [])
            elsewhere = [value for value in (at(one, leaf.path) for one in values) if value is not None]
            for value, after in _outcomes(made, tree, env, leaf, elsewhere):
                differing = [one for one in before.keys() | after.keys() if before.get(one) != after.get(one)]
                for one in differing:
                    where.setdefault(one, []).append(name)
                effective.append(bool(differing))
                if differing:
                    made.tried.append(f"{name}: {leaf.key} {short(leaf.value)} -> {short(value)}")
                    break
    made.effects = [Effect(*one, tuple(dict.fromkeys(where[one]))) for one in sorted(where)]
    made.silent = [key for key, effective in outcomes.items() if effective and not any(effective)]
    for key in (key for key, effective in outcomes.items() if not effective):
        made.alone.setdefault(key, "no other value is known to try")


def _outcomes(
    made: Explanation, tree: Map, env: Environment, leaf: Leaf, elsewhere: Sequence[Any]
) -> Iterator[tuple[Any, Objects]]:
    """Other values with the objects that each yields: those that the model accepts, else the first that it refuses."""
    refused: tuple[Any, str] | None = None
    accepted = 0
    for value in islice(perturb.others(leaf.kind, leaf.value, elsewhere), TRIES):
        node = perturb.node(value)
        if _fits(node, leaf.kind) is INVALID:
            continue
        try:
            other = build(put(tree, leaf.path, node), env.name, env.outputs)
        except EnvironmentInvalid as error:
            refused = refused or (value, f"{error.problems[0].path}: {error.problems[0].message}")
            continue
        yield value, objects(other)
        accepted += 1
        if accepted == (1 if isinstance(leaf.value, (int, float)) and not isinstance(leaf.value, bool) else ACCEPTED):
            return
    if refused and not accepted:
        made.alone.setdefault(leaf.key, refused[1])
        try:
            found = objects(_forced(env, leaf.path, _fits(perturb.node(refused[0]), leaf.kind)))
        except Exception:  # components may rely on what the model refuses otherwise
            return
        yield refused[0], found


def _fits(node: Tree, kind: Any) -> Any:
    return Converter().value(node, kind, ())


def _forced(section: Any, path: Keys, value: Any) -> Any:
    """A section with another value in it, whatever the rules across keys say."""
    if not path:
        return value
    if isinstance(section, Mapping):
        return dict(section) | {path[0]: _forced(section[path[0]], path[1:], value)}
    kind: Any = type(section)
    field_of = keys_of(kind)[path[0]].name
    return dataclasses.replace(section, **{field_of: _forced(getattr(section, field_of), path[1:], value)})


def objects(env: Environment) -> Objects:
    """Every object of the cluster and resource of the account, by component and name."""
    found = {(part.name, _name(obj)): obj for part in registry.render(env) for obj in part.objects}
    for stack, template in cloudformation.templates(env.cluster.name, account.stacks(env)).items():
        found |= {("aws", f"{one['Type']} {stack}/{name}"): one for name, one in template["Resources"].items()}
    return found


def _name(obj: Mapping[str, Any]) -> str:
    meta = obj["metadata"]
    return f"{obj['kind']} {meta.get('namespace', '')}/{meta['name']}".replace(" /", " ")


def short(value: Any) -> str:
    """A value on one line, at most 40 characters of it."""
    text = "(nothing)" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
