"""What pods are made of: containers with their path in the object, ports, and how long they take to end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from generator.check.objectset import Item
from generator.check.walk import each, number, text
from generator.environment.problem import Path
from generator.kubernetes.objects import Obj

GRACE = 30
"""Seconds of `terminationGracePeriodSeconds` where a pod says nothing (Kubernetes API reference)."""


@dataclass(frozen=True)
class Container:
    """A container of a pod template; `path` leads to it from the root of the object."""

    item: Item
    path: Path
    spec: Obj

    @property
    def name(self) -> str:
        return text(self.spec, "name")


@dataclass(frozen=True)
class Port:
    """A port that a container declares."""

    name: str
    number: int
    protocol: str


@lru_cache(maxsize=512)  # every rule asks
def containers(item: Item) -> tuple[Container, ...]:
    """Init containers first, as they run."""
    return tuple(
        Container(item, item.pod_path(field, index), spec)
        for field in ("initContainers", "containers")
        for index, spec in each(item.pod, field)
    )


def ports(item: Item) -> list[Port]:
    """The ports of all containers of a pod."""
    return [
        Port(text(port, "name"), port["containerPort"], text(port, "protocol") or "TCP")
        for container in containers(item)
        for _, port in each(container.spec, "ports")
        if isinstance(port.get("containerPort"), int)
    ]


def grace(item: Item) -> float:
    """Seconds from the deletion of the pod to the kill; preStop counts."""
    found = number(item.pod, "terminationGracePeriodSeconds")
    return GRACE if found is None else found
