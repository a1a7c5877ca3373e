"""9: nodes come from our pool, and notices of Spot interruptions reach Karpenter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj
from generator.kubernetes.placement import POOL

from .look import Look, said
from .result import Observation, attempt, failed, ok, skipped
from .rights import Action, Need, Right

TITLE = "Spot is handled"
NODE_CLAIMS = "/apis/karpenter.sh/v1/nodeclaims"
POOL_LABEL, CAPACITY_LABEL = "karpenter.sh/nodepool", "karpenter.sh/capacity-type"
STARTING = timedelta(minutes=15)
"""Karpenter gives up on a node that has not joined after so long (Karpenter documentation, NodeClaims)."""
CLUSTER_EVENTS = "default"
"""The namespace of events on nodes and NodeClaims, which have none of their own."""
INTERRUPTED = "SpotInterrupted"
"""Reason of the event by which Karpenter tells of a notice; events are kept for an hour."""


def needs(env: Environment, objects: Sequence[Obj]) -> list[Need]:
    found: list[Need] = [Right("", "karpenter.sh", "nodeclaims", "list"), Right(CLUSTER_EVENTS, "", "events", "list")]
    return found + ([Action("sqs:GetQueueUrl")] if _has_queue(env) else [])


def check(look: Look) -> Iterator[Observation]:
    yield from attempt(_nodes(look), "is Karpenter installed? docs/platform.md")
    yield from attempt(_interruptions(look), f"kubectl -n {CLUSTER_EVENTS} get events")
    if _has_queue(look.env):
        queue = look.env.platform.queue(look.env.cluster.name)
        remedy = f"without it Karpenter hears of no interruption: make the SQS queue {queue}, docs/platform.md"
        yield from attempt(_queue(look, queue), remedy)
    elif look.env.compute.provisioner == "auto-mode":
        yield skipped("EKS Auto Mode hears of interruptions without a queue of ours")


def _has_queue(env: Environment) -> bool:
    return env.compute.provisioner == "karpenter"


def _nodes(look: Look) -> Iterator[Observation]:
    claims = look.access.get(NODE_CLAIMS, labelSelector=f"{POOL_LABEL}={POOL}")["items"]
    if not claims:
        remedy = f"kubectl describe nodepool {POOL}; docs/platform.md"
        yield failed(f"no node of pool {POOL}: pods of ours run elsewhere or nowhere", remedy)
        return
    for claim in claims:
        age = look.ago(claim["metadata"]["creationTimestamp"])
        if (reason := _not_ready(claim)) and age > STARTING:
            name = claim["metadata"]["name"]
            yield failed(f"NodeClaim {name}, made {said(age)}: {reason}", f"kubectl describe nodeclaim {name}")
    kinds = Counter(claim["metadata"].get("labels", {}).get(CAPACITY_LABEL, "not launched") for claim in claims)
    yield ok(f"nodes of pool {POOL}: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))


def _not_ready(claim: Obj) -> str:
    for condition in claim.get("status", {}).get("conditions", ()):
        if condition["type"] == "Ready":
            return "" if condition["status"] == "True" else condition.get("message") or condition.get("reason", "")
    return "not launched"


def _interruptions(look: Look) -> Iterator[Observation]:
    path = f"/api/v1/namespaces/{CLUSTER_EVENTS}/events"
    events = look.access.get(path, fieldSelector=f"reason={INTERRUPTED}")["items"]
    nodes = sorted({event["involvedObject"]["name"] for event in events})
    yield ok(f"interruptions in the last hour: {', '.join(nodes) if nodes else 'none'}")


def _queue(look: Look, queue: str) -> Iterator[Observation]:
    look.access.aws("sqs", "get-queue-url", "--queue-name", queue, region=look.env.cluster.region)
    yield ok(f"SQS queue {queue} is there")
