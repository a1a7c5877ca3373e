"""Edges between workloads, and the default-deny policies that admit exactly these edges.

Components declare an edge from the same values that they write into a config file, so a host that a config names is a
host that a policy admits.  Ports are container ports: policies are applied behind the Service.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

from .objects import Obj, metadata, selector

POD_IDENTITY_AGENT = "169.254.170.23/32"
"""Link-local address of the EKS Pod Identity Agent, port 80 (EKS user guide, pod-id-how-it-works)."""

NOT_PUBLIC = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
"""Private (RFC 1918), shared (RFC 6598: secondary VPC ranges of pods) and link-local (RFC 3927: instance metadata)."""


@dataclass(frozen=True)
class Pods:
    """The pods of a workload; `instance` left out means every instance of the app."""

    app: str
    namespace: str
    instance: str = ""

    @property
    def labels(self) -> dict[str, str]:
        return selector(self.app, self.instance) if self.instance else {"app.kubernetes.io/name": self.app}


@dataclass(frozen=True)
class Namespace:
    """Any pod of a namespace that is not ours."""

    name: str


@dataclass(frozen=True)
class Addresses:
    """Addresses by CIDR, such as the load balancer's subnets or the VPC."""

    cidrs: tuple[str, ...]


@dataclass(frozen=True)
class Hosts:
    """Hosts outside the cluster by DNS name; without DNS-aware policies every public address."""

    names: tuple[str, ...]
    private: str = ""
    """CIDR in which the names may resolve instead: a VPC endpoint with private DNS."""


@dataclass(frozen=True)
class Public:
    """Any public address, and none inside the VPC, the cluster or the node."""


@dataclass(frozen=True)
class PodIdentityAgent:
    """The agent on the node that hands out AWS credentials."""


@dataclass(frozen=True)
class ApiServer:
    """The Kubernetes API: where its endpoints are, and the address of its Service, which policies may see first."""

    cidrs: tuple[str, ...]


Peer = Pods | Namespace | Addresses | Hosts | Public | PodIdentityAgent | ApiServer
Protocol = Literal["http", "https", "redis", "rediss", "postgresql", "tcp"]
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)


@dataclass(frozen=True)
class Edge:
    """Traffic that must flow, on a TCP port; 0 means any, for a Service whose target port is not ours to know."""

    source: Peer
    target: Peer
    port: int
    protocol: Protocol = "tcp"
    """What is spoken.  Only plain `http` can be read on its way; `tcp` is anything that nothing more is known of."""


def url_edge(source: Pods, url: str, private: str = "") -> Edge:
    """The edge behind a URL in a config: a Service of this cluster by its namespace, any other host by its name."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    labels = name.split(".")
    protocol: Protocol = next((known for known in PROTOCOLS if known == parts.scheme), "tcp")
    if len(labels) >= 3 and labels[2] == "svc":
        return Edge(source, Namespace(labels[1]), 0, protocol)
    port = parts.port or (80 if parts.scheme == "http" else 443)
    return Edge(source, Hosts((name,), private), port, protocol)


def policies(cni: str, pods: Pods, edges: Sequence[Edge], dns: str, *, read: bool = False) -> list[Obj]:
    """The policy of one workload: what may reach it, what it may reach, and DNS, whose Service is at `dns`.

    With `read`, Cilium reads the plain HTTP that arrives: a rule that admits every request, but takes the connection
    through a proxy.  On the receiving side alone, so that one proxy is on the way and not two.
    """
    name = pods.instance or pods.app
    arriving = [edge for edge in edges if isinstance(edge.target, Pods) and covers(edge.target, pods)]
    leaving = [edge for edge in edges if isinstance(edge.source, Pods) and covers(edge.source, pods)]
    meta = metadata(name, pods.namespace, pods.app, name)
    if cni == "cilium":
        ingress = (_cilium_rule(edge.source, "from", pods) | _cilium_ports(edge, read) for edge in arriving)
        egress = (_cilium_rule(edge.target, "to", pods) | _cilium_ports(edge) for edge in leaving)
        spec: Obj = {
            "endpointSelector": {"matchLabels": pods.labels},
            "ingress": grouped(ingress),
            "egress": grouped([_CILIUM_DNS, *egress]),
        }
        return [{"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": meta, "spec": spec}]
    spec = {
        "podSelector": {"matchLabels": pods.labels},
        "policyTypes": ["Ingress", "Egress"],
        "egress": grouped([_dns(dns), *({"to": _peers(edge.target, pods)} | _ports(edge) for edge in leaving)]),
    }
    # policyTypes denies what no rule admits. The server would store an empty list as none, and every sync change it.
    if admitted := grouped({"from": _peers(edge.source, pods)} | _ports(edge) for edge in arriving):
        spec["ingress"] = admitted
    return [{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta, "spec": spec}]


def covers(peer: Pods, pods: Pods) -> bool:
    """Whether a peer of an edge includes the pods of a workload."""
    return (peer.app, peer.namespace) == (pods.app, pods.namespace) and peer.instance in ("", pods.instance)


def default_deny(namespace: str) -> Obj:
    """What is not declared does not flow: holds under both CNIs, and for pods that no workload declares."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata("default-deny", namespace),
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    }


