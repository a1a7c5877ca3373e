"""One spec of a Cilium policy: whom it covers, which directions it isolates, what it admits and denies.

Cilium writes the source of a label before its key (`k8s:app`), knows the namespace as a label, and means the pods of
the policy's own namespace where a selector does not name one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.check.objectset import Item
from generator.check.traffic.network.peers import Ip, Name, Peer, Pods, blocks, in_block, selected
from generator.check.traffic.network.plain import Call, admits_port
from generator.check.walk import each, table, text, texts
from generator.kubernetes.objects import Obj

NAMESPACE = "io.kubernetes.pod.namespace"
NAMESPACE_LABELS = "io.cilium.k8s.namespace.labels."


@dataclass(frozen=True)
class Spec:
    """A spec and the namespace of its policy; a cluster-wide policy has none."""

    namespace: str
    spec: Obj

    def covers(self, pods: Pods) -> bool:
        return "endpointSelector" in self.spec and self._selects(self.spec["endpointSelector"], pods)

    def isolates(self, way: str) -> bool:
        """An empty list isolates nothing; `enableDefaultDeny` says so for a list with rules."""
        wanted = table(self.spec, "enableDefaultDeny").get(way)
        return bool(self.spec.get(way) or self.spec.get(f"{way}Deny")) if wanted is None else bool(wanted)

    def admits(self, call: Call) -> bool:
        return any(self._means(rule, call) for _, rule in each(self.spec, call.way))

    def denies(self, call: Call) -> bool:
        """Only what is sure: a denial of pods or addresses that are ours to know."""
        known = not isinstance(call.peer, Pods) or call.peer.labels is not None
        return known and any(self._means(rule, call) for _, rule in each(self.spec, f"{call.way}Deny"))

    def reads_http(self, call: Call) -> bool:
        """Whether a rule takes a connection for HTTP, whatever other rules admit it: what is none is cut."""
        return any(
            self._means(rule, call) and admits_port(ports.get("ports"), call)
            for _, rule in each(self.spec, call.way)
            for _, ports in each(rule, "toPorts")
            if table(ports, "rules").get("http")
        )

    def inspects_dns(self) -> bool:
        rules = (rule for _, one in each(self.spec, "egress") for _, rule in each(one, "toPorts"))
        return any(table(rule, "rules").get("dns") for rule in rules)

    def _means(self, rule: Obj, call: Call) -> bool:
        prefix = "to" if call.way == "egress" else "from"
        named = [key for key in rule if key.startswith(prefix) and key not in ("toPorts", "fromPorts")]
        if not named and not rule.get("toPorts"):
            return False
        if named and not any(self._is_peer(key.removeprefix(prefix), rule, key, call) for key in named):
            return False
        listed = [ports for _, ports in each(rule, "toPorts")]
        return not listed or any(admits_port(ports.get("ports"), call) for ports in listed)

    def _is_peer(self, kind: str, rule: Obj, key: str, call: Call) -> bool:
        peer = call.peer
        match kind:
            case "Endpoints":
                return isinstance(peer, Pods) and any(self._selects(one, peer) for _, one in each(rule, key))
            case "CIDR":
                return _in_blocks([(one, []) for one in texts(rule, key)], peer)
            case "CIDRSet":
                return _in_blocks(blocks(rule, key), peer)
            case "Entities":
                return any(_is_entity(one, peer) for one in texts(rule, key))
            case "FQDNs":
                names = (one for _, one in each(rule, key))
                return call.by_name and isinstance(peer, Name) and any(_is_name(one, peer.name) for one in names)
        return True

    def _selects(self, selector: Any, pods: Pods) -> bool:
        if not isinstance(selector, dict):
            return False
        wanted = {_bare(key): value for key, value in table(selector, "matchLabels").items()}
        expressions = [one | {"key": _bare(text(one, "key"))} for _, one in each(selector, "matchExpressions")]
        keys = [*wanted, *(one["key"] for one in expressions)]
        if self.namespace and not any(key == NAMESPACE or key.startswith(NAMESPACE_LABELS) for key in keys):
            wanted[NAMESPACE] = self.namespace
        known = {NAMESPACE: pods.namespace} | {
            f"{NAMESPACE_LABELS}{key}": value for key, value in (pods.namespace_labels or {}).items()
        }
        labels = None if pods.labels is None else {**pods.labels, **known}
        return selected({"matchLabels": wanted, "matchExpressions": expressions}, labels, known)


def specs(policy: Item) -> Iterator[Spec]:
    """The specs of a policy, which may have one or a list."""
    if isinstance(policy.obj.get("spec"), dict):
        yield Spec(policy.namespace, policy.obj["spec"])
    yield from (Spec(policy.namespace, spec) for _, spec in each(policy.obj, "specs"))


def _bare(key: str) -> str:
    """The label without the source before it."""
    return key.removeprefix("k8s:").removeprefix("any:")


def _in_blocks(found: list[tuple[str, list[str]]], peer: Peer) -> bool:
    """Cilium's address rules mean neither pods nor what runs on the node, such as the Pod Identity Agent."""
    if isinstance(peer, Pods) or (isinstance(peer, Ip) and peer.is_link_local):
        return False
    return any(in_block(peer, cidr, excepted, pods_too=False) for cidr, excepted in found)


def _is_entity(entity: str, peer: Peer) -> bool:
    if entity == "all":
        return True
    if isinstance(peer, Pods):
        return entity == "cluster"
    if isinstance(peer, Ip) and peer.is_link_local:
        return entity in ("host", "cluster")
    return entity == "world"


def _is_name(rule: Mapping[str, Any], name: str) -> bool:
    """`*` in a pattern stands for any part of one label; alone it stands for every name."""
    wanted, pattern = (text(rule, key).lower().rstrip(".") for key in ("matchName", "matchPattern"))
    if wanted:
        return wanted == name
    form = re.escape(pattern).replace(r"\*", "[-a-z0-9_]*")
    return pattern == "*" or (bool(pattern) and re.fullmatch(form, name) is not None)
