"""Structure-aware mutation: what a valid file becomes when one of its values, keys or shapes is hostile."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import yaml

from .hostile import KEYS, TEXTS, VALUES

EDITS = 4


def mutated(text: str, target: str, chance: random.Random) -> str:
    """A text with a few values replaced, removed, added, swapped or wrapped; or with its very text broken."""
    if chance.random() < 0.2:
        return broken(text, chance)
    try:
        documents = list(yaml.load_all(text, Loader=yaml.CSafeLoader))
        tree = chance.choice(documents)
        for _ in range(chance.randint(1, EDITS)):
            tree = edited(tree, chance)
        if target == "emitted" or chance.random() < 0.1:
            return json.dumps(tree, ensure_ascii=chance.random() < 0.5, default=str)
        return yaml.dump(tree, allow_unicode=True, sort_keys=False, width=10_000, Dumper=yaml.CSafeDumper)
    # No YAML any more, half a pair of surrogates, an anchor that contains itself: then the text alone is changed.
    except (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return broken(text, chance)


def edited(tree: Any, chance: random.Random) -> Any:
    """One edit somewhere in the tree."""
    tree = copy.deepcopy(tree)
    places = list(_places(tree))
    if not places:
        return copy.deepcopy(chance.choice(VALUES))
    holder, key = chance.choice(places)
    kind = chance.randrange(7)
    if kind <= 2:
        holder[key] = copy.deepcopy(chance.choice(VALUES))
    elif kind == 3:
        del holder[key]
    elif kind == 4:
        other, name = chance.choice(places)
        if name in other if isinstance(other, dict) else name < len(other):
            holder[key] = copy.deepcopy(other[name])
    elif kind == 5 and isinstance(holder, dict):
        holder[copy.deepcopy(chance.choice(KEYS))] = holder.pop(key)
    elif isinstance(holder[key], str):
        text, at = holder[key], chance.randint(0, len(holder[key]))
        holder[key] = text[:at] + chance.choice(TEXTS) + text[at:]
    else:
        holder[key] = chance.choice(([holder[key]], {"name": holder[key]}, str(holder[key])[:200]))
    return tree


def _places(tree: Any, depth: int = 0) -> Any:
    if depth > 20:
        return
    if isinstance(tree, dict):
        for key in list(tree):
            yield tree, key
            yield from _places(tree[key], depth + 1)
    elif isinstance(tree, list):
        for index in range(len(tree)):
            yield tree, index
            yield from _places(tree[index], depth + 1)


def broken(text: str, chance: random.Random) -> str:
    """The text itself cut, doubled, or with something put into it."""
    at = chance.randint(0, len(text))
    kind = chance.randrange(5)
    if kind == 0:
        return text[:at]
    if kind == 1:
        return text + text[at:]
    if kind == 2:
        lines = text.splitlines(keepends=True)
        chance.shuffle(lines)
        return "".join(lines)
    return text[:at] + chance.choice(TEXTS) + text[at:]
