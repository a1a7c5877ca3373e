"""Combinations of switches: every pair of values that may stand together stands in one of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations
from typing import Any

import yaml

from generator.environment.load import DEFAULTS, build, merge, read
from generator.environment.model import Environment
from generator.environment.nodes import Map, Scalar, parse
from generator.environment.outputs import taken, with_outputs
from generator.environment.problem import EnvironmentInvalid
from tests.conftest import ROOT

from .switches import ROOM, SWITCHES

Choice = tuple[tuple[str, str], ...]
"""Pairs of a switch and its value; switches left out stand as in the file that is started from."""

SEED = 20261122


@cache
def start(name: str) -> Map:
    """The tree of an environment file, merged over the defaults, with room for everything."""
    defaults = read(ROOT / "environments" / f"{DEFAULTS}.yaml", "environments/defaults.yaml")
    own = defaults if name == DEFAULTS else read(ROOT / "environments" / f"{name}.yaml", f"environments/{name}.yaml")
    found = merge(merge(defaults, own), tree(ROOM))
    assert isinstance(found, Map)
    return found


@cache
def piece(switch: str, value: str) -> Map:
    return tree(SWITCHES[switch][value])


def tree(data: Mapping[str, Any]) -> Map:
    return parse(yaml.safe_dump(dict(data)), "combination")


def environment(choice: Choice, name: str = DEFAULTS) -> Environment:
    """The environment of a choice; raises EnvironmentInvalid where its values may not stand together."""
    merged = start(name)
    for switch, value in choice:
        over = merge(merged, piece(switch, value))
        assert isinstance(over, Map)
        merged = over
    waits = frozenset(output.name for output in taken(merged))
    merged, problems = with_outputs(merged, yielded(merged), "combined", "environments", pending=True)
    return build(merged, "combined", waits, problems)


def yielded(merged: Map) -> Map:
    """What the stacks of an environment would yield, where that has to be the name of what they make."""
    cluster = merged.entries["cluster"]
    assert isinstance(cluster, Map)
    own = {key: one.text for key, one in cluster.entries.items() if isinstance(one, Scalar)}
    arn = f"arn:aws:sns:{own['region']}:{own['account']}:{own['name']}-alerts"
    return tree({"alertTopicArn": arn})


@cache
def stands(choice: Choice) -> bool:
    try:
        environment(choice)
    except EnvironmentInvalid:
        return False
    return True


def turned(name: str) -> Iterator[Choice]:
    """Every single switch, turned every way, in an environment as it ships; those that it refuses are left out."""
    for switch, values in SWITCHES.items():
        for value in values:
            try:
                environment(((switch, value),), name)
            except EnvironmentInvalid:
                continue
            yield ((switch, value),)


def pairwise(wanted: int) -> list[Choice]:
    """Full choices that hold every pair that may stand together, then others by chance up to a wanted number."""
    chance = random.Random(SEED)
    every = [(switch, value) for switch, values in SWITCHES.items() for value in values]
    missing = {pair for pair in combinations(every, 2) if pair[0][0] != pair[1][0] and stands(pair)}
    found: list[Choice] = []
    while missing or len(found) < wanted:
        seed = chance.choice(sorted(missing)) if missing else ()
        choice = filled(tuple(seed), missing, chance)
        if choice not in found:
            found.append(choice)
        missing -= set(combinations(choice, 2))
        missing -= {tuple(seed)} if seed else set()
    return found


def filled(seed: Choice, missing: set[tuple[tuple[str, str], tuple[str, str]]], chance: random.Random) -> Choice:
    """A choice of every switch, made greedily: the value that stands with the others and brings most missing pairs."""
    chosen = dict(seed)
    order = [switch for switch in SWITCHES if switch not in chosen]
    chance.shuffle(order)
    for switch in order:
        values = list(SWITCHES[switch])
        chance.shuffle(values)
        gains = {
            value: sum((pair in missing) or (pair[::-1] in missing) for pair in _pairs(chosen, switch, value))
            for value in values
        }
        for value in sorted(values, key=lambda one: -gains[one]):
            if stands(ordered({**chosen, switch: value})):
                chosen[switch] = value
                break
    return ordered(chosen)


def ordered(chosen: Mapping[str, str]) -> Choice:
    return tuple((switch, chosen[switch]) for switch in SWITCHES if switch in chosen)


def _pairs(chosen: Mapping[str, str], switch: str, value: str) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    return (((other, its), (switch, value)) for other, its in chosen.items())
