"""How many pods a workload has: at least, at most, and more while it rolls out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.check.objectset import Item, ObjectSet, dig
from generator.check.walk import number, table, text

Autoscalers = Mapping[tuple[str, str, str], Item]
"""Namespace, kind and name of a workload to what scales it."""


@dataclass(frozen=True)
class Scale:
    """Pods of a workload, between its autoscaler's bounds if it has one."""

    lowest: int
    highest: int


def autoscalers(objects: ObjectSet) -> Autoscalers:
    """The HorizontalPodAutoscalers, by what they scale."""
    found = {}
    for item in objects.of("HorizontalPodAutoscaler"):
        target = table(item.obj, "spec", "scaleTargetRef")
        found[item.namespace, text(target, "kind"), text(target, "name")] = item
    return found


def scale(item: Item, scaled_by: Autoscalers) -> Scale:
    """Pods of a workload; a DaemonSet, with one on every node, counts as one."""
    if item.kind in ("DaemonSet", "Pod", "CronJob"):
        return Scale(1, 1)
    if item.kind == "Job":
        count = _count(item, 1, "spec", "parallelism")
        return Scale(count, count)
    by = scaled_by.get((item.namespace, item.kind, item.name))
    if by is None:
        count = _count(item, 1, "spec", "replicas")
        return Scale(count, count)
    lowest = _count(by, 1, "spec", "minReplicas")
    return Scale(lowest, max(lowest, _count(by, lowest, "spec", "maxReplicas")))


def surge(item: Item, count: int) -> int:
    """Pods beyond `count` that a rollout starts before old ones end."""
    if item.kind == "Deployment":
        if text(item.obj, "spec", "strategy", "type") == "Recreate":
            return 0
        return share(dig(item.obj, ("spec", "strategy", "rollingUpdate", "maxSurge")), count, "25%")
    if item.kind == "Rollout":
        if dig(item.obj, ("spec", "strategy", "blueGreen")) is not None:
            return count
        return share(dig(item.obj, ("spec", "strategy", "canary", "maxSurge")), count, "25%")
    return 0


def share(value: Any, count: int, default: str = "0") -> int:
    """An IntOrString as pods out of `count`; percentages round up, as they do for surges and disruption budgets."""
    written = str(default if value is None else value)
    found = number(written.removesuffix("%"))
    if found is None:
        return 0
    return math.ceil(found * count / 100) if written.endswith("%") else int(found)


def _count(item: Item, default: int, *path: str) -> int:
    found = number(item.obj, *path)
    return default if found is None else int(found)
