"""docs/network.md: who talks to whom in each environment, and how much of it can be seen.

From the same edges as the policies, so that the page cannot promise what the cluster drops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.environment.model import Environment
from generator.kubernetes.network import (
    POD_IDENTITY_AGENT,
    Addresses,
    ApiServer,
    Edge,
    Hosts,
    Namespace,
    Peer,
    PodIdentityAgent,
    Pods,
    Public,
)

from . import cilium, openclaw, registry

PATH = "docs/network.md"
L7 = "L7: method, path, status and time of each request"


@dataclass(frozen=True)
class Row:
    """An edge as the page shows it."""

    source: str
    target: str
    port: str
    protocol: str
    seen: str


@dataclass(frozen=True)
class Section:
    """What the page says of one environment."""

    env: Environment
    rows: list[Row]

    @property
    def nodes(self) -> dict[str, str]:
        """Names of the graph's nodes, by what they stand for, in the order of their first edge."""
        ends = dict.fromkeys(end for row in self.rows for end in (row.source, row.target))
        return {end: f"n{index}" for index, end in enumerate(ends)}

    @property
    def arrows(self) -> list[tuple[str, str, str, bool]]:
        """Source, target, label and whether HTTP is read, once for each pair."""
        pairs: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows:
            pairs.setdefault((row.source, row.target), []).append(row)
        return [
            (self.nodes[source], self.nodes[target], ", ".join(label(row) for row in rows), any_read(rows))
            for (source, target), rows in pairs.items()
        ]


def files(environments: Sequence[Environment]) -> dict[str, str]:
    """The page, by path."""
    import jinja2  # 70 ms that only this command pays

    template = Path(__file__).parent.joinpath("network.md.j2").read_text("utf-8")
    strict = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = strict.from_string(template).render(
        sections=[section(env) for env in environments], repository=cilium.REPOSITORY, metrics=cilium.METRICS
    )
    return {PATH: page.rstrip() + "\n"}


def section(env: Environment) -> Section:
    rows = (row(env, edge) for edge in registry.all_edges(env))
    return Section(env, list(dict.fromkeys(rows)))


def row(env: Environment, edge: Edge) -> Row:
    port = str(edge.port) if edge.port else "any"
    return Row(described(edge.source), described(edge.target), port, edge.protocol, seen(env, edge))


def described(peer: Peer) -> str:
    match peer:
        case Pods(app=openclaw.NAME, instance=""):
            return "every gateway"
        case Pods():
            return f"{peer.namespace}/{peer.instance or peer.app}"
        case Namespace():
            return f"namespace {peer.name}"
        case Addresses():
            return ", ".join(peer.cidrs)
        case Hosts():
            return ", ".join(peer.names)
        case Public():
            return "any public address"
        case PodIdentityAgent():
            return f"Pod Identity Agent, {POD_IDENTITY_AGENT.partition('/')[0]}"
        case ApiServer():
            return "Kubernetes API"


def seen(env: Environment, edge: Edge) -> str:
    """How much of an edge its environment shows."""
    network = env.network
    if network.cni == "vpc-cni":
        return "L4: bytes, retransmissions, round trips" if network.flow_monitor else "nothing"
    if not network.hubble.enabled:
        return "nothing"
    if isinstance(edge.target, Pods) and edge.target.app in network.read and edge.protocol == "http":
        return L7
    if isinstance(edge.target, Hosts):
        return "L4, and the name by its DNS query"
    return "L4: both ends, verdict"


def label(row: Row) -> str:
    return f"{row.protocol} {row.port}" if row.port != "any" else row.protocol


def any_read(rows: Sequence[Row]) -> bool:
    return any(row.seen == L7 for row in rows)
