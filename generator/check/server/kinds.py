"""What the API server refuses in kinds other than pods, and in the metadata of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from generator.check.objectset import TEMPLATES, Item
from generator.check.server import network, syntax
from generator.check.server.values import KINDS, Flaw, chosen, said
from generator.check.walk import each, number, table, text

ANNOTATIONS_SIZE = 256 * 1024
"""Bytes of all annotations of an object (apimachinery: TotalAnnotationSizeLimitB)."""
DATA_SIZE = 1024 * 1024
"""Bytes of a ConfigMap or Secret (Kubernetes API: MaxSecretSize)."""
CRON_JOB_NAME = 52
"""Characters: eleven more make the name of a Job (Kubernetes API)."""
POD_SECURITY = "pod-security.kubernetes.io/"
LEVELS = ("privileged", "baseline", "restricted")
QUOTAS = {
    *("configmaps", "cpu", "ephemeral-storage", "limits.cpu", "limits.ephemeral-storage", "limits.memory", "memory"),
    *("persistentvolumeclaims", "pods", "replicationcontrollers", "requests.cpu", "requests.ephemeral-storage"),
    *("requests.memory", "requests.storage", "resourcequotas", "secrets", "services", "services.loadbalancers"),
    "services.nodeports",
}
"""Keys of a ResourceQuota without a prefix (Kubernetes API: standard quota resources)."""


def flaws(item: Item) -> Iterator[Flaw]:
    yield from _metadata(item)
    yield from chosen(item.obj, KINDS.get(item.kind, {}))
    for check in CHECKS.get(item.kind, ()):
        yield from check(item)


def _metadata(item: Item) -> Iterator[Flaw]:
    if item.name:
        yield from said(("metadata", "name"), NAMES.get(item.kind, syntax.dns_name)(item.name))
    if item.namespace:
        yield from said(("metadata", "namespace"), syntax.dns_label(item.namespace))
    steps = TEMPLATES.get(item.kind)
    for path in {("metadata",), (*steps, "metadata") if steps else ("metadata",)}:
        for key, value in table(item.obj, *path, "labels").items():
            yield from said((*path, "labels", key), syntax.label_key(key))
            yield from said((*path, "labels", key), syntax.label_value(value) if isinstance(value, str) else "")
        annotations = table(item.obj, *path, "annotations")
        for key in annotations:
            yield from said((*path, "annotations", key), syntax.label_key(key.lower()))
        size = sum(len(f"{key}{value}".encode()) for key, value in annotations.items())
        if size > ANNOTATIONS_SIZE:
            yield (*path, "annotations"), f"{size} bytes of annotations, at most {ANNOTATIONS_SIZE} are taken"


def _counts(item: Item) -> Iterator[Flaw]:
    for field in ("replicas", "revisionHistoryLimit", "minReadySeconds"):
        count = number(item.obj, "spec", field)
        if count is not None and count < 0:
            yield ("spec", field), f"{count:g} is negative"


def _rollout(item: Item) -> Iterator[Flaw]:
    rolling = table(item.obj, "spec", "strategy", "rollingUpdate")
    zero = (0, "0", "0%")
    if rolling.get("maxSurge") in zero and rolling.get("maxUnavailable") in zero:
        yield ("spec", "strategy", "rollingUpdate"), "maxSurge and maxUnavailable are both 0: no pod could be replaced"
    if rolling and text(item.obj, "spec", "strategy", "type") == "Recreate":
        yield ("spec", "strategy", "rollingUpdate"), "goes with type RollingUpdate only"


def _cron_job(item: Item) -> Iterator[Flaw]:
    if len(item.name) > CRON_JOB_NAME:
        yield ("metadata", "name"), f"{len(item.name)} characters, a CronJob takes {CRON_JOB_NAME}"
    yield from said(("spec", "schedule"), syntax.schedule(text(item.obj, "spec", "schedule")))
    if zone := text(item.obj, "spec", "timeZone"):
        yield from said(("spec", "timeZone"), syntax.time_zone(zone))


def _scaler(item: Item) -> Iterator[Flaw]:
    least, most = number(item.obj, "spec", "minReplicas"), number(item.obj, "spec", "maxReplicas")
    least = 1 if least is None else least
    if most is not None and least > most:
        yield ("spec", "minReplicas"), f"{least:g} is above maxReplicas, {most:g}"
    if most is not None and most < 1:
        yield ("spec", "maxReplicas"), f"{most:g} is not above 0"


def _budget(item: Item) -> Iterator[Flaw]:
    spec = table(item.obj, "spec")
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        yield ("spec", "maxUnavailable"), "may not stand beside minAvailable"
    for field in ("minAvailable", "maxUnavailable"):
        share = spec.get(field)
        if isinstance(share, str) and not (share.endswith("%") and share[:-1].isdigit() and int(share[:-1]) <= 100):
            yield ("spec", field), f"«{share}» is no share: write a number, or 50%"


def _data(item: Item) -> Iterator[Flaw]:
    data, more = table(item.obj, "data"), table(item.obj, "binaryData") | table(item.obj, "stringData")
    for field in ("data", "binaryData", "stringData"):
        for key in table(item.obj, field):
            yield from said((field, key), syntax.file_key(str(key)))
    if item.kind == "ConfigMap":
        for key in data.keys() & more.keys():
            yield ("binaryData", key), "is in data too"
    size = sum(len(str(value).encode()) for value in (*data.values(), *more.values()))
    if size > DATA_SIZE:
        yield ("data",), f"{size} bytes, at most {DATA_SIZE} are taken"


def _role(item: Item) -> Iterator[Flaw]:
    for index, rule in each(item.obj, "rules"):
        path = ("rules", index)
        if not rule.get("verbs"):
            yield (*path, "verbs"), "is empty: a rule needs a verb"
        if rule.get("nonResourceURLs") and (rule.get("resources") or rule.get("apiGroups")):
            yield (*path, "nonResourceURLs"), "may not stand beside resources"
        elif not rule.get("nonResourceURLs"):
            for field in ("apiGroups", "resources"):
                if not rule.get(field):
                    yield (*path, field), "is empty: a rule needs what it is about"


def _binding(item: Item) -> Iterator[Flaw]:
    """In a RoleBinding the namespace may be left out: it is the binding's own."""
    for index, subject in each(item.obj, "subjects"):
        if subject.get("kind") == "ServiceAccount" and not subject.get("namespace"):
            yield ("subjects", index, "namespace"), "is missing: a ServiceAccount has one"


