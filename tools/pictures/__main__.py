"""Pictures for docs/pictures: the dashboards of staging, which has all of them, costs, and months of interruptions."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from generator.console import planned
from generator.cost.estimate import estimate
from generator.simulate import picture as interruptions
from generator.simulate.assumptions import Assumptions
from generator.simulate.figures import simulate
from generator.simulate.settings import candidates

from . import cost
from .draw import picture

ROOT = Path(__file__).parents[2]
RENDERED = ROOT / "rendered" / "staging" / "dashboards"
PICTURES = ROOT / "docs" / "pictures"
SEED, MONTHS = 1, 1000
"""Of the simulation: what its command does without being told."""


def pictures() -> dict[str, str]:
    """The pictures of dashboards, by file name."""
    found = {}
    for path in sorted(RENDERED.glob("configmap-*.yaml")):
        for name, text in yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)["data"].items():
            found[name.replace(".json", ".svg")] = picture(json.loads(text))
    return found


def bills() -> dict[str, str]:
    """The picture of the estimates, by file name."""
    made, environments = planned(ROOT)
    return {cost.NAME: cost.picture([estimate(env, made.objects, made.templates) for env in environments])}


def months() -> dict[str, str]:
    """The pictures of prod's months of interruptions, by file name: what `simulate prod --svg` draws."""
    known = Assumptions()
    found = [simulate(one, known, SEED, MONTHS) for one in candidates(ROOT / "environments", "prod", ())]
    names = {"light": "simulate-prod.svg", "dark": "simulate-prod-dark.svg"}
    return {name: interruptions.drawn("prod", found, known, scheme) for scheme, name in names.items()}


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    made = pictures() | bills() | months()
    for path in PICTURES.glob("*.svg"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (PICTURES / name).write_text(text, "utf-8")
        print(f"docs/pictures/{name}  {len(text) // 1024} KiB")


if __name__ == "__main__":
    main()
