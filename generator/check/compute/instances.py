"""The Graviton instance types of EC2's categories c, m and r: what a node of each offers to pods.

Interfaces and addresses come from instances.json, which tools/instances/instances.py writes from Karpenter's own table.
vCPUs follow from the size and memory from the category (AWS, "Specifications for Amazon EC2 instance types").  For all
types, what is computed here equals Karpenter's own reference page of August 2026: vCPUs, memory, pods, allocatable.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

GIB_PER_VCPU = {"c": 2, "m": 4, "r": 8}
"""Memory in GiB a vCPU, by category."""

CONTIGUOUS_MIB = 64
"""Memory that arm64 kernels set aside for devices (Karpenter v1.15, pkg/providers/instancetype/types.go)."""
VM_OVERHEAD = 0.075
"""Share of memory that Karpenter takes for the hypervisor's until it has seen a node of the type (its default of
VM_MEMORY_OVERHEAD_PERCENT)."""
EVICTION_MIB = 100
"""The kubelet evicts pods before less is free (its default of memory.available)."""

_VCPUS = {"medium": 1, "large": 2, "xlarge": 4}
_CPU_RESERVED = ((0, 1000, 0.06), (1000, 2000, 0.01), (2000, 4000, 0.005), (4000, math.inf, 0.0025))
"""Share of each range of millicores that kube-reserved takes (AL2023's nodeadm, as Karpenter computes it)."""


@dataclass(frozen=True)
class InstanceType:
    """A type, e.g. m8g.large."""

    category: str
    generation: int
    """The number in the family's name: 8 is Graviton4, 7 Graviton3, 6 Graviton2."""
    family: str
    size: str
    interfaces: int
    addresses: int
    """IPv4 addresses an interface."""

    @cached_property
    def name(self) -> str:
        return f"{self.family}.{self.size}"

    @cached_property
    def vcpus(self) -> int:
        return _VCPUS.get(self.size) or 4 * int(self.size.removesuffix("xlarge"))

    @cached_property
    def memory(self) -> int:
        """MiB, as EC2 sells it."""
        return self.vcpus * GIB_PER_VCPU[self.category] * 1024

    @cached_property
    def pods(self) -> int:
        """Pods that get an address of their own, without prefix delegation; those on the host's network count too."""
        return self.interfaces * (self.addresses - 1) + 2

    @cached_property
    def capacity(self) -> int:
        """MiB that Karpenter counts against the limits of a pool."""
        usable = self.memory - CONTIGUOUS_MIB
        return usable - math.ceil(usable * VM_OVERHEAD)

    @cached_property
    def allocatable_cpu(self) -> int:
        """Millicores left for pods."""
        cores = self.vcpus * 1000
        reserved = sum(int((min(cores, end) - start) * share) for start, end, share in _CPU_RESERVED if cores > start)
        return cores - reserved

    @cached_property
    def allocatable_memory(self) -> int:
        """MiB left for pods: less kube-reserved, which grows by the pod, and the eviction threshold."""
        return self.capacity - (255 + 11 * self.pods) - EVICTION_MIB


@lru_cache(maxsize=1)
def instance_types() -> tuple[InstanceType, ...]:
    """Every type of the data file."""
    data = json.loads((Path(__file__).parent / "instances.json").read_text("utf-8"))
    return tuple(
        InstanceType(family[0], int(re.sub(r"\D", "", family)), family, size, *limits)
        for family, sizes in data["families"].items()
        for size, limits in sizes.items()
    )
