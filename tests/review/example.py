"""python -m tests.review.example: writes the example of docs/review.md anew, from a change of the catalogue."""

from __future__ import annotations

import re
from typing import Any

from generator.cost.compare import delta
from generator.cost.estimate import estimate
from generator.diff.change import changes
from generator.diff.source import Comparison
from generator.environment.model import Environment
from generator.impacts.registry import impacts
from generator.kubernetes.emit import emit
from generator.review.comment import Review, comment
from tests.conftest import ROOT
from tests.impacts.test_catalogue import CATALOGUE, Files, before, edited, files

PAGE = ROOT / "docs/review.md"
CHANGE = "a volume that grows"
EXAMPLE = re.compile(r"(?<=<!-- example -->\n).*(?=<!-- end of the example -->)", re.DOTALL)


def example() -> str:
    """What a reviewer reads of the change."""
    [one] = [one for one in CATALOGUE if one["change"] == CHANGE]
    name: str = one["environment"]
    old, old_files = before(name)
    new = edited(name, one["set"])
    new_files = files(new)
    differing: dict[str, Any] = {
        path: tuple(emit(side[path]) if path in side else "" for side in (old_files, new_files))
        for path in sorted(old_files.keys() | new_files.keys())
        if old_files.get(path) != new_files.get(path)
    }
    found = Comparison("4f2c9e1", tuple(changes(differing)), {name: old}, {name: new})
    cost = delta(_estimate(old, old_files), _estimate(new, new_files))
    return comment(Review(found, impacts(found), (), {name: cost}))


def _estimate(env: Environment, found: Files) -> Any:
    templates = {path: obj for path, obj in found.items() if "Resources" in obj}
    return estimate(env, {path: obj for path, obj in found.items() if path not in templates}, templates)


if __name__ == "__main__":
    PAGE.write_text(EXAMPLE.sub(lambda _: f"\n{example()}\n", PAGE.read_text()))
