"""Fields with a fixed choice of values, and fields that hold quantities: the schemas know neither."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.check.server import syntax
from generator.environment.problem import Path

Flaw = tuple[Path, str]
"""A field, and what is wrong with it."""

MAX_PORT = 65535
_PROTOCOL = ("TCP", "UDP", "SCTP")
_RETENTION = ("Retain", "Delete")
_CONTAINER = {
    "imagePullPolicy": ("Always", "IfNotPresent", "Never"),
    "terminationMessagePolicy": ("File", "FallbackToLogsOnError"),
    "ports.*.protocol": _PROTOCOL,
    "securityContext.seccompProfile.type": ("RuntimeDefault", "Unconfined", "Localhost"),
    "startupProbe.httpGet.scheme": ("HTTP", "HTTPS"),
    "readinessProbe.httpGet.scheme": ("HTTP", "HTTPS"),
    "livenessProbe.httpGet.scheme": ("HTTP", "HTTPS"),
}
POD: Mapping[str, tuple[str, ...]] = {
    "restartPolicy": ("Always", "OnFailure", "Never"),
    "dnsPolicy": ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    "securityContext.seccompProfile.type": ("RuntimeDefault", "Unconfined", "Localhost"),
    "securityContext.fsGroupChangePolicy": ("OnRootMismatch", "Always"),
    "tolerations.*.operator": ("Equal", "Exists"),
    "tolerations.*.effect": ("", "NoSchedule", "PreferNoSchedule", "NoExecute"),
    "topologySpreadConstraints.*.whenUnsatisfiable": ("DoNotSchedule", "ScheduleAnyway"),
    "topologySpreadConstraints.*.nodeTaintsPolicy": ("Honor", "Ignore"),
    "topologySpreadConstraints.*.nodeAffinityPolicy": ("Honor", "Ignore"),
    **{f"{field}.*.{key}": values for field in ("containers", "initContainers") for key, values in _CONTAINER.items()},
}
"""Fields of a pod and what they may hold (Kubernetes API reference)."""

KINDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Deployment": {"spec.strategy.type": ("RollingUpdate", "Recreate")},
    "DaemonSet": {"spec.updateStrategy.type": ("RollingUpdate", "OnDelete")},
    "StatefulSet": {
        "spec.updateStrategy.type": ("RollingUpdate", "OnDelete"),
        "spec.podManagementPolicy": ("OrderedReady", "Parallel"),
        "spec.persistentVolumeClaimRetentionPolicy.whenDeleted": _RETENTION,
        "spec.persistentVolumeClaimRetentionPolicy.whenScaled": _RETENTION,
        "spec.volumeClaimTemplates.*.spec.accessModes.*": (
            *("ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany", "ReadOnlyMany"),
        ),
    },
    "CronJob": {"spec.concurrencyPolicy": ("Allow", "Forbid", "Replace")},
    "Service": {
        "spec.type": ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
        "spec.sessionAffinity": ("None", "ClientIP"),
        "spec.externalTrafficPolicy": ("Cluster", "Local"),
        "spec.internalTrafficPolicy": ("Cluster", "Local"),
        "spec.ports.*.protocol": _PROTOCOL,
    },
    "Ingress": {"spec.rules.*.http.paths.*.pathType": ("Exact", "Prefix", "ImplementationSpecific")},
    "NetworkPolicy": {
        "spec.policyTypes.*": ("Ingress", "Egress"),
        "spec.ingress.*.ports.*.protocol": _PROTOCOL,
        "spec.egress.*.ports.*.protocol": _PROTOCOL,
    },
    "PersistentVolumeClaim": {
        "spec.accessModes.*": ("ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany", "ReadOnlyMany"),
        "spec.volumeMode": ("Filesystem", "Block"),
    },
    "PodDisruptionBudget": {"spec.unhealthyPodEvictionPolicy": ("IfHealthyBudget", "AlwaysAllow")},
    "StorageClass": {
        "reclaimPolicy": _RETENTION,
        "volumeBindingMode": ("Immediate", "WaitForFirstConsumer"),
    },
    "RoleBinding": {"roleRef.kind": ("Role", "ClusterRole"), "subjects.*.kind": ("ServiceAccount", "User", "Group")},
    "ClusterRoleBinding": {"roleRef.kind": ("ClusterRole",), "subjects.*.kind": ("ServiceAccount", "User", "Group")},
}
"""The same for other fields, by kind."""


def chosen(obj: Any, choices: Mapping[str, tuple[str, ...]], below: Path = ()) -> Iterator[Flaw]:
    """Fields that hold none of what they may hold."""
    for pattern, allowed in choices.items():
        for path, value in at(obj, tuple(pattern.split("."))):
            if isinstance(value, str) and value not in allowed:
                yield (*below, *path), f"«{value}» is none of {', '.join(one for one in allowed if one)}"


def at(value: Any, steps: tuple[str, ...], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value at a path in which `*` stands for each item of a list."""
    if not steps:
        if value is not None:
            yield path, value
    elif steps[0] == "*":
        for index, one in enumerate(value if isinstance(value, list) else ()):
            yield from at(one, steps[1:], (*path, index))
    elif isinstance(value, dict) and steps[0] in value:
        yield from at(value[steps[0]], steps[1:], (*path, steps[0]))


def said(path: Path, flaw: str) -> Iterator[Flaw]:
    """The flaw that a check of the syntax found, at its field; nothing where it found none."""
    if flaw:
        yield path, flaw


def port_flaws(path: Path, port: Any) -> Iterator[Flaw]:
    """Of a port by number or by name."""
    if isinstance(port, int) and not 1 <= port <= MAX_PORT:
        yield path, f"{port} is no port: 1 to {MAX_PORT}"
    elif isinstance(port, str):
        yield from said(path, syntax.port_name(port))


def repeated(found: Iterable[tuple[Path, str]], noun: str) -> Iterator[Flaw]:
    """Names that occur before."""
    seen: set[str] = set()
    for path, name in found:
        if name and name in seen:
            yield path, f"{noun} «{name}» occurs twice"
        seen.add(name)
