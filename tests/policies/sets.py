"""Sets of objects for the whole-set rules: fixtures, and the rendered environments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from generator.check.documents import Document, parse_documents
from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Rule
from generator.environment.model import Environment
from generator.environment.problem import dotted
from generator.trees.plan import Plan

FOLDER = Path(__file__).parent
POOL = frozenset(
    {
        *("arch-images", "known-bad", "own-state", "pool-fits", "pool-reachable", "pool-spot-fallback"),
        *("spot-drainable", "spot-grace", "spot-stateful", "spread-real", "spread-zonal-volume"),
    }
)
"""Ids of the rules on nodes and placement; the others are on what objects say of one another."""
_FILE = re.compile(r"^# file: (\S+)$", re.MULTILINE)


def fixture(path: Path) -> ObjectSet:
    """The objects of a file; a comment `# file: PATH` says that the next object stands in a file of its own."""
    items: list[Item] = []
    for text in path.read_text("utf-8").split("\n---\n"):
        named = _FILE.search(text)
        for found in parse_documents(str(path), text):
            assert isinstance(found, Document), str(found)
            items.append(Item(named[1] if named else path.name, found.obj, len(items)))
    return ObjectSet(tuple(items))


def items_of(planned: Plan, environment: str) -> list[Item]:
    """What an environment renders, as the check sees it."""
    below = f"rendered/{environment}/"
    return [Item(path, obj) for path, obj in planned.objects.items() if path.startswith(below)]


def breaches(rule: Rule, items: Sequence[Item], env: Environment | None = None) -> list[str]:
    """What a rule says of a set, one line a breach: object, field, message."""
    return [line(breach) for breach in rule.check(ObjectSet(tuple(items), env))]


def line(breach: Breach) -> str:
    return f"{breach.item}: {dotted(breach.path)}: {breach.message}"
