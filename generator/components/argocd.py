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
IN_CLUSTER = "https://kubernetes.default.svc"
AUTOMATED = {"prune": True, "selfHeal": True, "allowEmpty": False}
"""An empty render must not prune the environment."""


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
    return [project(env, parts), application(env, ROOT, NAME, wave=0), *(child(env, part) for part in parts)]


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
        "orphanedResources": {"warn": True},
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
            annotations={
                "argocd.argoproj.io/sync-wave": "-100",
                "argocd.argoproj.io/sync-options": "Prune=confirm,Delete=confirm",
            },
        ),
        "spec": spec,
    }


def child(env: Environment, part: Part) -> Obj:
    made = application(env, part.name, part.name, part.wave)
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
        "metadata": meta | {"finalizers": ["resources-finalizer.argocd.argoproj.io"]},
        "spec": {
            "project": gitops.argocd.project,
            "source": {
                "repoURL": gitops.repo_url,
                "targetRevision": gitops.revision,
                "path": f"{gitops.tree}/{env.name}/{folder}",
            },
            "destination": {"server": server(env)},
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