def grouped(rules: Iterable[Obj]) -> list[Obj]:
    """Rules without repetition, in their given order."""
    unique: list[Obj] = []
    for rule in rules:
        if rule not in unique:
            unique.append(rule)
    return unique


def _dns(address: str) -> Obj:
    """DNS by its pods, and by its address: on EKS Auto Mode it runs on the node, where no selector finds it."""
    pods = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
    }
    ports = [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]
    return {"to": [pods, {"ipBlock": {"cidr": f"{address}/32"}}], "ports": ports}


_CILIUM_DNS: Obj = {
    "toEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "kube-system", "k8s-app": "kube-dns"}}],
    # Cilium learns the addresses behind toFQDNs from the answers that pass this rule.
    "toPorts": [{"ports": [{"port": "53", "protocol": "ANY"}], "rules": {"dns": [{"matchPattern": "*"}]}}],
}


def _ports(edge: Edge) -> Obj:
    return {"ports": [{"port": edge.port, "protocol": "TCP"}]} if edge.port else {}


def _cilium_ports(edge: Edge, read: bool = False) -> Obj:
    if not edge.port:
        return {}
    ports: Obj = {"ports": [{"port": str(edge.port), "protocol": "TCP"}]}
    if read and edge.protocol == "http":
        # The empty rule means every request; what is not HTTP would be cut.
        ports["rules"] = {"http": [{}]}
    return {"toPorts": [ports]}


def _peers(peer: Peer, pods: Pods) -> list[Obj]:
    match peer:
        case Pods():
            found: Obj = {"podSelector": {"matchLabels": peer.labels}}
            if peer.namespace != pods.namespace:
                found["namespaceSelector"] = {"matchLabels": {"kubernetes.io/metadata.name": peer.namespace}}
            return [found]
        case Namespace():
            return [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": peer.name}}}]
        case Addresses():
            return [{"ipBlock": {"cidr": cidr}} for cidr in peer.cidrs]
        case Hosts():
            # Link-local holds the instance metadata service and the Pod Identity Agent: never by this rule.
            return [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}}]
        case Public():
            return [{"ipBlock": {"cidr": "0.0.0.0/0", "except": list(NOT_PUBLIC)}}]
        case PodIdentityAgent():
            return [{"ipBlock": {"cidr": POD_IDENTITY_AGENT}}]
        case ApiServer():
            return [{"ipBlock": {"cidr": cidr}} for cidr in peer.cidrs]


def _cilium_rule(peer: Peer, way: str, pods: Pods) -> Obj:
    match peer:
        case Pods():
            found = {f"k8s:{key}": value for key, value in peer.labels.items()}
            if peer.namespace != pods.namespace:
                found["k8s:io.kubernetes.pod.namespace"] = peer.namespace
            return {f"{way}Endpoints": [{"matchLabels": found}]}
        case Namespace():
            return {f"{way}Endpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": peer.name}}]}
        case Addresses():
            return {f"{way}CIDR": list(peer.cidrs)}
        case Hosts():
            return {f"{way}FQDNs": [{"matchName": name} for name in peer.names]}
        case Public():
            return {f"{way}CIDRSet": [{"cidr": "0.0.0.0/0", "except": list(NOT_PUBLIC)}]}
        case PodIdentityAgent():
            # Under Cilium the agent, a host-network pod, has the node's identity: its address matches no CIDR rule.
            return {f"{way}Entities": ["host"]}
        case ApiServer():
            return {f"{way}Entities": ["kube-apiserver"]}
