"""Alerts on pods, gateways and what Prometheus sees of them."""

from __future__ import annotations

from generator.environment.model import Environment

from . import backup, llm_gateway, openclaw, otel_collector, workloads
from .monitoring_alert import IN_LLM_GATEWAY, IN_OPENCLAW, IN_OURS, IN_TELEMETRY, PERCENT, POD, Alert


def pods(env: Environment) -> list[Alert]:
    restarts = f"kube_pod_container_status_restarts_total{{{IN_OURS}}}"
    waiting = f'kube_pod_container_status_waiting_reason{{reason="CrashLoopBackOff",{IN_OURS}}}'
    used = f'container_memory_working_set_bytes{{{IN_OURS},container!=""}}'
    limit = f'kube_pod_container_resource_limits{{{IN_OURS},resource="memory"}}'
    by = "by (namespace, pod, container)"
    spaces = workloads.namespaces(env)
    missing = [f'absent(kube_pod_container_status_restarts_total{{namespace="{name}"}})' for name in spaces]
    return [
        Alert(
            "PodRestartingOften",
            "critical",
            # increase() extrapolates 3 restarts to 3.3, which are not more than 3.
            f"max {by} (floor(increase({restarts}[5m]))) > {env.monitoring.thresholds.restarts}",
            "0m",
            f"{POD}: container {{{{ $labels.container }}}} restarted {{{{ $value }}}} times in 5 minutes",
            "Whatever it does is interrupted every minute.",
        ),
        Alert(
            "PodCrashLooping",
            "warning",
            f"max {by} (max_over_time({waiting}[5m])) >= 1",
            "5m",
            f"{POD}: container {{{{ $labels.container }}}} crashes again and again",
            "Kubernetes waits up to 5 minutes between two starts, so the count of restarts stays low.",
            hushed_by="PodRestartingOften",
        ),
        Alert(
            "PodMemoryNearLimit",
            "warning",
            f"max {by} ({used})\n/ max {by} ({limit}) > 0.9",
            "10m",
            f"{POD}: container {{{{ $labels.container }}}} uses {PERCENT} of its memory limit",
            "At the limit the kernel kills it, and what it was doing is lost.",
        ),
        Alert(
            "PodStateUnknown",
            "warning",
            "\nor ".join(missing),
            "15m",
            "kube-state-metrics tells nothing of the pods in {{ $labels.namespace }}",
            "Restarts, crash loops and missing replicas go unseen.",
        ),
    ]


def gateways() -> list[Alert]:
    wanted, ready = (
        f"max by (namespace, statefulset) ({metric}{{{IN_OPENCLAW}}})"
        for metric in ("kube_statefulset_replicas", "kube_statefulset_status_replicas_ready")
    )
    own = f'kube_pod_status_ready{{{IN_LLM_GATEWAY},condition="true",pod=~"{llm_gateway.NAME}-.+"}}'
    # What has no pod at all is absent, as is everything where kube-state-metrics is down: the namespace tells which.
    seen = f"max by (namespace) (kube_namespace_created{{{IN_LLM_GATEWAY}}})"
    free, size = (
        f"max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_{what}_bytes{{{IN_OPENCLAW}}})"
        for what in ("available", "capacity")
    )
    return [
        Alert(
            "OpenClawGatewayDown",
            "critical",
            f"{wanted}\n> {ready}",
            "5m",
            "gateway {{ $labels.statefulset }} is not ready",
            "The team that it belongs to has no agents: no other gateway can take over its state.",
        ),
        Alert(
            "LlmGatewayDown",
            "critical",
            f"sum by (namespace) ({own}) == 0\nor (absent({own}) and on (namespace) {seen})",
            "1m",
            "no pod of the LLM gateway is available",
            "No agent and no program gets an answer from any model.",
        ),
        Alert(
            "OpenClawSessionsStuck",
            "warning",
            f"sum by (namespace, pod) (increase(openclaw_session_stuck_total{{{IN_OPENCLAW}}}[15m])) > 0",
            "5m",
            f"sessions of {POD} are stuck",
            "Their users wait for an answer that does not come.",
        ),
        Alert(
            "OpenClawVolumeFilling",
            "warning",
            f"{free}\n/ {size} < 0.1",
            "15m",
            f"{PERCENT} of volume {{{{ $labels.persistentvolumeclaim }}}} is free",
            "A gateway that cannot write its state stops answering.",
        ),
    ]


