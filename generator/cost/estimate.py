"""What an environment costs a month, line by line, from its objects, its templates and its declared usage."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator.check.objectset import Item, ObjectSet
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from . import account, models, nodes, notes, storage, traffic
from .line import Line, line, shown
from .prices import MONTH, usd

__all__ = ["Estimate", "Line", "estimate"]

COMPONENTS = ("cluster", "nodes", "storage", "ingress", "network", "secrets", "audit", "models")
"""Components, in the order of the bill."""


@dataclass(frozen=True)
class Estimate:
    """The bill of one environment as a range, with what it rests on and what it leaves out."""

    environment: str
    region: str
    ceiling: float
    """USD a month: `cost.monthlyCeiling`."""
    lines: tuple[Line, ...]
    assumptions: tuple[str, ...] = ()
    not_counted: tuple[str, ...] = ()

    @property
    def low(self) -> float:
        """USD a month: the fewest pods, Spot at its cheapest, the smallest usage."""
        return math.fsum(line.low for line in self.lines)

    @property
    def high(self) -> float:
        """USD a month: the most pods, Spot at its dearest, the largest usage."""
        return math.fsum(line.high for line in self.lines)

    @property
    def above_ceiling(self) -> bool:
        """Whether even the low end is above what may be spent."""
        return self.low > self.ceiling


def estimate(env: Environment, objects: Mapping[str, Obj], templates: Mapping[str, Obj]) -> Estimate:
    """The estimate of one environment.

    `objects` and `templates` are by path, as a plan has them; what is not below rendered/<env>/ is not looked at.
    """
    found = object_set(env, objects)
    fleets, unpriced = nodes.fleets(found)
    lines = sorted(_lines(env, found, fleets, of_environment(env, templates)), key=_place)
    return Estimate(
        env.name,
        env.cluster.region,
        env.cost.monthly_ceiling,
        tuple(lines),
        tuple(notes.assumptions(env)),
        tuple(notes.not_counted(env, found, unpriced)),
    )


def object_set(env: Environment, objects: Mapping[str, Obj]) -> ObjectSet:
    return ObjectSet(tuple(Item(path, obj) for path, obj in of_environment(env, objects).items()), env)


def of_environment(env: Environment, by_path: Mapping[str, Obj]) -> dict[str, Obj]:
    below = f"rendered/{env.name}/"
    return {path: obj for path, obj in by_path.items() if path.startswith(below)}


def _place(found: Line) -> int:
    return COMPONENTS.index(found.component)


def _lines(
    env: Environment, objects: ObjectSet, fleets: Sequence[nodes.Fleet], templates: Mapping[str, Obj]
) -> Iterator[Line]:
    region = env.cluster.region
    price = usd("eks.cluster", region)
    yield line("cluster", "EKS control plane", "1", f"{MONTH} h x {shown(price)}", price * MONTH, "eks.cluster")
    yield from nodes.lines(fleets, region)
    yield from storage.lines(objects, region)
    yield from traffic.lines(env, objects)
    yield from account.lines(env, objects, templates)
    yield from models.lines(env)
