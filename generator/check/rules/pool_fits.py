"""pool-fits: nodes of the pool must have room for the pods, and the pool's limits for the nodes.

A pod that is larger than the largest node stays Pending for ever. At the limits of its pool, Karpenter launches nothing
more: the autoscaler's last replicas stay Pending just when they are needed, or a rolling update does not finish.

Looked at: what each pod requests, on every instance type that its pools may launch, less what the system keeps
(kube-reserved, eviction threshold), the DaemonSets among the objects, and the add-ons of a usual EKS node. Then all
pods that only this pool takes, at their highest count, while every one of them is rolled out, packed onto nodes of the
instance type that needs least, one a zone at least where a spread demands it: as many vCPUs and as much memory as
Karpenter counts must be within `limits`.

Limits: real nodes are a mix, chosen by price, which packs somewhat better or worse; a pool that may launch types
outside generator/check/compute/instances.json is not looked at; nor are storage, GPUs, and prefix delegation.

Sources: instance types in generator/check/compute/instances.py. Add-ons: requests in the charts of the VPC CNI (two
containers of 25m), kube-proxy (100m), EBS CSI driver (three containers of 10m and 40Mi) and node monitoring agent (10m,
30Mi); Pod Identity agent and node exporter request nothing. Cilium's agents, without requests, take the first two's
places. Auto Mode runs its own outside of pods.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator.check.compute.instances import InstanceType
from generator.check.compute.placement import ZONE
from generator.check.compute.pools import AUTO_MODE, Pool, hosts, pools
from generator.check.compute.requests import MIB, Need, nodes, quantity, requests
from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Severity
from generator.check.walk import each, number, table, text
from generator.check.workloads.scale import autoscalers, scale, surge

ID, SEVERITY = "pool-fits", Severity.ERROR
REMEDIATION = "raise compute.limits, allow larger compute.sizes, or lower requests or maximum replicas"

ADD_ONS, ADD_ON_PODS = Need(190, 150), 6
"""What add-ons of the cluster take on each node; see the sources above."""

Room = tuple[Need, int]
"""What a node has left for pods, and for how many of them."""


@dataclass(frozen=True)
class Load:
    """The pods of a workload at their most."""

    item: Item
    need: Need
    count: int

    def zones(self, known: int) -> int:
        """Zones, of those that the pool has, that a required spread puts the pods in."""
        required = any(
            text(one, "topologyKey") == ZONE and text(one, "whenUnsatisfiable") == "DoNotSchedule"
            for _, one in each(self.item.pod, "topologySpreadConstraints")
        )
        return min(self.count, known) if required else 0


def check(objects: ObjectSet) -> Iterator[Breach]:
    among, scaled_by = pools(objects), autoscalers(objects)
    rooms = {pool.name: room(objects, pool) for pool in among}
    alone: dict[str, list[Load]] = {pool.name: [] for pool in among}
    for item in objects.workloads():
        hosting = hosts(item.pod, among) if item.kind != "DaemonSet" else []
        need, most = requests(item.pod), scale(item, scaled_by).highest
        offered = [(one, *rooms[pool.name][one]) for pool in hosting for one in pool.types_for(item.pod)]
        if any(slots > 0 and need.within(left.cpu, left.memory) for _, left, slots in offered):
            if len(hosting) == 1:
                alone[hosting[0].name].append(Load(item, need, most + surge(item, most)))
        elif offered and most and all(pool.complete for pool in hosting):
            largest, left, slots = max(offered, key=lambda one: (one[1].memory, one[1].cpu))
            what = f"{left} left" if slots > 0 else "no place for pods beside those of DaemonSets and add-ons"
            message = f"its pods request {need}; the largest node they may get, {largest.name}, has {what}"
            yield Breach(item, item.pod_path("containers"), f"{message}: they stay Pending")
    for pool in among:
        if pool.complete and pool.types:
            yield from _beyond_limits(pool, alone[pool.name], rooms[pool.name])


def _beyond_limits(pool: Pool, loads: Sequence[Load], rooms: Mapping[InstanceType, Room]) -> Iterator[Breach]:
    limits = table(pool.item.obj, "spec", "limits")
    cpu, memory, count = (quantity(limits.get(name)) for name in ("cpu", "memory", "nodes"))
    apart = max((load.zones(len(pool.values(ZONE) or ())) for load in loads), default=0)
    least: tuple[float, int, InstanceType] | None = None
    for one, (left, slots) in rooms.items():
        packed = nodes([(load.need, load.count) for load in loads], left.cpu, left.memory, slots)
        if packed is None:
            continue
        filled = max(packed, apart)
        used = max(
            filled * one.vcpus / cpu if cpu else 0,
            filled * one.capacity * MIB / memory if memory else 0,
            filled / count if count else 0,
        )
        if used <= 1:
            return
        if least is None or used < least[0]:
            least = used, filled, one
    if least is not None:
        _, filled, one = least
        written = ", ".join(f"{name} {value}" for name, value in limits.items())
        message = (
            f"{sum(load.count for load in loads)} pods, all at their highest count and in a rolling update, need "
            f"{filled} nodes of {one.name} at the least, {filled * one.vcpus} vCPUs and {filled * one.capacity} MiB; "
            f"the limits are {written}: the last pods stay Pending"
        )
        yield Breach(pool.item, ("spec", "limits"), message)


def room(objects: ObjectSet, pool: Pool) -> dict[InstanceType, Room]:
    """What a node of each type has left for pods, and for how many of them."""
    taken, places = (Need(), 0) if pool.domain == AUTO_MODE else (ADD_ONS, ADD_ON_PODS)
    for daemon in objects.of("DaemonSet"):
        if daemon.pod and not pool.refusal(daemon.pod):
            taken, places = taken + requests(daemon.pod), places + 1
    reference = table(pool.item.obj, "spec", "template", "spec", "nodeClassRef")
    node_class = objects.get(text(reference, "kind"), "", text(reference, "name"))
    most = number(node_class.obj, "spec", "kubelet", "maxPods") if node_class else None
    return {
        one: (
            Need(one.allocatable_cpu - taken.cpu, one.allocatable_memory - taken.memory),
            (one.pods if most is None else int(most)) - places,
        )
        for one in pool.types
    }
