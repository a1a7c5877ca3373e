"""What the API server refuses in Services, Ingresses and NetworkPolicies."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from generator.check.objectset import Item
from generator.check.server import syntax
from generator.check.server.values import Flaw, at, port_flaws, said
from generator.check.walk import each, table, text, texts
from generator.environment.problem import Path


def service(item: Item) -> Iterator[Flaw]:
    found = list(each(item.obj, "spec", "ports"))
    kind = text(item.obj, "spec", "type") or "ClusterIP"
    if kind == "ExternalName" and not text(item.obj, "spec", "externalName"):
        yield ("spec", "externalName"), "type ExternalName needs it"
    if not found and kind != "ExternalName" and table(item.obj, "spec").get("clusterIP") != "None":
        yield ("spec", "ports"), "a Service needs a port"
    names: set[str] = set()
    numbers: set[str] = set()
    for index, port in found:
        path = ("spec", "ports", index)
        name, pair = text(port, "name"), f"{port.get('port')}/{text(port, 'protocol') or 'TCP'}"
        if not name and len(found) > 1:
            yield (*path, "name"), "is missing: with several ports each needs a name"
        yield from said((*path, "name"), syntax.dns_label(name) if name else "")
        if name and name in names:
            yield (*path, "name"), f"port «{name}» occurs twice"
        if pair in numbers:
            yield (*path, "port"), f"port {pair} occurs twice"
        names.add(name)
        numbers.add(pair)
        for field in ("port", "targetPort", "nodePort"):
            yield from port_flaws((*path, field), port.get(field))
        if port.get("nodePort") and kind == "ClusterIP":
            yield (*path, "nodePort"), "goes with type NodePort or LoadBalancer only"


def ingress(item: Item) -> Iterator[Flaw]:
    for path, name in at(item.obj, ("spec", "rules", "*", "host")):
        yield from said(path, syntax.host(str(name)))
    for path, rule in at(item.obj, ("spec", "rules", "*", "http", "paths", "*")):
        kind, route = text(rule, "pathType"), text(rule, "path")
        if kind in ("Exact", "Prefix") and not route.startswith("/"):
            yield (*path, "path"), f"«{route}» does not begin with /"
        port = table(rule, "backend", "service", "port")
        if table(rule, "backend", "service") and (port.get("number") is None) == (port.get("name") is None):
            yield (*path, "backend", "service", "port"), "needs a number or a name, and takes one of them"
        yield from port_flaws((*path, "backend", "service", "port", "number"), port.get("number"))


def network_policy(item: Item) -> Iterator[Flaw]:
    for way, side in (("ingress", "from"), ("egress", "to")):
        for path, block in at(item.obj, ("spec", way, "*", side, "*", "ipBlock")):
            yield from said((*path, "cidr"), syntax.cidr(text(block, "cidr")))
            for index, hole in enumerate(texts(block, "except")):
                yield from _hole((*path, "except", index), hole, text(block, "cidr"))
        for path, port in at(item.obj, ("spec", way, "*", "ports", "*")):
            yield from port_flaws((*path, "port"), port.get("port") if isinstance(port, dict) else None)
        for path, peer in at(item.obj, ("spec", way, "*", side, "*")):
            if isinstance(peer, dict) and "ipBlock" in peer and len(peer) > 1:
                yield path, "an ipBlock takes no selector beside it"


def _hole(path: Path, hole: str, cidr: str) -> Iterator[Flaw]:
    flaw = syntax.cidr(hole)
    yield from said(path, flaw)
    if not flaw and not syntax.cidr(cidr):
        outer, inner = ip_network(cidr, strict=False), ip_network(hole, strict=False)
        inside = outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]
        if not inside or inner == outer:
            yield path, f"{hole} does not lie inside {cidr}"
