"""Sample data: lines for a panel, always the same for the same panel."""

from __future__ import annotations

import math
import random
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

POINTS = 73
"""One each five minutes of six hours."""
MOST = 5
"""Lines in a panel."""


@dataclass(frozen=True)
class Line:
    name: str
    values: list[float]


@cache
def told() -> Any:
    return tomllib.loads((Path(__file__).parent / "sample.toml").read_text("utf-8"))


def lines(panel: dict[str, Any]) -> list[Line]:
    """The lines of a panel of a dashboard's JSON."""
    title, unit = panel["title"], panel["fieldConfig"]["defaults"]["unit"]
    names = told()["names"].get(title) or [name for target in panel["targets"] for name in named(target)]
    level = told()["levels"].get(title) or 0.35 * (limit(panel) or 3)
    flat = title in ("Gateways", "Scrape targets", "Ready pods of the LLM gateway")
    found = []
    for place, name in enumerate(names):
        chance = random.Random(f"{title} {place}")
        height = level if flat else level / told()["falls"].get(title, 1 + 0.8 / max(place, 1)) ** place
        if style(panel) == "bars":
            values = bursts(chance, told()["chances"].get(title, 0.06), height, unit)
        elif flat:
            values = [height] * POINTS
        else:
            values = waves(chance, height, unit)
        found.append(Line(name, values))
    return found


def named(target: dict[str, Any]) -> list[str]:
    """The names that a legend takes."""
    legend = target["legendFormat"]
    labels = re.findall(r"\{\{(\w+)\}\}", legend)
    found = []
    for place in range(max((len(told()["labels"][label]) for label in labels), default=1)):
        name = legend
        for label in labels:
            known = told()["labels"][label]
            name = name.replace(f"{{{{{label}}}}}", known[place % len(known)])
        found.append(name)
    return list(dict.fromkeys(found))[:MOST]


def waves(chance: random.Random, height: float, unit: str) -> list[float]:
    """A working day with its ups and downs."""
    phase, drift = chance.uniform(0, 6), 0.0
    found = []
    for index in range(POINTS):
        drift = 0.8 * drift + chance.gauss(0, 0.05)
        value = height * (1 + 0.16 * math.sin(index / 11 + phase) + drift)
        value = min(max(value, 0.0), 1.0) if unit == "percentunit" else max(value, 0.0)
        found.append(float(round(value)) if unit == "none" else value)
    return found


def bursts(chance: random.Random, often: float, height: float, unit: str) -> list[float]:
    """What happens now and then."""
    values = [height * chance.uniform(0.3, 1.0) if chance.random() < often else 0.0 for _ in range(POINTS)]
    return [float(math.ceil(value)) for value in values] if unit == "none" else values


def style(panel: dict[str, Any]) -> str:
    return str(panel["fieldConfig"]["defaults"].get("custom", {}).get("drawStyle", "line"))


def limit(panel: dict[str, Any]) -> float | None:
    """The value that a panel's last threshold begins at."""
    value = panel["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"]
    return None if value is None else float(value)
