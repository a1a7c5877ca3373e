"""Helm charts of others: an Argo CD Application that carries the values, so that a review shows them.

Argo CD renders the chart; its version is exact, so the same commit yields the same objects.  Values generate no keys
and no certificates: a chart that makes one anew on each render would never be in sync.
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj, metadata

from . import argocd


@dataclass(frozen=True)
class Chart:
    """A chart by its place and exact version, and the namespace that its release lives in."""

    release: str
    repository: str
    """URL of a Helm repository, or a registry without `oci://`, as Argo CD spells it."""
    chart: str
    version: str
    namespace: str


def application(env: Environment, chart: Chart, values: Obj, *, wave: int, project: str) -> Obj:
    """The Application of one release; deleting it leaves the release, since it may hold CRDs or state."""
    made = argocd.application(env, chart.release, "", wave)
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
