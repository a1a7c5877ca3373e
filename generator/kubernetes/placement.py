"""Where pods run: Graviton nodes of the pool, spread over zones and nodes."""

from __future__ import annotations

from collections.abc import Mapping

from generator.environment.model import Environment

from .objects import Obj

POOL = "openclaw"
TAINT = {"key": "dedicated", "value": POOL, "effect": "NoSchedule"}
"""Keeps everything else off the pool's nodes."""


def node_selector(on_demand: bool) -> dict[str, str]:
    """Graviton nodes of the pool; on-demand only where the workload asks for it."""
    chosen = {"kubernetes.io/arch": "arm64", "karpenter.sh/nodepool": POOL}
    return chosen | ({"karpenter.sh/capacity-type": "on-demand"} if on_demand else {})


def tolerations() -> list[Obj]:
    return [{"key": TAINT["key"], "operator": "Equal", "value": POOL, "effect": TAINT["effect"]}]


def spread(env: Environment, app: str, match: Mapping[str, str], zonal: bool) -> list[Obj]:
    """Over zones, then over nodes.

    A pod with a zonal volume can only follow it, so its spread is a preference for the first placement, and counts all
    instances of the app.  For replicas, old revisions do not count (`matchLabelKeys`), nor do nodes that are draining
    or foreign (`nodeTaintsPolicy`).
    """
    required = env.compute.zone_spread == "required" and not zonal
    shared: Obj = {"maxSkew": 1, "nodeTaintsPolicy": "Honor"}
    if zonal:
        shared["labelSelector"] = {"matchLabels": {"app.kubernetes.io/name": app}}
    else:
        shared |= {"labelSelector": {"matchLabels": dict(match)}, "matchLabelKeys": ["pod-template-hash"]}
    # Zones without a node do not count by themselves: while one zone has nodes, it would take every replica.
    zones: Obj = {"whenUnsatisfiable": "DoNotSchedule", "minDomains": 2} if required else {}
    return [
        {"topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway", **shared, **zones},
        {"topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway", **shared},
    ]
