"""What Helm charts ask for, read from the values in their Applications: pods by placement, and volumes.

A chart's objects are in no file, but its values name the requests: a map with `resources.requests` stands for pods,
placed by the nearest `nodeSelector` and as many as the nearest `replicas` or `replicaCount` above or beside it.  A map
without requests of its own whose parent has them, but with `replicas`, is a role of the parent (Langfuse's web server
and worker).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.check.compute.placement import CAPACITY, NODE_POOL
from generator.check.compute.requests import MIB, Need, quantity
from generator.check.walk import table, text
from generator.kubernetes.objects import Obj

GIB = 1024 * MIB


@dataclass(frozen=True)
class Pods:
    """Equal pods of a chart."""

    need: Need
    count: int
    pool: str
    """The NodePool that they are bound to; empty where they run elsewhere."""
    on_demand: bool


def pods(application: Obj) -> Iterator[Pods]:
    """The pods that an Application's values ask for; nothing where it has none."""
    yield from _pods(_values(application), {}, 1)


def volumes(application: Obj) -> Iterator[float]:
    """The volumes that they ask for, in GiB."""
    yield from _volumes(_values(application), 1)


def _values(application: Obj) -> Obj:
    return table(application, "spec", "source", "helm", "valuesObject")


def _pods(values: Obj, selector: Mapping[str, Any], replicas: int) -> Iterator[Pods]:
    selector = table(values, "nodeSelector") or selector
    replicas = _replicas(values, replicas)
    asked = table(values, "resources", "requests")
    if asked:
        roles = [one for one in values.values() if isinstance(one, dict) and _is_role(one)]
        count = sum(_replicas(one, 1) for one in roles) or replicas
        cpu, memory = quantity(asked.get("cpu", 0)), quantity(asked.get("memory", 0))
        need = Need((cpu or 0) * 1000, (memory or 0) / MIB)
        yield Pods(need, count, str(selector.get(NODE_POOL, "")), selector.get(CAPACITY) == "on-demand")
    for name, inner in values.items():
        if isinstance(inner, dict) and name != "resources":
            yield from _pods(inner, selector, replicas)


def _is_role(values: Obj) -> bool:
    return "replicas" in values and not table(values, "resources", "requests")


def _replicas(values: Obj, default: int) -> int:
    found = values.get("replicas", values.get("replicaCount"))
    return found if isinstance(found, int) else default


def _volumes(values: Obj, replicas: int) -> Iterator[float]:
    replicas = _replicas(values, replicas)
    claim = text(values, "volumeClaimTemplate", "spec", "resources", "requests", "storage")
    size = text(values, "requestedSize") or claim or ("className" in values and text(values, "size"))
    if size:
        yield replicas * (quantity(size) or 0) / GIB
    else:
        for inner in values.values():
            if isinstance(inner, dict):
                yield from _volumes(inner, replicas)