def _quota(item: Item) -> Iterator[Flaw]:
    for key, value in table(item.obj, "spec", "hard").items():
        path = ("spec", "hard", key)
        yield from said(path, syntax.quantity(value))
        if "/" in key:
            yield from said(path, syntax.label_key(key))
        elif key not in QUOTAS and not key.removeprefix("requests.").startswith("hugepages-"):
            yield path, f"«{key}» is no resource that a quota counts"


def _claims(item: Item) -> Iterator[Flaw]:
    """Of a claim, or of the templates of a StatefulSet."""
    own = [((), item.obj)] if item.kind == "PersistentVolumeClaim" else []
    templates = each(item.obj, "spec", "volumeClaimTemplates")
    for path, claim in [*own, *((("spec", "volumeClaimTemplates", index), one) for index, one in templates)]:
        size = table(claim, "spec", "resources", "requests").get("storage")
        where = (*path, "spec", "resources", "requests", "storage")
        if size is None:
            yield where, "is missing: a claim needs a size"
        else:
            yield from said(where, syntax.quantity(size))
            if (syntax.amount(size) or 1) <= 0:
                yield where, f"{size} is not above 0"
        if not table(claim, "spec").get("accessModes"):
            yield (*path, "spec", "accessModes"), "is empty: a claim needs an access mode"


def _namespace(item: Item) -> Iterator[Flaw]:
    for key, value in table(item.obj, "metadata", "labels").items():
        mode = str(key).removeprefix(POD_SECURITY)
        if mode in ("enforce", "audit", "warn") and str(key).startswith(POD_SECURITY) and value not in LEVELS:
            yield ("metadata", "labels", key), f"«{value}» is none of {', '.join(LEVELS)}"


NAMES: Mapping[str, syntax.Check] = {
    "Namespace": syntax.dns_label,
    "Service": syntax.dns_label,
    **dict.fromkeys(("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"), syntax.path_segment),
}
"""What names are, where they are not DNS names."""

CHECKS: Mapping[str, tuple[Callable[[Item], Iterator[Flaw]], ...]] = {
    "ClusterRole": (_role,),
    "ClusterRoleBinding": (_binding,),
    "ConfigMap": (_data,),
    "CronJob": (_cron_job,),
    "DaemonSet": (_counts,),
    "Deployment": (_counts, _rollout),
    "HorizontalPodAutoscaler": (_scaler,),
    "Ingress": (network.ingress,),
    "Namespace": (_namespace,),
    "NetworkPolicy": (network.network_policy,),
    "PersistentVolumeClaim": (_claims,),
    "PodDisruptionBudget": (_budget,),
    "ResourceQuota": (_quota,),
    "Role": (_role,),
    "Secret": (_data,),
    "Service": (network.service,),
    "StatefulSet": (_counts, _claims),
}
"""The checks of each kind."""
