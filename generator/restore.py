"""Putting a gateway's state back to what an archive holds: every step as a command of kubectl, in order.

Nothing here is run.  The steps around the Job are what the Job may not do: it has no rights in Kubernetes.
"""

from __future__ import annotations

import json

from generator.components import argocd, backup, openclaw
from generator.environment.model import Environment
from generator.kubernetes.emit import emit
from generator.kubernetes.objects import Obj
from generator.step import Step

LATEST = "latest"
EXAMPLE = "2026-11-22T02-17-05.123+00-00-openclaw-backup.tar.gz"
"""What OpenClaw calls an archive."""
MARGIN = 60
"""Seconds for Kubernetes to do what it was told, beyond what the pods themselves take."""


def steps(env: Environment, gateway: str, archive: str, context: str) -> list[Step]:
    """From the running gateway to the running gateway; `context` is kubectl's, so that no other cluster is meant."""
    kubectl = ("kubectl", "--context", context)
    here = (*kubectl, "-n", openclaw.NAMESPACE)
    name, cron = openclaw.instance(gateway), f"cronjob/{backup.instance(gateway)}"
    job = backup.restore_job(env, gateway, archive)
    job_name = f"job/{job['metadata']['name']}"
    stopped = env.openclaw.drain.grace_period + MARGIN
    return [
        *_syncing(env, name, kubectl, False),
        Step("no backup meanwhile", (*here, "patch", cron, "-p", _json({"spec": {"suspend": True}}))),
        Step("stop the gateway", (*here, "scale", f"statefulset/{name}", "--replicas=0")),
        Step(
            "its turns may finish",
            (*here, "wait", "--for=delete", f"pod/{name}-0", f"--timeout={stopped}s"),
        ),
        Step("away with the Job of a restore before", (*here, "delete", job_name, "--ignore-not-found")),
        Step("fetch, verify, put in place", (*kubectl, "apply", "-f", "-"), emit(job)),
        Step(
            "until it is done or has failed",
            (*here, "wait", "--for=jsonpath={.status.conditions}", f"--timeout={backup.RESTORE_SECONDS}s", job_name),
        ),
        Step("what it says", (*here, "logs", "--all-containers", "--ignore-errors", job_name)),
        Step("it has not failed", (*here, "wait", "--for=condition=complete", f"--timeout={MARGIN}s", job_name)),
        Step("start the gateway", (*here, "scale", f"statefulset/{name}", "--replicas=1")),
        Step(
            "it is ready",
            (
                *here,
                "rollout",
                "status",
                f"statefulset/{name}",
                f"--timeout={openclaw.START_SECONDS + MARGIN}s",
            ),
        ),
        Step("backups again", (*here, "patch", cron, "-p", _json({"spec": {"suspend": False}}))),
        *_syncing(env, name, kubectl, True),
    ]


def _syncing(env: Environment, application: str, kubectl: tuple[str, ...], resume: bool) -> list[Step]:
    """Argo CD would start the gateway again, and the root Application would make it do so."""
    if env.gitops.argocd.mode == "fleet":
        verb = "resume" if resume else "pause"
        return [Step(f"on the hub: {verb} auto-sync of the Application of {env.name}/{application}, or its set")]
    verb, automated = ("resume", argocd.AUTOMATED) if resume else ("pause", None)
    patch = _json({"spec": {"syncPolicy": {"automated": automated}}})
    names = [argocd.ROOT, application]
    return [
        Step(
            f"{verb} auto-sync of {name}",
            (*kubectl, "-n", env.gitops.argocd.namespace, "patch", f"application/{name}", "--type=merge", "-p", patch),
        )
        for name in (reversed(names) if resume else names)
    ]


def _json(data: Obj) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"))
