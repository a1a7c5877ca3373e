"""The instance types that a rendered pool may launch, as Karpenter's kwok provider reads them.

What a node of each offers to pods is what our own table says (generator/check/compute/instances.py).
"""

from collections.abc import Iterator, Sequence

from generator.check.compute.instances import InstanceType
from generator.check.compute.pools import Pool
from generator.cost.prices import listed, spot
from tests.cluster.client import Obj

RESERVED_CPU, RESERVED_MIB = 100, 10
"""Millicores and MiB that the provider takes off again for the kubelet."""


def machines(pool: Pool, region: str, capacity: Sequence[str] = ("spot", "on-demand")) -> list[Obj]:
    """Every type of a pool with a known price, sold in every zone of the pool as each kind of capacity."""
    zones = pool.values("topology.kubernetes.io/zone") or ()
    prices = listed(region)
    found = [(one, prices.get(one.family, {}).get(one.size)) for one in pool.types]
    return [
        _machine(one, pool.domain, list(_offers(one, pool.domain, price, zones, capacity)))
        for one, price in found
        if price
    ]


def _machine(one: InstanceType, domain: str, offers: list[Obj]) -> Obj:
    return {
        "name": one.name,
        "architecture": "arm64",
        "operatingSystems": ["linux"],
        "resources": {
            "cpu": f"{one.allocatable_cpu + RESERVED_CPU}m",
            "memory": f"{one.allocatable_memory + RESERVED_MIB}Mi",
            "pods": str(one.pods),
            "ephemeral-storage": "20Gi",
        },
        "offerings": offers,
    }


def _offers(
    one: InstanceType, domain: str, price: float, zones: Sequence[str], capacity: Sequence[str]
) -> Iterator[Obj]:
    """With the labels of the type: the provider knows labels of its own alone, but takes any in an offer."""
    labels = {
        f"{domain}/instance-category": one.category,
        f"{domain}/instance-generation": str(one.generation),
        f"{domain}/instance-family": one.family,
        f"{domain}/instance-size": one.size,
    }
    for zone in zones:
        for kind in capacity:
            where = {"karpenter.sh/capacity-type": kind, "topology.kubernetes.io/zone": zone}
            wanted = [{"key": key, "operator": "In", "values": [value]} for key, value in (labels | where).items()]
            yield {"Price": price * (spot().high if kind == "spot" else 1), "Available": True, "Requirements": wanted}
