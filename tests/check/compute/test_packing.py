"""Packing: the cheapest mix of types that takes all pods, where it may run and how far apart it must."""

from __future__ import annotations

import pytest

from generator.check.compute.instances import InstanceType, instance_types
from generator.check.compute.packing import Load, Rooms, cost, pack
from generator.check.compute.requests import Need

PRICES = {"c8g": {"large": 8.0, "xlarge": 16.0}, "m8g": {"large": 9.0, "xlarge": 18.0}}


def typed(name: str) -> InstanceType:
    return next(one for one in instance_types() if one.name == name)


ROOMS: Rooms = {
    typed("c8g.large"): (Need(1700, 3000), 20),
    typed("m8g.large"): (Need(1700, 7000), 20),
    typed("m8g.xlarge"): (Need(3700, 14000), 50),
    typed("r8g.large"): (Need(1700, 14000), 20),
}
"""r8g has no price."""


def packed(*loads: Load, zones: int = 1) -> list[tuple[str, str]]:
    found = pack(loads, ROOMS, PRICES, zones)
    assert found is not None
    return [(node.type.name, "on-demand" if node.on_demand else "spot") for node in found]


@pytest.mark.parametrize(
    ("loads", "nodes"),
    [
        ((), []),
        ((Load(Need(500, 1000), 1),), ["c8g.large"]),
        ((Load(Need(500, 4000), 1),), ["m8g.large"]),
        ((Load(Need(500, 4000), 1), Load(Need(1500, 500), 1)), ["m8g.large", "c8g.large"]),
        ((Load(Need(1000, 1000), 3),), ["m8g.xlarge"]),
        ((Load(Need(10, 10), 21),), ["c8g.large", "c8g.large"]),
    ],
    ids=["nothing", "least", "memory decides", "a mix", "one large node below three small", "places for pods"],
)
def test_the_cheapest_mix_is_taken(loads: tuple[Load, ...], nodes: list[str]) -> None:
    assert [name for name, _ in packed(*loads)] == nodes


def test_a_pod_that_fits_no_type_with_a_price_cannot_be_packed() -> None:
    assert pack([Load(Need(500, 20000), 1)], ROOMS, PRICES) is None
    assert pack([Load(Need(500, 1000), 1)], ROOMS, {}) is None


def test_pods_that_must_be_apart_are_in_as_many_zones_as_there_are() -> None:
    apart = Load(Need(100, 100), 4, apart=True)
    assert len(packed(apart, zones=3)) == 3
    assert len(packed(apart, zones=1)) == 1


def test_pods_for_spot_use_what_is_left_on_demand_but_not_the_reverse() -> None:
    first, second = Load(Need(500, 1000), 1, on_demand=True), Load(Need(500, 1000), 1)
    assert packed(first, second) == [("c8g.large", "on-demand")]
    assert packed(Load(Need(1000, 1000), 1, on_demand=True), Load(Need(1000, 1000), 1)) == [
        ("c8g.large", "on-demand"),
        ("c8g.large", "spot"),
    ]


def test_more_pods_never_cost_less_on_one_type() -> None:
    rooms = {typed("m8g.large"): ROOMS[typed("m8g.large")]}
    sums = [cost(pack([Load(Need(600, 1500), count, apart=True)], rooms, PRICES, 3) or []) for count in range(12)]
    assert sums == sorted(sums)
    assert sums[-1] == 6 * 9.0
