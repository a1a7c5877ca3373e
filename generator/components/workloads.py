"""The components that are pods of ours, beside the gateways: a new one is a line here (docs/add-a-component.md).

An explicit list, no discovery.  Callees stand before their callers, which is the order of the rules in a policy.
"""

from __future__ import annotations

from generator.environment.model import Environment
from generator.environment.problem import Place, Problem, dotted

from . import cache, llm_gateway, openclaw, otel_collector
from .component import Component

WORKLOADS: tuple[Component, ...] = (
    cache.COMPONENT,
    otel_collector.COMPONENT,
    llm_gateway.COMPONENT,
)

NAMESPACES = tuple(sorted({openclaw.NAMESPACE, *(component.namespace for component in WORKLOADS)}))
"""Where pods of ours may be."""


def unread(defaults: Environment) -> list[Problem]:
    """Services that the defaults have and no component reads."""
    place, fix = (
        Place("environments/defaults.yaml"),
        "add its component to WORKLOADS in generator/components/workloads.py",
    )
    names = defaults.services.keys() - {component.name for component in WORKLOADS}
    return [Problem(place, dotted(("services", name)), "no component reads it", fix) for name in names]


def namespaces(env: Environment) -> list[str]:
    """Where pods of ours are in one environment, sorted."""
    return sorted({openclaw.NAMESPACE, *(component.namespace for component in WORKLOADS if component.runs(env))})
