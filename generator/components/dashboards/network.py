"""The network as Hubble sees it: what is dropped and why, who talks to whom, HTTP and DNS."""

from __future__ import annotations

from generator.components.workloads import NAMESPACES
from generator.environment.model import Environment

from .panel import RATE, Line, Page, Row, figure, panel, rate

UID = "openclaw-network"
NAMES = "|".join(NAMESPACES)
FROM_US = f'source_namespace=~"{NAMES}"'
TO_US = f'destination_namespace=~"{NAMES}"'
WHO = "source_workload, destination_workload"
ARROW = "{{source_workload}} → {{destination_workload}}"
SERVED = f'{TO_US},reporter="server"'
"""HTTP is read where it arrives."""


def page(env: Environment) -> Page:
    read = Row("HTTP inside the cluster", (http(),))
    return Page(
        UID,
        "OpenClaw / Network",
        "Flows, drops, HTTP and DNS of our namespaces, from Cilium's Hubble.",
        (
            Row("At a glance", (glance(env),)),
            Row("Drops", (drops(),)),
            Row("Flows", (flows(),)),
            *([read] if env.network.read else []),
            Row("DNS", (dns(),)),
        ),
    )


def shown(env: Environment) -> bool:
    """Whether there is anything to show."""
    hubble = env.network.hubble
    return env.network.cni == "cilium" and hubble.enabled and hubble.metrics


def glance(env: Environment) -> Line:
    failed = f'sum(rate(hubble_http_requests_total{{{SERVED},status=~"5.."}}[{RATE}]))'
    every = f"sum(rate(hubble_http_requests_total{{{SERVED}}}[{RATE}]))"
    errors = figure(
        "HTTP 5xx",
        "Share of requests inside the cluster that end with a server's error.",
        "percentunit",
        f"({failed} or vector(0)) / {every}",
        limit=env.monitoring.thresholds.errors,
    )
    return (
        figure(
            "Flows",
            "Flows a second that leave our pods.",
            "ops",
            f"sum(rate(hubble_flows_processed_total{{{FROM_US}}}[{RATE}]))",
        ),
        figure(
            "Dropped",
            "Packets of our pods a second that no policy allows, or that the network cannot deliver.",
            "pps",
            f"sum(rate(hubble_drop_total{{{FROM_US}}}[{RATE}])) or vector(0)",
        ),
        *([errors] if env.network.read else []),
        figure(
            "DNS errors",
            "DNS answers a second to our pods that are an error.",
            "ops",
            f'sum(rate(hubble_dns_responses_total{{{TO_US},rcode!="No Error"}}[{RATE}])) or vector(0)',
        ),
        figure(
            "Unseen",
            "Events a second that Hubble lost: what is shown here is then too little.",
            "ops",
            f"sum(rate(hubble_lost_events_total[{RATE}])) or vector(0)",
            limit=1,
        ),
    )


def drops() -> Line:
    return (
        panel(
            "Drops by reason",
            "Policy denied: no rule allows it, see docs/network.md. Others are faults of the network itself.",
            "pps",
            rate("hubble_drop_total", "reason", FROM_US),
            "{{reason}}",
            shape="bars",
        ),
        panel(
            "Drops of what leaves our pods",
            "The ten pairs with the most: a connection that a policy forgets, or a pod that should not try.",
            "pps",
            f"topk(10, {rate('hubble_drop_total', WHO, FROM_US)})",
            ARROW,
            shape="bars",
        ),
        panel(
            "Drops of what comes to our pods",
            "The ten pairs with the most: somebody knocks who is not let in.",
            "pps",
            f"topk(10, {rate('hubble_drop_total', WHO, TO_US)})",
            ARROW,
            shape="bars",
        ),
    )


def flows() -> Line:
    return (
        panel(
            "Flows by verdict",
            "FORWARDED passes, REDIRECTED is read by the proxy, DROPPED does not arrive.",
            "ops",
            rate("hubble_flows_processed_total", "verdict", FROM_US),
            "{{verdict}}",
            shape="areas",
        ),
        panel(
            "Flows by pair",
            "The ten pairs of workloads that talk most; without a name: outside the cluster.",
            "ops",
            f"topk(10, {rate('hubble_flows_processed_total', WHO, FROM_US)})",
            ARROW,
        ),
        panel(
            "Connections reset",
            "TCP resets a second in the whole cluster: one side hangs up, or nobody listens.",
            "ops",
            f'sum by (family) (rate(hubble_tcp_flags_total{{flag="RST"}}[{RATE}]))',
            "{{family}}",
            shape="bars",
        ),
    )


def http() -> Line:
    request = "hubble_http_request_duration_seconds_bucket"
    return (
        panel(
            "Requests by pair",
            "Plain HTTP that Hubble reads on arrival; what leaves the cluster is encrypted and not read.",
            "reqps",
            rate("hubble_http_requests_total", WHO, SERVED),
            ARROW,
            shape="areas",
        ),
        panel(
            "Answers by status",
            "Status of the answers a second.",
            "reqps",
            rate("hubble_http_requests_total", "status", SERVED),
            "{{status}}",
            shape="areas",
        ),
        panel(
            "Time to answer, p95",
            "19 of 20 requests are answered within this time; for a stream, its beginning.",
            "s",
            f"histogram_quantile(0.95, {rate(request, f'le, {WHO}', SERVED)})",
            ARROW,
        ),
    )


def dns() -> Line:
    return (
        panel(
            "Look-ups by workload",
            "Names a second that our pods look up.",
            "ops",
            rate("hubble_dns_queries_total", "source_workload", FROM_US),
            "{{source_workload}}",
            shape="areas",
        ),
        panel(
            "Failing look-ups",
            "Answers that are an error, by kind: Non-Existent Domain is often only the search list.",
            "ops",
            rate("hubble_dns_responses_total", "rcode", f'{TO_US},rcode!="No Error"'),
            "{{rcode}}",
            shape="bars",
        ),
    )
