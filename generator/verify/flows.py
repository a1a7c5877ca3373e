"""4: the HTTP between our programs is seen, by Hubble; with another CNI than Cilium, flows by address at least."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.components import llm_gateway, otel_collector
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from . import prometheus
from .look import Look
from .result import Observation, attempt, failed, ok, skipped
from .rights import Action, Need

TITLE = "HTTP flows are seen"
ADD_ON = "aws-network-flow-monitoring-agent"
NAMESPACES = {llm_gateway.NAME: llm_gateway.NAMESPACE, otel_collector.NAME: otel_collector.NAMESPACE}


def needs(env: Environment, objects: Sequence[Obj]) -> list[Need]:
    if env.network.cni == "vpc-cni":
        return [Action("eks:DescribeAddon")] if env.network.flow_monitor else []
    return [prometheus.right(env)] if env.network.read and env.network.hubble.metrics else []


def check(look: Look) -> Iterator[Observation]:
    network = look.env.network
    if network.cni == "vpc-cni":
        yield from attempt(_flow_monitor(look), f"deploy the stack that holds the add-on {ADD_ON}: docs/network.md")
    elif not network.read:
        yield skipped("network.hubble reads no HTTP in this environment")
    elif not network.hubble.metrics:
        yield skipped("network.hubble.metrics is off: only the hubble command shows flows")
    else:
        yield from attempt(_hubble(look), prometheus.remedy(look.env))


def _flow_monitor(look: Look) -> Iterator[Observation]:
    cluster = look.env.cluster
    if not look.env.network.flow_monitor:
        yield skipped("the VPC CNI shows no HTTP, and network.flowMonitor is off")
        return
    argv = ("eks", "describe-addon", "--cluster-name", cluster.name, "--addon-name", ADD_ON)
    status = look.access.aws(*argv, region=cluster.region)["addon"]["status"]
    if status == "ACTIVE":
        yield ok(f"the VPC CNI shows no HTTP; add-on {ADD_ON} is active, flows by address are in CloudWatch")
    else:
        yield failed(f"add-on {ADD_ON} is {status}", f"aws eks describe-addon --addon-name {ADD_ON}: its health issues")


def _hubble(look: Look) -> Iterator[Observation]:
    by = "destination_namespace, destination_workload"
    asked = f"sum by ({by}) (increase(hubble_http_requests_total[1h]))"
    counts = {
        (labels.get("destination_namespace", ""), labels.get("destination_workload", "")): count
        for labels, count in prometheus.query(look, asked)
    }
    for name in look.env.network.read:
        where = f"{NAMESPACES[name]}/{name}"
        if counts.get((NAMESPACES[name], name), 0) > 0:
            yield ok(f"{where}: {counts[NAMESPACES[name], name]:.0f} requests in the last hour")
        else:
            remedy = f"is hubble-relay up, and are the agents scraped? hubble observe --protocol http --to-pod {where}"
            yield failed(f"{where}: hubble_http_requests_total counts no request in the last hour", remedy)
