"""One Kubernetes NetworkPolicy: whom it covers, which directions it isolates, what it admits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.check.objectset import selects
from generator.check.traffic.network.peers import NAMESPACE_NAME, Peer, Pods, in_block, selected
from generator.check.walk import each, text, texts
from generator.check.workloads.pods import Port
from generator.kubernetes.objects import Obj


@dataclass(frozen=True)
class Call:
    """A connection that is asked about."""

    way: str
    peer: Peer
    port: int
    protocol: str
    listening: tuple[Port, ...] | None
    """Ports of the called pods; None where they are not ours to know."""
    by_name: bool = True
    """Whether Cilium knows the addresses behind a name."""


@dataclass(frozen=True)
class Spec:
    """The spec of a policy and the namespace that it stands in."""

    namespace: str
    spec: Obj

    def covers(self, labels: Mapping[str, str]) -> bool:
        return selects(self.spec.get("podSelector", {}), labels)

    def isolates(self, way: str) -> bool:
        """Without policyTypes a policy is one of ingress, and of egress where it has egress rules (Kubernetes API)."""
        types = texts(self.spec, "policyTypes") or ["Ingress", *(["Egress"] if self.spec.get("egress") else [])]
        return way.capitalize() in types

    def admits(self, call: Call) -> bool:
        return self.isolates(call.way) and any(
            self._means(rule, call) and admits_port(rule.get("ports"), call) for _, rule in each(self.spec, call.way)
        )

    def _means(self, rule: Obj, call: Call) -> bool:
        key = "to" if call.way == "egress" else "from"
        return not rule.get(key) or any(self._is_peer(one, call.peer) for _, one in each(rule, key))

    def _is_peer(self, one: Obj, peer: Peer) -> bool:
        if "ipBlock" in one:
            return in_block(peer, text(one, "ipBlock", "cidr"), texts(one, "ipBlock", "except"))
        if not isinstance(peer, Pods):
            return False
        if "namespaceSelector" in one:
            known = {NAMESPACE_NAME: peer.namespace}
            if not selected(one["namespaceSelector"], peer.namespace_labels, known):
                return False
        elif peer.namespace != self.namespace:
            return False
        return "podSelector" not in one or selected(one["podSelector"], peer.labels, {})


def admits_port(listed: Any, call: Call) -> bool:
    """Whether a rule's ports mean the port of a call; no list means every port."""
    if not listed:
        return True
    return any(_is_port(one, call) for _, one in each(listed))


def _is_port(one: Obj, call: Call) -> bool:
    protocol = text(one, "protocol") or "TCP"
    if protocol not in (call.protocol, "ANY"):
        return False
    port = one.get("port")
    if port is None or call.port == 0:
        return True
    if isinstance(port, str) and not port.isdigit():
        return call.listening is None or any((port, call.port) == (own.name, own.number) for own in call.listening)
    if not isinstance(port, int | str):
        return False
    first, end = int(port), one.get("endPort")
    return first == 0 or first <= call.port <= (end if isinstance(end, int) and end else first)
