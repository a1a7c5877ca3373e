"""The rendered objects of an environment in the order in which Argo CD applies them."""

from collections.abc import Iterator

from tests.real import manifests
from tests.real.manifests import Obj

ROOT = "argocd"
"""The component that brings all others."""

WAVE = "argocd.argoproj.io/sync-wave"

KINDS = (
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "PodDisruptionBudget",
    "ServiceAccount",
    "ConfigMap",
    "StorageClass",
    "Service",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "CronJob",
    "IngressClass",
    "Ingress",
)
"""Within one wave, as Argo CD orders them; all others follow, by name."""


def parts(environment: str) -> Iterator[tuple[str, list[Obj]]]:
    """What the root Application applies, wave by wave, and behind each Application what that applies, by its name."""
    for obj in sorted(manifests.objects(environment, ROOT), key=_order):
        yield ROOT, [obj]
        folder = obj["spec"].get("source", {}).get("path", "").rpartition("/")[2]
        if obj["kind"] == "Application" and folder not in ("", ROOT):
            yield folder, sorted(manifests.objects(environment, folder), key=_order)


def _order(obj: Obj) -> tuple[int, int, str, str]:
    meta = obj["metadata"]
    place = KINDS.index(obj["kind"]) if obj["kind"] in KINDS else len(KINDS)
    return int(meta.get("annotations", {}).get(WAVE, "0")), place, obj["kind"], meta["name"]
