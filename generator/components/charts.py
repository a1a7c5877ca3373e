"""Helm charts of others: Argo CD Applications that carry the values, so that a review shows them.

Argo CD renders a chart; its version is exact, so the same commit yields the same objects.  Values generate no keys and
no certificates: a chart that makes one anew on each render would never be in sync.  Charts have an AppProject of their
own: what they need (cluster-wide roles, webhooks, kube-system) is denied to ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.environment.model import Environment
from generator.kubernetes.network import default_deny
from generator.kubernetes.objects import Obj, metadata

from . import argocd
from .namespaces import KUBERNETES_SECURITY

PROJECT = "openclaw-platform"
PART_OF = "openclaw-platform"
"""Label of the namespaces of charts: policies/admission judges those of `openclaw`, whose pods are written here."""

RBAC = ("rbac.authorization.k8s.io/ClusterRole", "rbac.authorization.k8s.io/ClusterRoleBinding")
CRD = "apiextensions.k8s.io/CustomResourceDefinition"
MUTATING = "admissionregistration.k8s.io/MutatingWebhookConfiguration"
VALIDATING = "admissionregistration.k8s.io/ValidatingWebhookConfiguration"

PLACEMENT: Obj = {
    "nodeSelector": {"kubernetes.io/arch": "arm64", "kubernetes.io/os": "linux"},
    "tolerations": [{"key": "CriticalAddonsOnly", "operator": "Exists"}],
}
"""Graviton nodes outside our pool, which its taint keeps them off: a managed node group, or on Auto Mode `system`."""


@dataclass(frozen=True)
class Chart:
    """A chart by its place and exact version, and what its release may touch."""

    release: str
    repository: str
    """URL of a Helm repository, or a registry without `oci://`, as Argo CD spells it."""
    chart: str
    version: str
    namespace: str
    cluster_wide: tuple[str, ...] = ()
    """Kinds without a namespace that it holds, as `Kind` or `group/Kind`."""
    elsewhere: tuple[str, ...] = ()
    """Other namespaces in which it has objects."""


@dataclass(frozen=True)
class Release:
    """A chart with its values, and the sync wave that brings it."""

    chart: Chart
    values: Obj
    wave: int


def objects(env: Environment, releases: Sequence[Release]) -> list[Obj]:
    """The AppProject of charts, and the Application of each; nothing without charts."""
    if not releases:
        return []
    applications = [application(env, one.chart, one.values, wave=one.wave, project=PROJECT) for one in releases]
    return [project(env, [one.chart for one in releases]), *applications]


def project(env: Environment, charts: Sequence[Chart]) -> Obj:
    """Admits the repositories, namespaces and cluster-wide kinds of these charts, and nothing else."""
    return argocd.app_project(
        env,
        PROJECT,
        description=f"Charts of others on {env.cluster.name}",
        repositories={chart.repository for chart in charts},
        namespaces={name for chart in charts for name in (chart.namespace, *chart.elsewhere)},
        cluster_wide={group_kind(one) for chart in charts for one in chart.cluster_wide},
    )


def group_kind(text: str) -> tuple[str, str]:
    """`rbac.authorization.k8s.io/ClusterRole` as group and kind; the core group has no name."""
    group, _, kind = text.rpartition("/")
    return group, kind


def application(env: Environment, chart: Chart, values: Obj, *, wave: int, project: str) -> Obj:
    """The Application of one release; deleting it leaves the release, since it may hold CRDs or state.

    Called `chart-<release>`: a component of the same name has an Application too.
    """
    made = argocd.application(env, f"chart-{chart.release}", "", wave)
    del made["metadata"]["finalizers"]
    made["spec"]["project"] = project
    made["spec"]["source"] = {
        "repoURL": chart.repository,
        "chart": chart.chart,
        "targetRevision": chart.version,
        "helm": {"releaseName": chart.release, "valuesObject": values},
    }
    made["spec"]["destination"]["namespace"] = chart.namespace
    made["metadata"]["labels"] = metadata(chart.release, "", app=chart.release)["labels"]
    return made


def namespace(name: str, level: str) -> Obj:
    """A namespace of charts; `level` of Pod Security is enforced, and what keeps it from `restricted` is reported."""
    levels = {"enforce": level, "audit": "restricted", "warn": "restricted"}
    labels = {f"{KUBERNETES_SECURITY}/{mode}": wanted for mode, wanted in levels.items()}
    meta = metadata(name, app="namespaces", labels=labels | {"app.kubernetes.io/part-of": PART_OF})
    # Deleting the namespace would delete what its controller made.
    meta["annotations"] = dict(argocd.KEPT)
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": meta}


def closed_namespace(name: str, level: str) -> list[Obj]:
    """A namespace of charts in which nothing flows that no policy admits."""
    return [namespace(name, level), default_deny(name)]


def spread(labels: Mapping[str, str]) -> list[Obj]:
    """Over zones, then over nodes, as far as there are any."""
    shared: Obj = {"maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {"matchLabels": dict(labels)}}
    return [{"topologyKey": key, **shared} for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")]


def resources(cpu: str, memory: str, limit: str) -> Obj:
    """Requests, and a limit of memory alone: a limit of CPU would throttle webhooks."""
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": limit}}
