"""Ways between pods that a network policy opens or closes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.check.objectset import dig
from generator.diff.change import Change
from generator.diff.impact import Impact
from generator.kubernetes.objects import Obj

from .reading import danger, items, listed, note, warning

KINDS = ("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy")
EVERYWHERE = ("0.0.0.0/0", "::/0", "world", "all", "everybody")


def check(change: Change) -> Iterator[Impact]:
    if change.kind not in KINDS or change.verb == "removed":
        return
    old, new = _ways(change.before or {}), _ways(change.after or {})
    opened, closed = sorted(new - old), sorted(old - new)
    wide = [way for way in opened if any(place in way for place in EVERYWHERE)]
    if wide:
        yield danger("security", change, f"opens {listed(wide)}")
    if narrow := [way for way in opened if way not in wide]:
        speak = note if change.verb == "added" else warning
        yield speak("security", change, f"opens {listed(narrow)}")
    if closed:
        yield warning("security", change, f"closes {listed(closed)}: whoever came that way gets no answer")
    if change.verb == "changed":
        types, now = (set(items(dig(side, ("spec", "policyTypes")))) for side in (change.before, change.after))
        for direction in sorted(types - now):
            yield danger("security", change, f"no longer limits {direction.lower()} traffic: every way is open")


def _ways(policy: Obj) -> set[str]:
    """`from 10.0.0.0/8 on 443`, `to llm-gateway/llm-gateway on 4000`: each way that a policy admits."""
    found = set()
    for direction, word, peers in (("ingress", "from", "from"), ("egress", "to", "to")):
        for rule in items(dig(policy, ("spec", direction))):
            ports = sorted(_ports(rule)) or ["every port"]
            for peer in sorted(_peers(rule, peers)) or ["everybody"]:
                found |= {f"{word} {peer} on {port}" for port in ports}
    return found


def _peers(rule: Any, plain: str) -> Iterator[str]:
    for key, value in rule.items() if isinstance(rule, dict) else ():
        match key:
            case "toEntities" | "fromEntities" | "fromCIDR" | "toCIDR":
                yield from map(str, items(value))
            case "toCIDRSet" | "fromCIDRSet":
                yield from (str(dig(one, ("cidr",))) for one in items(value))
            case "toFQDNs":
                yield from (str(dig(one, ("matchName",)) or dig(one, ("matchPattern",))) for one in items(value))
            case "toEndpoints" | "fromEndpoints":
                yield from (_pods(dig(one, ("matchLabels",))) for one in items(value))
            case _ if key == plain:
                yield from (_peer(one) for one in items(value))


def _peer(peer: Any) -> str:
    if cidr := dig(peer, ("ipBlock", "cidr")):
        return str(cidr)
    labels = dict(dig(peer, ("podSelector", "matchLabels")) or {})
    return _pods(labels | {"namespace": dig(peer, ("namespaceSelector", "matchLabels", "kubernetes.io/metadata.name"))})


def _pods(labels: Any) -> str:
    """Pods by namespace and application, as a person names them; else by their labels."""
    found = {str(key).rpartition(":")[2].rpartition("/")[2]: value for key, value in (labels or {}).items() if value}
    namespace = found.pop("io.kubernetes.pod.namespace", None) or found.pop("namespace", None)
    app = found.get("name") or found.get("k8s-app") or ",".join(f"{key}={found[key]}" for key in sorted(found))
    return f"{namespace}/{app or 'all pods'}" if namespace else str(app or "all pods here")


def _ports(rule: Any) -> Iterator[str]:
    for one in items(dig(rule, ("ports",))) + items(dig(rule, ("toPorts",))):
        inner = items(dig(one, ("ports",))) or [one]
        yield from (str(dig(port, ("port",))) for port in inner if dig(port, ("port",)) is not None)
