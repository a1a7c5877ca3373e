"""What whoever runs the checks must be allowed: said by each check, and written as roles of Kubernetes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from generator.kubernetes.objects import Obj

ROLE = "openclaw-verify"
RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True, order=True)
class Right:
    """One thing that may be done in Kubernetes; without a namespace, in the whole cluster."""

    namespace: str
    group: str
    resource: str
    verb: str
    name: str = ""
    """The only object that it is for."""

    def __str__(self) -> str:
        name = f" {self.name}" if self.name else ""
        return f"{self.verb} {self.resource}{name}" + (f" in {self.namespace}" if self.namespace else "")


@dataclass(frozen=True, order=True)
class Action:
    """One action of IAM."""

    name: str

    def __str__(self) -> str:
        return self.name


Need = Right | Action


def through(namespace: str, service: str) -> list[Right]:
    """To reach the pods of a Service by port-forward."""
    return [
        Right(namespace, "", "services", "get", service),
        Right(namespace, "", "pods", "get"),
        Right(namespace, "", "pods", "list"),
        Right(namespace, "", "pods/portforward", "create"),
    ]


def roles(needs: Iterable[Need], group: str) -> list[Obj]:
    """The smallest roles with these rights, bound to a group of users; none of them writes anything."""
    rights = sorted({one for one in needs if isinstance(one, Right)})
    made = []
    for namespace in dict.fromkeys(right.namespace for right in rights):
        kind = "Role" if namespace else "ClusterRole"
        meta = {"name": ROLE} | ({"namespace": namespace} if namespace else {})
        mine = [right for right in rights if right.namespace == namespace]
        made.append({"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": meta, "rules": _rules(mine)})
        made.append(
            {
                "apiVersion": f"{RBAC}/v1",
                "kind": f"{kind}Binding",
                "metadata": meta,
                "roleRef": {"apiGroup": RBAC, "kind": kind, "name": ROLE},
                "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": group}],
            }
        )
    return made


def _rules(rights: list[Right]) -> list[Obj]:
    """One rule for each resource, or for each object that is named."""
    verbs: dict[tuple[str, str, str], list[str]] = {}
    for right in rights:
        verbs.setdefault((right.group, right.resource, right.name), []).append(right.verb)
    return [
        {"apiGroups": [group], "resources": [resource]} | ({"resourceNames": [name]} if name else {}) | {"verbs": found}
        for (group, resource, name), found in verbs.items()
    ]
