"""Settings to play: prod as it is rendered, and small ones made by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.check.compute.instances import instance_types
from generator.check.compute.requests import Need
from generator.cost.estimate import object_set
from generator.cost.prices import Span
from generator.environment.model import Environment
from generator.simulate.layout import Place
from generator.simulate.model import Component, Offer, Setting, Supply, setting
from generator.trees.plan import Plan

TYPES = {one.name: one for one in instance_types()}
Make = Callable[..., Component]


@pytest.fixture(scope="session")
def prod(environments: dict[str, Environment], planned: Plan) -> Setting:
    return setting(object_set(environments["prod"], planned.objects))


@pytest.fixture(scope="session")
def staging(environments: dict[str, Environment], planned: Plan) -> Setting:
    return setting(object_set(environments["staging"], planned.objects))


def component(name: str = "n/web", **changed: object) -> Component:
    """Two pods with a budget of one, that end at once; a node has room for one."""
    given: dict[str, object] = {
        "name": name,
        "program": None,
        "replicas": 2,
        "need": Need(1000, 2000),
        "pool": "p",
        "on_demand": False,
        "volume": False,
        "waits": False,
        "spread": None,
        "may_lack": 1,
        "pre_stop": 0.0,
        "drain": 0.0,
        "grace": 30.0,
    }
    return Component(**given | changed)  # type: ignore[arg-type]


def supply(*kinds: str, on_demand: bool = True, settle: float = 300.0) -> Supply:
    """A pool in zones a and b; each further type costs more."""
    offers = tuple(
        Offer(TYPES[kind], Need(1700, 3000), 20, Span(0.1 * (index + 1), 0.1 * (index + 1)))
        for index, kind in enumerate(kinds or ("c8g.large", "m8g.large"))
    )
    return Supply("p", ("a", "b"), offers, True, on_demand, settle)


def small(*components: Component, of: Supply | None = None, calls: float = 0) -> Setting:
    return Setting(components, {"p": of or supply()}, calls)


def place(zone: str, *pods: int, spot: bool = True, kind: str = "c8g.large") -> Place:
    return Place("p", zone, TYPES[kind], spot, pods)
