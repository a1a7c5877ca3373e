"""Section `network`: which program carries the pods' packets, and what of the traffic can be seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .fields import ApiEndpoint, ChartVersion
from .image import release_flaws
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment

CLUSTER_NAME_LIMIT = 32
"""Longest name that Cilium gives a cluster (Cilium, pkg/clustermesh/types)."""


@dataclass(frozen=True)
class Cilium:
    """Where Cilium comes from, with `cni: cilium`."""

    mode: Literal["existing", "managed"]
    """`existing` is somebody else's installation; `managed` renders the official chart as an Application."""
    version: ChartVersion
    """Version of the chart, which is that of Cilium."""
    api_server: ApiEndpoint | None = None
    """Host of the cluster's API endpoint, with which Cilium replaces kube-proxy; without it kube-proxy stays."""


@dataclass(frozen=True)
class Hubble:
    """What Cilium shows of the traffic, with `cni: cilium`."""

    enabled: bool
    """Whether flows are observed at all."""
    relay: bool
    """One address for the flows of every node, which the `hubble` command needs; the web page brings it along."""
    ui: bool
    """The web page, reached by `kubectl port-forward` alone: it knows no sign-in."""
    metrics: bool
    """Prometheus metrics of Cilium, of flows, drops, DNS and HTTP, with the ServiceMonitors that scrape them."""
    l7: tuple[Literal["llm-gateway", "otel-collector"], ...]
    """Workloads whose incoming plain HTTP is read: method, path, status and time of each request, through a proxy."""


@dataclass(frozen=True)
class Network:
    """The pod network, and how much of its traffic is visible."""

    cni: Literal["cilium", "vpc-cni"]
    """`cilium` renders CiliumNetworkPolicies with DNS names and L7 visibility; `vpc-cni` plain NetworkPolicies."""
    cilium: Cilium
    hubble: Hubble
    flow_monitor: bool
    """With `cni: vpc-cni`: whether the cluster has the add-on aws-network-flow-monitoring-agent."""

    @property
    def read(self) -> tuple[str, ...]:
        """Workloads whose incoming HTTP Hubble reads."""
        return self.hubble.l7 if self.cni == "cilium" and self.hubble.enabled else ()

    @property
    def manages_cilium(self) -> bool:
        return self.cni == "cilium" and self.cilium.mode == "managed"

    def check(self, env: "Environment") -> Iterator[Flaw]:
        yield from release_flaws(("cilium", "version"), "cilium", self.cilium.version)
        if self.cni == "cilium" and env.compute.provisioner == "auto-mode":
            fix = "use cni: vpc-cni, or provisioner: karpenter"
            message = "EKS Auto Mode allows no other CNI than its own, Cilium would not start"
            yield Flaw(("cni",), message, fix, also=(("compute", "provisioner"),))
        name = env.cluster.name
        if self.manages_cilium and (len(name) > CLUSTER_NAME_LIMIT or name != name.lower() or "_" in name):
            message = f"Cilium does not start with «{name}» as its cluster's name"
            allowed = f"lower-case letters, digits and -, at most {CLUSTER_NAME_LIMIT} characters"
            fix = f"use mode: existing, or a cluster whose name is of {allowed}"
            yield Flaw(("cilium", "mode"), message, fix, also=(("cluster", "name"),))
