"""server-valid: the API server takes the object.

A schema knows fields and types; the API server knows more, and says so only at the sync, where Argo CD retries and
nothing else of the Application moves on.  Looked at, as Kubernetes 1.36 has it: names and labels, quantities, requests
and limits, ports, names that occur twice, probes with two handlers, fixed choices (imagePullPolicy, whenUnsatisfiable,
pathType, ...), schedules and time zones, address ranges, keys of ConfigMaps and quotas, sizes, replicas of
autoscalers, budgets that say two things, rules without verbs, Pod Security levels.

Limits: core kinds only, and of those what manifests get wrong; what changes an object may take later (immutable
fields), CEL of policies, and admission webhooks are not known here.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objectset import Breach, ObjectSet
from generator.check.rules import Severity
from generator.check.server import kinds, pod

ID, SEVERITY = "server-valid", Severity.ERROR
REMEDIATION = "correct the value; see the API reference of the kind"

CORE_GROUPS = (
    "",
    "apps",
    "autoscaling",
    "batch",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
)


def check(objects: ObjectSet) -> Iterator[Breach]:
    for item in objects.items:
        found = kinds.flaws(item) if str(item.obj.get("apiVersion", "")).rpartition("/")[0] in CORE_GROUPS else ()
        for path, message in (*found, *pod.flaws(item)):
            yield Breach(item, path, f"{message}: the API server refuses the object")
