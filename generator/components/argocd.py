"""Argo CD: the project that bounds it, a root Application, and one Application a component in sync-wave order.

Self-managed Argo CD syncs its own cluster by its in-cluster address.  The EKS capability runs outside the cluster,
knows clusters by ARN only and needs `sourceNamespaces` on the project.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj, metadata

NAME = "argocd"
ROOT = "root"
ROOT_WAVE = 100
"""Last.  Its health is the worst of all the others': a wave behind it would wait for whatever is not well."""
IN_CLUSTER = "https://kubernetes.default.svc"
FINALIZER = "resources-finalizer.argocd.argoproj.io/foreground"
"""Deleting an Application deletes what it has synced; the server warns about its short form, which means the same."""
AUTOMATED = {"prune": True, "selfHeal": True, "allowEmpty": False}
"""An empty render must not prune the environment."""


KEPT = {
    "argocd.argoproj.io/sync-options": "Prune=false,Delete=confirm",
    "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
}
"""Annotations of what takes more than itself along when it goes: it stays when it drops out of the repository, and a
person deletes it.  `Prune=confirm` would hold up every later sync of its Application until somebody has confirmed."""
NEIGHBOURS: list[Obj] = [
    {"group": "*", "kind": "*", "name": "argo*"},
    *({"group": "argoproj.io", "kind": kind, "name": "*"} for kind in ("Application", "ApplicationSet", "AppProject")),
]
"""What lies in Argo CD's namespace beside our Applications; it would be taken for forgotten objects of ours."""


@dataclass(frozen=True)
class Part:
    """What one Application syncs: its name, its wave, and the kinds and namespaces in it."""

    name: str
    wave: int
    objects: Sequence[Obj]


def objects(env: Environment, parts: Sequence[Part]) -> list[Obj]:
    """Nothing in a fleet, whose hub has an ApplicationSet instead."""
    if env.gitops.argocd.mode == "fleet":
        return []
    return [project(env, parts), application(env, ROOT, NAME, ROOT_WAVE), *(child(env, part) for part in parts)]


def server(env: Environment) -> str:
    return env.cluster.arn if env.gitops.argocd.mode == "eks-managed" else IN_CLUSTER


def project(env: Environment, parts: Sequence[Part]) -> Obj:
    """Admits this repository, the namespaces in use and exactly the cluster-wide kinds that are rendered."""
    rendered = [obj for part in parts for obj in part.objects]
    made = app_project(
        env,
        env.gitops.argocd.project,
        description=f"OpenClaw on {env.cluster.name}",
        repositories={env.gitops.repo_url},
        namespaces={
            env.gitops.argocd.namespace,
            *(obj["metadata"]["namespace"] for obj in rendered if "namespace" in obj["metadata"]),
        },
        cluster_wide={
            (obj["apiVersion"].rpartition("/")[0], obj["kind"])
            for obj in rendered
            if "namespace" not in obj["metadata"]
        },
    )
    # Secrets come from External Secrets alone; one in Git would be a leak.
    made["spec"]["namespaceResourceBlacklist"] = [{"group": "", "kind": "Secret"}]
    return made


def app_project(
    env: Environment,
    name: str,
    *,
    description: str,
    repositories: Collection[str],
    namespaces: Collection[str],
    cluster_wide: Collection[tuple[str, str]],
) -> Obj:
    """An AppProject that admits what it is given; sync windows hold for every project."""
    argocd = env.gitops.argocd
    spec: Obj = {
        "description": description,
        "sourceRepos": sorted(repositories),
        "destinations": [{"server": server(env), "namespace": namespace} for namespace in sorted(namespaces)],
        "clusterResourceWhitelist": [{"group": group, "kind": kind} for group, kind in sorted(cluster_wide)],
        "orphanedResources": {"warn": True, "ignore": NEIGHBOURS},
    }
    if argocd.mode == "eks-managed":
        spec["sourceNamespaces"] = [argocd.namespace]
    if env.gitops.sync_windows:
        spec["syncWindows"] = [
            {
                "kind": window.kind,
                "schedule": window.schedule,
                "duration": window.duration,
                "timeZone": window.time_zone,
                "applications": ["*"],
                "manualSync": True,
            }
            for window in env.gitops.sync_windows
        ]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        # Pruning the project would orphan every Application in it.
        "metadata": metadata(
            name,
            argocd.namespace,
            app=NAME,
            annotations={"argocd.argoproj.io/sync-wave": "-100", **KEPT},
        ),
        "spec": spec,
    }


def child(env: Environment, part: Part) -> Obj:
    made = application(env, part.name, part.name, part.wave)
    inside = {obj["metadata"]["namespace"] for obj in part.objects if "namespace" in obj["metadata"]}
    if inside:
        made["spec"]["destination"]["namespace"] = min(inside)
    if any(obj["kind"] in ("Namespace", "StatefulSet") for obj in part.objects):
        # Deleting the Application must not delete state; without the finalizer it only stops syncing.
        del made["metadata"]["finalizers"]
    return made


def application(env: Environment, name: str, folder: str, wave: int) -> Obj:
    gitops = env.gitops
    meta = metadata(name, gitops.argocd.namespace, app=NAME, annotations={"argocd.argoproj.io/sync-wave": str(wave)})
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": meta | {"finalizers": [FINALIZER]},
        "spec": {
            "project": gitops.argocd.project,
            "source": {
                "repoURL": gitops.repo_url,
                "targetRevision": gitops.revision,
                "path": f"{gitops.tree}/{env.name}/{folder}",
            },
            # Objects name their own; but the project, which admits namespaces by name, refuses an Application without.
            "destination": {"server": server(env), "namespace": gitops.argocd.namespace},
            "syncPolicy": {
                "automated": AUTOMATED,
                "syncOptions": [
                    "ServerSideApply=true",
                    "PruneLast=true",
                    "ApplyOutOfSyncOnly=true",
                    # Its CRDs may arrive with an operator in an earlier wave.
                    "SkipDryRunOnMissingResource=true",
                ],
                "retry": {
                    "limit": 10,
                    "refresh": True,
                    "backoff": {"duration": "15s", "factor": 2, "maxDuration": "5m"},
                },
            },
        },
    }
