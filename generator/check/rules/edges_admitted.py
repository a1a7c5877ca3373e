"""edges-admitted: what a configuration calls, the network policies let through.

A default-deny policy that lacks an edge drops packets in silence: the program starts, is Ready, and hangs at its first
call until a time-out.  Every URL, `host:port` and host/port pair in the ConfigMaps and variables of a pod is looked up:
the egress policies of that pod must admit it and, for a Service of the set, so must the ingress policies of the pods
behind it, on the container port that the Service leads to.  NetworkPolicy, CiliumNetworkPolicy and
CiliumClusterwideNetworkPolicy count together.  Amazon Bedrock, which gateways call by Region, is looked up by the host
of that Region.

Names need DNS: an egress rule to the DNS pods of kube-system or, on EKS Auto Mode, to the cluster's DNS address, since
CoreDNS runs there on the node and no pod selector means it (aws/containers-roadmap#2552); under Cilium, names behind
`toFQDNs` need a DNS rule that inspects answers.

A Cilium rule with `http` takes what it admits through a proxy that reads HTTP and cuts everything else: TLS, Redis and
PostgreSQL must not meet one.

Limits: of a Service outside the set the container port is not known, so any admitted port will do; a name outside the
cluster counts as a public address, one below .cache.amazonaws.com, .rds.amazonaws.com, .internal or .local as a private
one; text that is neither JSON nor YAML is not read; nor is kubernetes.default, which programs find by themselves; which
requests an `http` rule admits is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Severity
from generator.check.traffic.addresses import Address, addresses
from generator.check.traffic.configs import configs
from generator.check.traffic.network.peers import Ip, Name, Peer
from generator.check.traffic.network.reach import Reach, Way, reach_of
from generator.check.traffic.services import backends, cluster_name, external_name, is_ours, port_of, selector_of

ID, SEVERITY = "edges-admitted", Severity.ERROR
REMEDIATION = "add the edge to the policies on both sides, or correct the address in the configuration"

DNS = 53
DNS_PODS = {"k8s-app": "kube-dns"}
DNS_HOST_NUMBER = 10
"""EKS gives the DNS Service the tenth address of the range of Services (EKS user guide)."""
SERVICE_RANGES = ("10.100.0.0/16", "172.20.0.0/16")
"""What EKS takes for Services where nothing else is said (EKS API, KubernetesNetworkConfigRequest)."""


def check(objects: ObjectSet) -> Iterator[Breach]:
    reach = reach_of(objects)
    for item in objects.workloads():
        named = {
            (address.host, address.port): address
            for config in configs(objects, item)
            for address in addresses(config)
            if not address.host.startswith("kubernetes.default")
        }
        for address in named.values():
            for message in _obstacles(objects, reach, item, address):
                yield Breach(address.config.item, address.config.path, message)
        names = [address for address in named.values() if not address.is_ip]
        if names:
            yield from _without_dns(objects, reach, item, names)


def _obstacles(objects: ObjectSet, reach: Reach, item: Item, address: Address) -> Iterator[str]:
    said = f"{address.where} names {address}"
    found = None if address.is_ip else cluster_name(objects, address.host, item.namespace)
    if found is None:
        if not reach.admits(item, "egress", _outside(address), address.port):
            yield _dropped(said, item)
        elif address.is_opaque and reach.reads_http(item, "egress", _outside(address), address.port):
            yield _cut(said, address, "egress", item)
        return
    namespace, name = found
    service = objects.get("Service", namespace, name)
    if service is None:
        if is_ours(objects, namespace):
            yield f"{said}, but namespace {namespace} has no Service {name}: the name does not resolve"
        elif not reach.admits(item, "egress", reach.foreign(namespace), 0):
            yield _dropped(said, item)
    elif outside := external_name(service):
        if not reach.admits(item, "egress", Name(outside), address.port):
            yield _dropped(said, item)
    elif (port := port_of(service, address.port)) is None:
        yield f"{said}, but {service} has no port {address.port}: connections hang until they time out"
    elif selector_of(service):
        for backend in backends(objects, service, port):
            if not reach.admits(item, "egress", reach.pods(backend.item), backend.port):
                yield _dropped(said, item)
            if not reach.admits(backend.item, "ingress", reach.pods(item), backend.port):
                yield (
                    f"{said}, but the ingress policies of {backend.item} do not admit {item} on port {backend.port}: "
                    "connections hang until they time out"
                )
            if address.is_opaque and reach.reads_http(item, "egress", reach.pods(backend.item), backend.port):
                yield _cut(said, address, "egress", item)
            if address.is_opaque and reach.reads_http(backend.item, "ingress", reach.pods(item), backend.port):
                yield _cut(said, address, "ingress", backend.item)


def _outside(address: Address) -> Peer:
    return Ip(address.host) if address.is_ip else Name(address.host)


def _dropped(said: str, item: Item) -> str:
    return f"{said}, but the egress policies of {item} do not admit it: connections hang until they time out"


def _cut(said: str, address: Address, way: Way, item: Item) -> str:
    return f"{said} for {address.scheme}, but the {way} policies of {item} read it as HTTP: every connection is cut"


def _without_dns(objects: ObjectSet, reach: Reach, item: Item, names: list[Address]) -> Iterator[Breach]:
    examples = f"{names[0].host} (and {len(names) - 1} more)" if len(names) > 1 else names[0].host
    path = item.pod_path()
    if any(node.obj.get("apiVersion") == "eks.amazonaws.com/v1" for node in objects.of("NodeClass")):
        if not any(reach.admits(item, "egress", Ip(address), DNS, "UDP") for address in _dns_addresses(objects)):
            yield Breach(
                item,
                path,
                f"on EKS Auto Mode CoreDNS runs on the node, which no pod selector means, and no egress rule of {item} "
                f"admits the DNS address {' or '.join(_dns_addresses(objects))}: no name resolves, not {examples}",
            )
    elif not reach.admits(item, "egress", reach.foreign("kube-system", DNS_PODS), DNS, "UDP"):
        yield Breach(item, path, f"the egress policies of {item} admit no DNS: no name resolves, not {examples}")
    outside = (one for one in names if cluster_name(objects, one.host, item.namespace) is None)
    by_name = next((one for one in outside if reach.needs_answers(item, Name(one.host), one.port)), None)
    if by_name and not reach.learns_names(item):
        yield Breach(
            item,
            path,
            f"{item} may reach {by_name.host} by toFQDNs alone, but no DNS rule lets Cilium see the answers: it never "
            "learns the address, and drops every connection",
        )


def _dns_addresses(objects: ObjectSet) -> list[str]:
    ranges = (objects.env.cluster.service_cidr,) if objects.env else SERVICE_RANGES
    return [str(ip_network(one, strict=False)[DNS_HOST_NUMBER]) for one in ranges]
