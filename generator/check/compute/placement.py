"""Where pods may be placed: what they demand of a node's labels, and which taints they tolerate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.check.walk import each, number, table, text, texts
from generator.kubernetes.objects import Obj

ARCH = "kubernetes.io/arch"
CAPACITY = "karpenter.sh/capacity-type"
NODE_POOL = "karpenter.sh/nodepool"
TYPE = "node.kubernetes.io/instance-type"
ZONE = "topology.kubernetes.io/zone"
OS = "kubernetes.io/os"

_OLD_NAMES = {
    "beta.kubernetes.io/arch": ARCH,
    "beta.kubernetes.io/instance-type": TYPE,
    "beta.kubernetes.io/os": OS,
    "failure-domain.beta.kubernetes.io/zone": ZONE,
}


@dataclass(frozen=True)
class Constraint:
    """What a label may be: one requirement of a pool, or one demand of a pod."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def admits(self, value: str | None) -> bool:
        """Whether a node with this value of the label, or without the label (None), will do."""
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None
        found, bound = number(value), number(self.values[0]) if self.values else None
        if found is None or bound is None:
            return False
        compared = {"Gt": found > bound, "Gte": found >= bound, "Lt": found < bound, "Lte": found <= bound}
        return compared.get(self.operator, False)

    def __str__(self) -> str:
        return " ".join(part for part in (self.key, self.operator, ", ".join(self.values)) if part)


def constraints(value: Any, *path: str | int) -> Iterator[Constraint]:
    """The constraints in the list at a path."""
    for _, one in each(value, *path):
        key = text(one, "key")
        yield Constraint(_OLD_NAMES.get(key, key), text(one, "operator"), tuple(texts(one, "values")))


def labelled(labels: Mapping[str, Any]) -> Iterator[Constraint]:
    """Labels as constraints."""
    return (Constraint(_OLD_NAMES.get(key, key), "In", (str(value),)) for key, value in labels.items())


def demands(pod: Obj) -> list[tuple[Constraint, ...]]:
    """What a pod demands of its node's labels: alternatives, each a list that must hold as a whole."""
    chosen = tuple(labelled(table(pod, "nodeSelector")))
    terms = each(pod, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
    return [(*chosen, *constraints(term, "matchExpressions")) for _, term in terms] or [chosen]


def tolerates(pod: Obj, taint: Mapping[str, Any]) -> bool:
    """Whether a pod may be placed on nodes with a taint."""
    if taint.get("effect") == "PreferNoSchedule":
        return True
    return any(_covers(one, taint) for _, one in each(pod, "tolerations"))


def _covers(toleration: Obj, taint: Mapping[str, Any]) -> bool:
    key, effect = toleration.get("key") or "", toleration.get("effect") or ""
    if (key and key != taint.get("key")) or (effect and effect != taint.get("effect")):
        return False
    if toleration.get("operator") == "Exists":
        return True
    return bool(key) and (toleration.get("value") or "") == (taint.get("value") or "")
