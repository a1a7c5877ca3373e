"""Fields that Kubernetes does not let anybody change: the sync fails until the object is made anew."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diff.change import Change
from generator.diff.fields import ABSENT, Step
from generator.diff.impact import Impact

from .reading import below, danger

IMMUTABLE: dict[str, tuple[tuple[Step, ...], ...]] = {
    "ClusterRoleBinding": (("roleRef",),),
    "Deployment": (("spec", "selector"),),
    "DaemonSet": (("spec", "selector"),),
    "IngressClass": (("spec", "controller"),),
    "Job": (("spec", "selector"), ("spec", "template"), ("spec", "completionMode")),
    "NodePool": (
        ("spec", "template", "spec", "nodeClassRef", "group"),
        ("spec", "template", "spec", "nodeClassRef", "kind"),
    ),
    "PersistentVolumeClaim": (("spec", "accessModes"), ("spec", "storageClassName"), ("spec", "volumeName")),
    "RoleBinding": (("roleRef",),),
    "Rollout": (("spec", "selector"),),
    "Service": (("spec", "clusterIP"), ("spec", "clusterIPs")),
    "StorageClass": (("parameters",), ("provisioner",), ("reclaimPolicy",), ("volumeBindingMode",)),
}
"""By kind (Kubernetes API reference; for NodePool its validation rules)."""
STATEFUL_SET = (
    "minReadySeconds",
    "ordinals",
    "persistentVolumeClaimRetentionPolicy",
    "replicas",
    "revisionHistoryLimit",
    "template",
    "updateStrategy",
)
"""What of a StatefulSet's spec may change (pkg/apis/apps/validation); everything else is fixed."""


def check(change: Change) -> Iterator[Impact]:
    if change.verb != "changed":
        return
    for path in IMMUTABLE.get(change.kind, ()):
        for field in below(change, *path):
            # A Service without an address of its own is given one.
            if not (change.kind == "Service" and ABSENT in (field.before, field.after)):
                yield danger("immutable", change, f"{field.shown} cannot be changed: {_remedy(change)}")
    if change.kind == "StatefulSet":
        fixed = [field for field in below(change, "spec") if len(field.path) > 1 and field.path[1] not in STATEFUL_SET]
        for field in fixed:
            yield danger("immutable", change, f"{field.shown} cannot be changed: {_remedy(change)}")


def _remedy(change: Change) -> str:
    fix = "the sync fails until it is deleted"
    if change.kind in ("Deployment", "StatefulSet", "DaemonSet", "Rollout"):
        return f"{fix} (kubectl delete --cascade=orphan keeps its pods)"
    if change.kind == "PersistentVolumeClaim":
        return f"{fix}, and what is on the volume with it"
    return fix
