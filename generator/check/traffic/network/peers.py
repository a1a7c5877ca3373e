"""The other end of a connection, and whether a selector or an address block of a policy means it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from generator.check.objectset import selects
from generator.check.walk import each, table, text, texts
from generator.check.workloads.pods import Port

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""Label that the API server gives every namespace."""

PRIVATE_ZONES = (".cache.amazonaws.com", ".rds.amazonaws.com", ".internal", ".local")
"""Names below them resolve to private addresses."""

PRIVATE_BLOCKS = ("10.0.0.0/8", "fc00::/7")
"""Where pods have their addresses: an exception of one of them excepts pods (RFC 1918, RFC 4193)."""


@dataclass(frozen=True)
class Pods:
    """Pods of a namespace; `labels` and `ports` are None where the pods are not ours to know."""

    namespace: str
    labels: Mapping[str, str] | None
    namespace_labels: Mapping[str, str] | None
    ports: tuple[Port, ...] | None = None


@dataclass(frozen=True)
class Name:
    """A host outside the cluster by its DNS name."""

    name: str


@dataclass(frozen=True)
class Ip:
    """A host outside the cluster by its address."""

    address: str

    @property
    def is_link_local(self) -> bool:
        return ip_address(self.address).is_link_local


Peer = Pods | Name | Ip


def selected(selector: Any, labels: Mapping[str, str] | None, known: Mapping[str, str]) -> bool:
    """Whether a selector means an object with these labels; of labels not ours to know only `known` is asked."""
    if labels is not None or not isinstance(selector, dict):
        return selects(selector, labels or {})
    return selects(
        {
            "matchLabels": {key: value for key, value in table(selector, "matchLabels").items() if key in known},
            "matchExpressions": [one for _, one in each(selector, "matchExpressions") if text(one, "key") in known],
        },
        known,
    )


def in_block(peer: Peer, cidr: Any, excepted: list[str], pods_too: bool = True) -> bool:
    """Whether an address block means a peer.

    A name counts as inside where the block holds public addresses, one of a private zone where it holds any but
    link-local ones.  Pods count as inside a block of everything only, and not at all without `pods_too`.
    """
    try:
        block = ip_network(cidr, strict=False)
        holes = [ip_network(one, strict=False) for one in excepted]
        if isinstance(peer, Ip):
            address = ip_address(peer.address)
            return address in block and not any(address in hole for hole in holes)
    except (TypeError, ValueError):
        return False
    everything = block.prefixlen == 0
    if isinstance(peer, Pods):
        return pods_too and everything and not any(str(hole) in PRIVATE_BLOCKS for hole in holes)
    if peer.name.endswith(PRIVATE_ZONES):
        return not block.is_link_local
    return everything or not (block.is_private or block.is_link_local)


def blocks(rule: Any, key: str) -> list[tuple[str, list[str]]]:
    """The address blocks below a list of maps with `cidr` and `except`."""
    return [(one["cidr"], texts(one, "except")) for _, one in each(rule, key) if isinstance(one.get("cidr"), str)]