def backups() -> list[Alert]:
    """A run that was due and came to nothing, be it the first, or a CronJob that a restore left suspended."""
    runs, done, off = (
        f'max by (namespace, cronjob) (kube_cronjob_{what}{{{IN_OPENCLAW},cronjob=~"{backup.NAME}-.+"}})'
        for what in ("status_last_schedule_time", "status_last_successful_time", "spec_suspend")
    )
    return [
        Alert(
            "OpenClawBackupMissing",
            "warning",
            f"({runs}\n> {done})\nor ({runs}\nunless {done})\nor ({off} == 1)",
            # A run may start an hour late and take an hour.
            "3h",
            "no backup by {{ $labels.cronjob }} since its last run was due",
            "If the volume is lost now, so is all since the last archive in the bucket.",
        )
    ]


def scrapes() -> list[Alert]:
    """Without series no other alert fires, whatever happens."""
    targets = [
        # The job of a PodMonitor is its namespace and name, that of a ServiceMonitor the name of the Service.
        (llm_gateway.NAMESPACE, f"{llm_gateway.NAMESPACE}/{llm_gateway.NAME}", "http"),
        (otel_collector.NAMESPACE, otel_collector.NAME, "metrics"),
        (otel_collector.NAMESPACE, otel_collector.NAME, "self"),
    ]
    jobs = "|".join(sorted({job for _, job, _ in targets}))
    missing = [f'absent(up{{namespace="{where}",job="{job}",endpoint="{port}"}})' for where, job, port in targets]
    ready = f'kube_pod_status_ready{{{IN_OPENCLAW},condition="true",pod=~"{openclaw.NAME}-.+-0"}}'
    silent = f'count by (namespace, pod) ({{__name__=~"openclaw_.+",{IN_OPENCLAW}}})'
    sent = f"otelcol_exporter_send_failed_spans{{{IN_TELEMETRY}}}"
    queued = f"otelcol_exporter_enqueue_failed_spans{{{IN_TELEMETRY}}}"
    refused = f"otelcol_receiver_refused_spans{{{IN_TELEMETRY}}}"
    points = f"otelcol_receiver_refused_metric_points{{{IN_TELEMETRY}}}"
    lost = [f"sum by (namespace, pod) (rate({metric}[5m])) > 0" for metric in (sent, queued, refused, points)]
    return [
        Alert(
            "MetricsTargetDown",
            "warning",
            f'min by (namespace, job, endpoint, pod) (up{{{IN_OURS},job=~"{jobs}"}}) == 0',
            "5m",
            f"Prometheus cannot scrape port {{{{ $labels.endpoint }}}} of {POD}",
            "What this pod counts is missing from every alert and dashboard.",
        ),
        Alert(
            "MetricsTargetAbsent",
            "critical",
            "\nor ".join(missing),
            "10m",
            "Prometheus has no target {{ $labels.job }}, port {{ $labels.endpoint }}",
            "Budgets, errors and latency are not watched: their alerts stay silent whatever happens.",
        ),
        Alert(
            "OpenClawTelemetrySilent",
            "info",
            f"max by (namespace, pod) ({ready}) == 1\nunless on (namespace, pod) {silent}",
            "1h",
            f"{POD} is ready, but none of its metrics arrive",
            "Nobody sees stuck sessions and failing model calls of this gateway.",
        ),
        Alert(
            "TelemetryLost",
            "warning",
            "\nor ".join(lost),
            "10m",
            f"collector {POD} loses telemetry",
            "Traces are missing from Langfuse or X-Ray, or metrics from Prometheus.",
        ),
    ]
