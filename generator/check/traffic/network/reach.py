"""Whether network policies let a pod reach a peer, or a peer reach a pod.

NetworkPolicy, CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy are read together, as a cluster applies them: a
pod that no policy isolates may talk to all; one that is isolated may what any rule of any policy admits, unless a
Cilium policy denies it.  What cannot be judged offline (toServices, toGroups, toNodes, labels of foreign pods) counts
as admitted, so that a finding is sure.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal

from generator.check.objectset import Item, ObjectSet, pod_labels
from generator.check.traffic.network import cilium, plain
from generator.check.traffic.network.peers import NAMESPACE_NAME, Name, Peer, Pods
from generator.check.walk import table
from generator.check.workloads.pods import ports

Way = Literal["egress", "ingress"]


class Reach:
    """The network policies of a set of objects, and what they admit."""

    def __init__(self, objects: ObjectSet) -> None:
        self._objects = objects
        self._plain: dict[str, list[Item]] = {}
        self._cilium: dict[str, list[Item]] = {}
        for item in objects.of("NetworkPolicy"):
            self._plain.setdefault(item.namespace, []).append(item)
        for item in objects.of("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"):
            self._cilium.setdefault(item.namespace, []).append(item)
        self._pods: dict[Item, Pods] = {}
        self._rules: dict[tuple[str, str, str], tuple[list[plain.Spec], list[cilium.Spec]]] = {}

    def pods(self, item: Item) -> Pods:
        """The pods of a workload as a peer of others."""
        if item not in self._pods:
            labels = pod_labels(item), self._namespace_labels(item.namespace)
            self._pods[item] = Pods(item.namespace, *labels, tuple(ports(item)))
        return self._pods[item]

    def foreign(self, namespace: str, labels: dict[str, str] | None = None) -> Pods:
        """Pods of a namespace that is not ours, of which at most the labels are known."""
        return Pods(namespace, labels, self._namespace_labels(namespace))

    def is_isolated(self, item: Item, way: Way) -> bool:
        """Whether any policy limits the traffic of a workload's pods in a direction."""
        plain_specs, cilium_specs = self._of(item)
        return any(one.isolates(way) for one in plain_specs) or any(one.isolates(way) for one in cilium_specs)

    def admits(
        self, item: Item, way: Way, peer: Peer, port: int, protocol: str = "TCP", *, by_name: bool = True
    ) -> bool:
        """Whether a workload's pods may talk to a peer, or it to them.

        `port` is the container port of the called pods, behind any Service; 0 where it is not ours to know.  Without
        `by_name` the rules that admit names count for nothing.
        """
        plain_specs, cilium_specs = self._of(item)
        if not self.is_isolated(item, way):
            return True
        call = _call(item, way, peer, port, protocol, by_name)
        if any(one.denies(call) for one in cilium_specs):
            return False
        return any(one.admits(call) for one in plain_specs) or any(one.admits(call) for one in cilium_specs)

    def reads_http(self, item: Item, way: Way, peer: Peer, port: int) -> bool:
        """Whether a Cilium policy of a workload's pods reads such a connection as HTTP."""
        call = _call(item, way, peer, port, "TCP", by_name=True)
        return any(one.reads_http(call) for one in self._of(item)[1])

    def needs_answers(self, item: Item, name: Name, port: int) -> bool:
        """Whether a rule by name is all that lets pods reach a host: Cilium must then have seen its address."""
        return self.admits(item, "egress", name, port) and not self.admits(item, "egress", name, port, by_name=False)

    def learns_names(self, item: Item) -> bool:
        """Whether a DNS rule lets Cilium see answers: without one it knows no address behind toFQDNs."""
        return any(one.inspects_dns() for one in self._of(item)[1])

    def _of(self, item: Item) -> tuple[list[plain.Spec], list[cilium.Spec]]:
        key = (item.kind, item.namespace, item.name)
        if key not in self._rules:
            self._rules[key] = (list(self._plain_of(item)), list(self._cilium_of(item)))
        return self._rules[key]

    def _plain_of(self, item: Item) -> Iterator[plain.Spec]:
        for policy in self._plain.get(item.namespace, ()):
            spec = plain.Spec(policy.namespace, table(policy.obj, "spec"))
            if spec.covers(pod_labels(item)):
                yield spec

    def _cilium_of(self, item: Item) -> Iterator[cilium.Spec]:
        for namespace in {"", item.namespace}:
            for policy in self._cilium.get(namespace, ()):
                for spec in cilium.specs(policy):
                    if spec.covers(self.pods(item)):
                        yield spec

    def _namespace_labels(self, namespace: str) -> dict[str, Any] | None:
        found = self._objects.get("Namespace", "", namespace)
        return {**table(found.obj, "metadata", "labels"), NAMESPACE_NAME: namespace} if found else None


def _call(item: Item, way: Way, peer: Peer, port: int, protocol: str, by_name: bool) -> plain.Call:
    listening = tuple(ports(item)) if way == "ingress" else peer.ports if isinstance(peer, Pods) else None
    return plain.Call(way, peer, port, protocol, listening, by_name)


@lru_cache(maxsize=1)  # three rules ask
def reach_of(objects: ObjectSet) -> Reach:
    """The policies of a set, read once."""
    return Reach(objects)
