"""own-state: a gateway's state belongs to it alone, and outlives its pods.

OpenClaw keeps its state in SQLite, under a lease.  Who else writes there spoils it, or waits for ever; without a volume
of its own it goes with the pod; a heap that may outgrow the memory limit ends in a kill amid a write.  And a session
lives in one gateway: requests that a Service spreads over several find nobody who knows them.

Looked at: gateways, which are containers of an image called openclaw outside of Jobs.  Their state directory is on a
claim from a template of their StatefulSet; no Service selects two of them (headless ones, which balance nothing,
aside).  For all workloads: no two write to a claim that one node at a time can attach, or that a gateway uses;
NODE_OPTIONS bound the heap of a Node program to 75 % of the memory limit.  That a gateway is a StatefulSet of one pod
without an autoscaler is for the rule `single-writer`.

Limits: load balancers that find pods without a Service, and NODE_OPTIONS from Secrets or ConfigMaps, are not seen.

Sources: OpenClaw 2026.9.6, docs/gateway/gateway-lock.md; docs/decisions/single-writer.md and memory.md here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from generator.check.compute.requests import MIB, quantity
from generator.check.objectset import Breach, Item, ObjectSet, pod_labels
from generator.check.rules import Severity
from generator.check.walk import each, table, text
from generator.check.workloads.claims import claims
from generator.check.workloads.drain import program
from generator.check.workloads.pods import Container, containers
from generator.check.workloads.scale import autoscalers, scale

ID, SEVERITY = "own-state", Severity.ERROR
REMEDIATION = (
    "give each gateway a claim from its own volumeClaimTemplates and a Service of its own; add gateways, not replicas; "
    "set --max-old-space-size to 75 % of the memory limit or less"
)

HEAP_SHARE = 75
"""Percent of the memory limit; the rest is buffers, SQLite and code."""
STATE = "/home/node/.openclaw"
"""OpenClaw's state directory in its image, where OPENCLAW_STATE_DIR does not name another."""
_MOST_CLAIMS = 100
_HEAP = re.compile(r"--max[-_]old[-_]space[-_]size(?P<percent>-percentage)?[= ](?P<value>\d+)")


def check(objects: ObjectSet) -> Iterator[Breach]:
    gateways = {id(item): one for item in objects.workloads() if (one := _gateway(item))}
    for container in gateways.values():
        yield from _kept(objects, container)
    for item in objects.workloads():
        for container in containers(item):
            yield from _heap(container)
    yield from _shared(objects, gateways)
    yield from _services(objects, [container.item for container in gateways.values()])


def _gateway(item: Item) -> Container | None:
    """The container of a workload that is a gateway."""
    if item.kind in ("CronJob", "Job"):
        return None
    return next((one for one in containers(item) if "containers" in one.path and program(one) == "openclaw"), None)


def _kept(objects: ObjectSet, gateway: Container) -> Iterator[Breach]:
    state = (_variables(gateway).get("OPENCLAW_STATE_DIR") or STATE).rstrip("/")
    own = {claim.name for claim in claims(objects, gateway.item) if claim.own}
    mounts = [one for _, one in each(gateway.spec, "volumeMounts") if text(one, "name") in own]
    if not any(f"{state}/".startswith(f"{text(one, 'mountPath').rstrip('/')}/") for one in mounts):
        message = f"{state} is on no claim from a template of its own: sessions and credentials go with the pod"
        yield Breach(gateway.item, (*gateway.path, "volumeMounts"), message)


def _heap(container: Container) -> Iterator[Breach]:
    limit = quantity(table(container.spec, "resources", "limits").get("memory"))
    options = _variables(container).get("NODE_OPTIONS", "")
    found = list(_HEAP.finditer(options))
    path = (*container.path, "env")
    if limit and found:
        value = int(found[-1]["value"])
        heap = limit / MIB * value / 100 if found[-1]["percent"] else value
        if heap * 100 > limit / MIB * HEAP_SHARE:
            message = (
                f"the heap may grow to {heap:g} MiB, over {HEAP_SHARE} % of the limit of {limit / MIB:g} MiB: the "
                "kernel kills the process before Node collects its garbage"
            )
            yield Breach(container.item, path, message)
    elif limit and program(container) == "openclaw":
        message = f"nothing bounds the heap, and Node sees no limit of {limit / MIB:g} MiB: the kernel kills it"
        yield Breach(container.item, path, message)


def _shared(objects: ObjectSet, gateways: Mapping[int, Container]) -> Iterator[Breach]:
    scaled_by = autoscalers(objects)
    writers: dict[tuple[str, str], tuple[Item, bool]] = {}
    for item in objects.workloads():
        for claim in claims(objects, item):
            if claim.read_only:
                continue
            exclusive = claim.one_node or id(item) in gateways
            pods = range(min(scale(item, scaled_by).highest, _MOST_CLAIMS))
            for name in [f"{claim.name}-{item.name}-{pod}" for pod in pods] if claim.own else [claim.name]:
                other, held = writers.setdefault((item.namespace, name), (item, exclusive))
                if other is not item and (held or exclusive):
                    message = f"writes to claim {name}, as {other} does: one of them waits, or both spoil the state"
                    yield Breach(item, claim.path, message)


def _services(objects: ObjectSet, gateways: Sequence[Item]) -> Iterator[Breach]:
    for service in objects.of("Service") if gateways else ():
        selector = table(service.obj, "spec", "selector")
        if not selector or table(service.obj, "spec").get("clusterIP") == "None":
            continue
        mine = [item for item in gateways if item.namespace == service.namespace]
        behind = [item.name for item in mine if selector.items() <= pod_labels(item).items()]
        if len(behind) > 1:
            message = f"spreads requests over the gateways {', '.join(behind)}: each knows its own sessions alone"
            yield Breach(service, ("spec", "selector"), message)


def _variables(container: Container) -> dict[str, str]:
    return {text(one, "name"): text(one, "value") for _, one in each(container.spec, "env") if "value" in one}
