"""A promotion: what the next environment takes from the one that tried it, and the new text of its file.

A key that becomes equal to the defaults is removed from the file: environment files name only what differs, and a key
that repeats the defaults would keep the next change of them out of that environment, unseen.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generator.environment.load import DEFAULTS, load
from generator.environment.model import Environment
from generator.environment.nodes import Map, find
from generator.environment.problem import dotted

from .edit import Unfit, put, remove, said, written
from .files import Text, loaded, own
from .keys import Keys, at, leaves, names_it, order, proposal, values_of
from .moving import MOVES, STAYS, decides


@dataclass(frozen=True)
class Difference:
    """A key on which two environments differ, and why it stays, where it does; None: there is none."""

    path: Keys
    pattern: Keys
    source: Any
    target: Any
    reason: str = ""
    named: bool = False
    """Whether --only names it."""

    @property
    def key(self) -> str:
        return dotted(self.path)


@dataclass(frozen=True)
class Promotion:
    """What moves, what stays and why, how many keys were equal already, and the new text of the file."""

    moves: tuple[Difference, ...]
    stays: tuple[Difference, ...]
    equal: int
    text: str


class Refused(Exception):
    """A promotion cannot be made; says why."""


def promote(folder: Path, source: str, target: str, only: Sequence[str]) -> Promotion:
    """What an environment hands on to the next; raises Refused and EnvironmentInvalid, and writes nothing."""
    if DEFAULTS in (source, target) or source == target:
        raise Refused("name two environments; what is right for all of them belongs into environments/defaults.yaml")
    first, second, base = (load(folder, name, pending=True) for name in (source, target, DEFAULTS))
    differences, equal = compare(first, second)
    _named(only, first, second)
    judge = _Judge(source, target, own(folder, source), second.providers, only)
    judged = [judge.judged(one) for one in differences]
    moves = [one for one in judged if not one.reason]
    text, there = Text.read(folder / f"{target}.yaml").text, Text.read(folder / f"{source}.yaml").text
    for one in moves:
        try:
            text = _moved(text, one, there, at(values_of(base), one.path))
        except Unfit as error:
            raise Refused(f"environments/{target}.yaml: {one.key}: {error}") from None
    result = values_of(loaded(folder, {target: text})[target])
    if wrong := [one.key for one in moves if at(result, one.path) != one.source]:
        raise Refused(f"{wrong[0]} cannot be moved by a program: edit environments/{target}.yaml by hand")
    return Promotion(tuple(moves), tuple(one for one in judged if one.reason), equal, text)


def compare(first: Environment, second: Environment) -> tuple[list[Difference], int]:
    """Where two environments differ, and on how many keys they do not; what one lacks whole is one difference."""
    values = values_of(first), values_of(second)
    found: dict[Keys, Difference] = {}
    equal = 0
    for env in (first, second):
        for leaf in leaves(env):
            depth = next((n for n in range(1, len(leaf.path)) if None in [at(one, leaf.path[:n]) for one in values]), 0)
            path = leaf.path[:depth] if depth else leaf.path
            sides = [at(one, path) for one in values]
            if sides[0] != sides[1]:
                found.setdefault(path, Difference(path, leaf.pattern[: len(path)], *sides))
            elif env is first:
                equal += 1
    return list(found.values()), equal


@dataclass(frozen=True)
class _Judge:
    """What decides whether a difference moves."""

    source: str
    target: str
    tree: Map
    """What the file of the source itself says."""
    providers: Collection[str]
    """Of the target."""
    only: Sequence[str]

    def judged(self, one: Difference) -> Difference:
        named = any(names_it(key, one.path, one.pattern) for key in self.only)
        return replace(one, reason=self._reason(one, named), named=named)

    def _reason(self, one: Difference, named: bool) -> str:
        """Why a key stays; empty where it moves."""
        name = decides(one.pattern)
        assert name is not None
        if name in STAYS:
            return STAYS[name]
        if self.only and not named:
            return "--only names others"
        if MOVES[name] == "named" and not named:
            return "moves where --only names it: what is right depends on who is there to look"
        if MOVES[name] != "release" and not named and find(self.tree, one.path) is None:
            return f"{self.source} says nothing of its own here"
        if one.target is None and isinstance(one.source, dict) and one.path[0] == "models":
            provider = one.source["provider"]
            if provider not in self.providers:
                return f"{self.target} has no provider {provider}"
        return ""


def _named(only: Sequence[str], *environments: Environment) -> None:
    """Refuses a key that is none, and one that never moves."""
    known = [leaf for env in environments for leaf in leaves(env)]
    for key in only:
        named = [leaf for leaf in known if names_it(key, leaf.path, leaf.pattern)]
        if not named:
            raise Refused(f"--only {key}: no such key; {proposal(key, known)}")
        deciding = {decides(leaf.pattern) or "" for leaf in named}
        if deciding <= STAYS.keys():
            raise Refused(f"--only {key}: never moves: {STAYS[min(deciding)]}")


def _moved(text: str, one: Difference, there: str, default: Any) -> str:
    """The text of the target with the value of the source."""
    if one.source == default:
        return remove(text, one.path)
    return put(text, one.path, said(there, one.path) or written(one.source), order)
