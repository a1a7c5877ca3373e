"""What pods ask of a node, and how many nodes they fill."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from generator.check.walk import each, table
from generator.kubernetes.objects import Obj

_FORM = re.compile(r"([+-]?\d*\.?\d+)(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)")
_SCALES = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18} | {
    f"{unit}i": 1024.0**power for power, unit in enumerate("KMGTPE", 1)
}
MIB = 1024 * 1024


@dataclass(frozen=True)
class Need:
    """CPU in millicores and memory in MiB."""

    cpu: float = 0
    memory: float = 0

    def __add__(self, other: Need) -> Need:
        return Need(self.cpu + other.cpu, self.memory + other.memory)

    def most(self, other: Need) -> Need:
        """The larger of the two, each for itself."""
        return Need(max(self.cpu, other.cpu), max(self.memory, other.memory))

    def within(self, cpu: float, memory: float) -> bool:
        return self.cpu <= cpu and self.memory <= memory

    def __str__(self) -> str:
        return f"{self.cpu:g}m CPU and {math.ceil(self.memory)} MiB"


def quantity(value: Any) -> float | None:
    """A quantity as a number, e.g. 0.5 for `500m`; None for what is none."""
    form = _FORM.fullmatch(str(value).strip())
    if form is None or isinstance(value, bool):
        return None
    number, exponent, unit = form.groups()
    return float(f"{number}{exponent}") if exponent else float(number) * _SCALES.get(unit, 1)


def requests(pod: Obj) -> Need:
    """What the scheduler reserves for a pod: its containers, or the init container that needs most, and its overhead.

    A sidecar (an init container that restarts always) counts beside the containers, and for those started after it.
    """
    if whole := table(pod, "resources", "requests"):
        return _need(whole) + _need(table(pod, "overhead"))
    running, starting = Need(), Need()
    for _, container in each(pod, "initContainers"):
        if container.get("restartPolicy") == "Always":
            running += _asked(container)
            starting = starting.most(running)
        else:
            starting = starting.most(running + _asked(container))
    for _, container in each(pod, "containers"):
        running += _asked(container)
    return running.most(starting) + _need(table(pod, "overhead"))


def nodes(pods: Sequence[tuple[Need, int]], cpu: float, memory: float, slots: int) -> int | None:
    """Nodes that so many pods of each need fill, the largest first, each onto the first node with room.

    A node has so much CPU and memory and so many slots for pods. None where a pod does not fit an empty node.
    """
    free: list[list[float]] = []
    for need, count in sorted(pods, key=lambda one: (one[0].memory, one[0].cpu), reverse=True):
        if count and (slots < 1 or not need.within(cpu, memory)):
            return None
        left = count
        for node in free:
            left -= _place(node, need, left)
        while left:
            free.append([cpu, memory, slots])
            left -= _place(free[-1], need, left)
    return len(free)


def _place(node: list[float], need: Need, count: int) -> int:
    """Puts as many of `count` equal pods on a node as it takes, and says how many."""
    room = [node[2]]
    if need.cpu > 0:
        room.append(node[0] // need.cpu)
    if need.memory > 0:
        room.append(node[1] // need.memory)
    placed = max(0, min(count, int(min(room))))
    node[0] -= placed * need.cpu
    node[1] -= placed * need.memory
    node[2] -= placed
    return placed


def _asked(container: Obj) -> Need:
    """A container's requests; its limits where it names no request."""
    return _need(table(container, "resources", "limits") | table(container, "resources", "requests"))


def _need(amounts: Obj) -> Need:
    cpu, memory = quantity(amounts.get("cpu")), quantity(amounts.get("memory"))
    return Need(round((cpu or 0) * 1000, 6), (memory or 0) / MIB)
