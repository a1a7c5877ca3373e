"""6: Prometheus scrapes every rendered target: what carries no series raises no alert."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from . import prometheus
from .look import Look
from .result import Observation, attempt, failed, ok, skipped
from .rights import Need

TITLE = "metrics are scraped"


class Target(NamedTuple):
    """As Prometheus labels it: a ServiceMonitor's job is its Service, a PodMonitor's its own namespace and name."""

    namespace: str
    job: str
    endpoint: str

    def __str__(self) -> str:
        return f"{self.job} ({self.endpoint}) in {self.namespace}"


def needs(env: Environment, objects: Sequence[Obj]) -> list[Need]:
    return [prometheus.right(env)] if env.monitoring.enabled else []


def check(look: Look) -> Iterator[Observation]:
    if look.env.monitoring.enabled:
        yield from attempt(_scraped(look), prometheus.remedy(look.env))
    else:
        yield skipped("monitoring.enabled is false")


def targets(objects: Sequence[Obj]) -> list[Target]:
    """What the rendered monitors select."""
    found = []
    for obj in objects:
        meta, spec = obj["metadata"], obj.get("spec", {})
        if obj["kind"] == "PodMonitor":
            job = f"{meta['namespace']}/{meta['name']}"
            found += [Target(meta["namespace"], job, one["port"]) for one in spec["podMetricsEndpoints"]]
        elif obj["kind"] == "ServiceMonitor":
            chosen = spec["selector"]["matchLabels"].items()
            jobs = [
                other["metadata"]["name"]
                for other in objects
                if other["kind"] == "Service"
                and other["metadata"]["namespace"] == meta["namespace"]
                and chosen <= other["metadata"].get("labels", {}).items()
            ]
            found += [Target(meta["namespace"], job, one["port"]) for job in jobs for one in spec["endpoints"]]
    return found


def _scraped(look: Look) -> Iterator[Observation]:
    wanted = targets(look.objects)
    spaces = "|".join(sorted({target.namespace for target in wanted}))
    states: dict[Target, list[tuple[str, float]]] = {}
    for labels, value in prometheus.query(look, f'up{{namespace=~"{spaces}"}}'):
        target = Target(*(labels.get(name, "") for name in Target._fields))
        states.setdefault(target, []).append((labels.get("pod") or labels.get("instance", ""), value))
    for target in wanted:
        found = states.get(target, [])
        down = [pod for pod, value in found if value != 1]
        if not found:
            remedy = "does its Prometheus select our monitors? monitoring.release; docs/runbooks/MetricsTargetAbsent.md"
            yield failed(f"{target}: not among Prometheus' targets", remedy)
        elif down:
            yield failed(f"{target}: down on {', '.join(down)}", "docs/runbooks/MetricsTargetDown.md")
        else:
            yield ok(f"{target}: {len(found)} of {len(found)} up")
