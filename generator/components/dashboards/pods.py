"""Pods and nodes: what restarts, what it runs on (Spot or on-demand, which Graviton), what was interrupted."""

from __future__ import annotations

from generator.components import llm_gateway, otel_collector
from generator.components.monitoring_alert import IN_LLM_GATEWAY, IN_OURS, IN_TELEMETRY
from generator.environment.model import Environment
from generator.kubernetes.placement import POOL

from .nodes import CAPACITY, NODES, interruptions, karpenter_shows, load, nodes
from .panel import RATE, Line, Page, Panel, Query, Row, figure, panel, rate

UID = "openclaw-pods"


def page(env: Environment) -> Page:
    return Page(
        UID,
        "OpenClaw / Pods and nodes",
        "Pods of the gateways, the LLM gateway and the collector, and the Graviton nodes under them.",
        (
            Row("At a glance", (glance(env),)),
            Row("Pods", (states(env), resources())),
            Row("Nodes", (nodes(env), load())),
            Row("Interruptions", (interruptions(env),)),
            Row("Is anything unseen?", (telemetry(),)),
        ),
    )


def glance(env: Environment) -> Line:
    pending = f'sum(kube_pod_status_phase{{{IN_OURS},phase="Pending"}})'
    spot = f'sum(kube_node_labels{{label_karpenter_sh_nodepool="{POOL}",{CAPACITY}="spot"}})'
    notices = figure(
        "Interruptions, 24 h",
        "Notices from AWS of the last day: Spot interruptions, rebalances, scheduled maintenance.",
        "none",
        "sum(increase(karpenter_interruption_received_messages_total[1d]))",
    )
    return (
        figure("Nodes", "Nodes of our pool.", "none", f"sum({NODES})"),
        figure(
            "On Spot",
            "Share of our nodes that AWS may take back with two minutes' notice.",
            "percentunit",
            f"({spot} or vector(0)) / sum({NODES})",
        ),
        figure(
            "Pods not ready",
            "Pods that run and do not serve.",
            "none",
            f'sum(kube_pod_status_ready{{{IN_OURS},condition="false"}})',
            limit=1,
        ),
        figure("Pods pending", "Pods that wait for a node, an image or a volume.", "none", pending, limit=1),
        figure(
            "Restarts, 24 h",
            "Restarts of containers in the last day.",
            "none",
            f"sum(increase(kube_pod_container_status_restarts_total{{{IN_OURS}}}[1d]))",
        ),
        *([notices] if karpenter_shows(env) else []),
    )


def states(env: Environment) -> Line:
    llm_pods = f'{IN_LLM_GATEWAY},condition="true",pod=~"{llm_gateway.NAME}-.+"'
    return (
        panel(
            "Ready pods of the LLM gateway",
            "With none, no agent and no program gets an answer from any model.",
            "none",
            f"sum by (namespace) (kube_pod_status_ready{{{llm_pods}}})",
            "ready",
            limit=1,
            low_is_bad=True,
            alerts=("LlmGatewayDown",),
        ),
        panel(
            "Restarts in 5 minutes",
            "Restarts of each container. The line is where the alert begins.",
            "none",
            f"max by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total{{{IN_OURS}}}[5m]))",
            "{{pod}} {{container}}",
            shape="bars",
            limit=env.monitoring.thresholds.restarts,
            alerts=("PodRestartingOften", "PodStateUnknown"),
        ),
        panel(
            "Waiting containers",
            "Containers that do not run, and why; CrashLoopBackOff restarts too seldom to be counted on the left.",
            "none",
            f"sum by (namespace, reason) (kube_pod_container_status_waiting_reason{{{IN_OURS}}})",
            "{{namespace}} {{reason}}",
            shape="bars",
            alerts=("PodCrashLooping",),
        ),
    )


def resources() -> Line:
    containers = f'{IN_OURS},container!=""'
    by = "namespace, pod, container"
    limit = f'kube_pod_container_resource_limits{{{IN_OURS},resource="memory"}}'
    return (
        panel(
            "Memory of its limit",
            "Share of its memory limit that each container uses. At 100 % the kernel kills it.",
            "percentunit",
            f"max by ({by}) (container_memory_working_set_bytes{{{containers}}}) / max by ({by}) ({limit})",
            "{{pod}} {{container}}",
            limit=0.9,
            alerts=("PodMemoryNearLimit",),
        ),
        panel(
            "CPU",
            "Cores that each pod uses.",
            "short",
            rate("container_cpu_usage_seconds_total", "pod", containers),
            "{{pod}}",
        ),
        panel(
            "Replicas that the autoscaler wants",
            "Of the LLM gateway: between its minimum and its maximum.",
            "none",
            f"max by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_desired_replicas{{{IN_OURS}}})",
            "{{horizontalpodautoscaler}}",
        ),
    )


def telemetry() -> Line:
    jobs = "|".join((llm_gateway.NAME, otel_collector.NAME))
    lost = {
        "otelcol_exporter_send_failed_spans": "not sent",
        "otelcol_exporter_enqueue_failed_spans": "queue full",
        "otelcol_receiver_refused_spans": "refused spans",
        "otelcol_receiver_refused_metric_points": "refused metrics",
    }
    return (
        panel(
            "Scrape targets",
            "1 where Prometheus gets its metrics. What a target does not tell is missing from every alert.",
            "none",
            f'min by (namespace, job, endpoint, pod) (up{{{IN_OURS},job=~"{jobs}"}})',
            "{{pod}} {{endpoint}}",
            limit=1,
            low_is_bad=True,
            alerts=("MetricsTargetAbsent", "MetricsTargetDown"),
        ),
        Panel(
            "Lost telemetry",
            "Spans and points a second that the collector refuses or cannot pass on.",
            "ops",
            tuple(Query(f"sum(rate({metric}{{{IN_TELEMETRY}}}[{RATE}]))", legend) for metric, legend in lost.items()),
            shape="bars",
            alerts=("TelemetryLost",),
        ),
        panel(
            "Queue of the collector",
            "Share of each exporter's queue that is full: it grows when Langfuse or X-Ray does not answer.",
            "percentunit",
            f"max by (exporter) (otelcol_exporter_queue_size{{{IN_TELEMETRY}}})"
            f" / max by (exporter) (otelcol_exporter_queue_capacity{{{IN_TELEMETRY}}})",
            "{{exporter}}",
        ),
    )
