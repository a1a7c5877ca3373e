"""What rendered/ gives to one pod of a gateway, and how many pods its autoscaler makes of a load."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from generator.environment.load import load
from generator.kubernetes.quantity import cores, mebibytes
from tests.real import manifests
from tests.real.manifests import Obj

RATES = (100, 1_000, 10_000)
"""Requests a second that the replicas are told for."""


@dataclass(frozen=True)
class Share:
    """What the container may count on, and what it may not exceed."""

    cpu: float
    """Requested cores: what it gets on a full node, and what the autoscaler calls 100 %."""
    cpu_limit: float | None
    memory_limit: int
    """MiB."""


@dataclass(frozen=True)
class Scaler:
    """The HorizontalPodAutoscaler of the workload, by CPU."""

    least: int
    most: int
    target: float
    """Of the requested CPU, from 0 to 1."""


def share(environment: str, component: str) -> Share:
    """Read from the component's one container."""
    resources = manifests.container(environment, component)["resources"]
    limit = resources["limits"].get("cpu")
    return Share(
        cores(resources["requests"]["cpu"]) / 1000,
        cores(limit) / 1000 if limit else None,
        mebibytes(resources["limits"]["memory"]),
    )


def scaler(objects: Iterable[Obj]) -> Scaler | None:
    """The one among the objects of a component; None where the number of pods is fixed."""
    for obj in objects:
        if obj["kind"] == "HorizontalPodAutoscaler":
            [metric] = obj["spec"]["metrics"]
            target = metric["resource"]["target"]["averageUtilization"] / 100
            return Scaler(obj["spec"]["minReplicas"], obj["spec"]["maxReplicas"], target)
    return None


def admitted(environment: str) -> float | None:
    """Requests a second that the virtual keys may ask together, of all pods; None where one of them has no rate."""
    keys = load(manifests.RENDERED.parent / "environments", environment).llm_gateway.virtual_keys.values()
    rates = [key.rate_limit.requests / 60 for key in keys if key.rate_limit]
    return sum(rates) if len(rates) == len(keys) else None


def replicas(rate: float, cpu_seconds: float, share: Share, scaler: Scaler) -> int:
    """Pods that the autoscaler wants for so many requests a second, each of which takes `cpu_seconds`, if it may."""
    wanted = rate * cpu_seconds / (share.cpu * scaler.target)
    return max(scaler.least, math.ceil(round(wanted, 6)))


def ceiling(cpu_seconds: float, share: Share, scaler: Scaler) -> float:
    """Requests a second that the greatest number of pods takes at the autoscaler's target."""
    return scaler.most * share.cpu * scaler.target / cpu_seconds
