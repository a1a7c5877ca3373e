"""The gateways: are they up, do their turns end well and in time, what holds them up."""

from __future__ import annotations

from generator.components import backup, openclaw
from generator.components.monitoring_alert import IN_OPENCLAW
from generator.environment.model import Environment

from .panel import Line, Page, Panel, Query, Row, Variable, figure, panel, quantile, rate

UID = "openclaw-gateways"
CHOSEN = f'{IN_OPENCLAW},pod=~"$gateway-[0-9]+"'
"""The pods of the gateways that are chosen above the dashboard."""
SETS = f'{IN_OPENCLAW},statefulset=~"$gateway"'
BY_POD = "namespace, pod"
TURN = "openclaw_run_duration_ms_milliseconds"
CALL = "gen_ai_client_operation_duration_seconds"


def page(env: Environment) -> Page:
    return Page(
        UID,
        "OpenClaw / Gateways",
        "Health of the OpenClaw gateways: what people and programs get from their agents.",
        (
            Row("At a glance", (glance(env),)),
            Row("Turns and messages", (turns(),)),
            Row("Calls to models", (calls(env),)),
            Row("What holds them up", (held_up(),)),
            Row("Processes and volumes", (processes(),)),
            *((Row("Backups", (backups(),)),) if env.backup.enabled else ()),
        ),
        Variable("gateway", "Gateway", f"kube_statefulset_replicas{{{IN_OPENCLAW}}}", "statefulset"),
    )


def glance(env: Environment) -> Line:
    failing = f"{failed_calls('namespace')} / {all_calls('namespace')}"
    return (
        Panel(
            "Gateways",
            "How many are ready, and how many there should be.",
            "none",
            (
                Query(f"sum(kube_statefulset_status_replicas_ready{{{SETS}}})", "ready"),
                Query(f"sum(kube_statefulset_replicas{{{SETS}}})", "wanted"),
            ),
            shape="figure",
        ),
        figure(
            "Messages, 1 h",
            "Messages that agents have dealt with in the last hour.",
            "short",
            f"sum(increase(openclaw_message_processed_total{{{CHOSEN}}}[1h]))",
        ),
        figure(
            "Turn, p95",
            "19 of 20 turns of agents end within this time, calls to models and tools included.",
            "ms",
            quantile(0.95, TURN, "", CHOSEN),
        ),
        figure(
            "Failing model calls",
            "Share of calls to models that fail, as the gateways see it.",
            "percentunit",
            failing,
            limit=env.monitoring.thresholds.errors,
        ),
        figure(
            "Stuck sessions, 1 h",
            "Sessions that stopped getting on in the last hour.",
            "none",
            f"sum(increase(openclaw_session_stuck_total{{{CHOSEN}}}[1h]))",
            limit=1,
        ),
        figure(
            "Up since",
            "Age of the youngest pod: a small one is a restart, an interruption or a release.",
            "s",
            f"min(time() - kube_pod_start_time{{{CHOSEN}}})",
        ),
    )


def turns() -> Line:
    return (
        panel(
            "Messages by outcome",
            "Messages a second that agents have dealt with, and how it ended.",
            "ops",
            rate("openclaw_message_processed_total", "openclaw_outcome", CHOSEN),
            "{{openclaw_outcome}}",
            shape="areas",
        ),
        Panel(
            "Duration of turns",
            "From the message to the end of the answer. Half of the turns, and 19 of 20, end within this time.",
            "ms",
            (Query(quantile(0.5, TURN, "", CHOSEN), "p50"), Query(quantile(0.95, TURN, "", CHOSEN), "p95")),
        ),
        panel(
            "Turns by channel",
            "Where people and programs speak to the agents.",
            "ops",
            rate("openclaw_session_turn_created_total", "openclaw_channel", CHOSEN),
            "{{openclaw_channel}}",
            shape="areas",
        ),
        panel(
            "Requests to the gateway",
            "Requests a second over its WebSocket, by method.",
            "reqps",
            f"topk(8, {rate('openclaw_gateway_rpc_requests_total', 'openclaw_gateway_rpc_method', CHOSEN)})",
            "{{openclaw_gateway_rpc_method}}",
        ),
    )


def calls(env: Environment) -> Line:
    return (
        panel(
            "Failing model calls by gateway",
            "Share of its calls that each gateway sees fail, those that never reach the LLM gateway included.",
            "percentunit",
            f"{failed_calls(BY_POD)} / {all_calls(BY_POD)}",
            "{{pod}}",
            limit=env.monitoring.thresholds.errors,
            alerts=("OpenClawModelErrorRateHigh",),
        ),
        panel(
            "Model calls, p95",
            "19 of 20 calls end within this time, by the model that was asked for.",
            "s",
            quantile(0.95, CALL, "gen_ai_request_model", CHOSEN),
            "{{gen_ai_request_model}}",
        ),
        panel(
            "Tokens by gateway",
            "Tokens a second, read and written: which team uses the models.",
            "short",
            rate("openclaw_tokens_total", "pod", CHOSEN),
            "{{pod}}",
            shape="areas",
        ),
    )


def held_up() -> Line:
    tools = quantile(0.95, "openclaw_tool_execution_duration_ms_milliseconds", "openclaw_toolName", CHOSEN)
    return (
        panel(
            "Stuck sessions",
            "Sessions that stopped getting on, in 15 minutes: their users wait for an answer that does not come.",
            "none",
            f"sum by ({BY_POD}) (increase(openclaw_session_stuck_total{{{CHOSEN}}}[15m]))",
            "{{pod}}",
            shape="bars",
            limit=1,
            alerts=("OpenClawSessionsStuck",),
        ),
        panel(
            "Wait in queues, p95",
            "How long work waits for its lane. It grows before anything fails.",
            "ms",
            quantile(0.95, "openclaw_queue_wait_ms_milliseconds", "openclaw_lane", CHOSEN),
            "{{openclaw_lane}}",
        ),
        panel(
            "Tools, p95",
            "The slowest tools: 19 of 20 of their uses end within this time.",
            "ms",
            f"topk(8, {tools})",
            "{{openclaw_toolName}}",
        ),
        panel(
            "Refused tools",
            "Uses of tools a second that the gateway's own policy refused.",
            "ops",
            rate("openclaw_tool_execution_blocked_total", "openclaw_toolName", CHOSEN),
            "{{openclaw_toolName}}",
            shape="bars",
        ),
    )


def processes() -> Line:
    free, size = (f"kubelet_volume_stats_{what}_bytes{{{IN_OPENCLAW}}}" for what in ("available", "capacity"))
    by = "namespace, persistentvolumeclaim"
    return (
        panel(
            "Gateways down",
            "Pods that should be ready and are not. No other gateway can take over their state.",
            "none",
            f"sum by (namespace, statefulset) (kube_statefulset_replicas{{{SETS}}})"
            f" - sum by (namespace, statefulset) (kube_statefulset_status_replicas_ready{{{SETS}}})",
            "{{statefulset}}",
            shape="bars",
            limit=1,
            alerts=("OpenClawGatewayDown",),
        ),
        panel(
            "Event loop, worst delay",
            "Longest pause of the single thread that serves everybody, 99 of 100 observations.",
            "ms",
            quantile(0.99, "openclaw_gateway_event_loop_delay_max_ms_milliseconds", "pod", CHOSEN),
            "{{pod}}",
        ),
        panel(
            "Free on the volume",
            "Share of a gateway's volume that is free. Without space it cannot keep its state and stops answering.",
            "percentunit",
            f"max by ({by}) ({free}) / max by ({by}) ({size})",
            "{{persistentvolumeclaim}}",
            limit=0.1,
            low_is_bad=True,
            alerts=("OpenClawVolumeFilling",),
        ),
        panel(
            "Series that arrive",
            "How many series of each gateway Prometheus has. None of a running gateway: its telemetry is lost.",
            "none",
            f'count by ({BY_POD}) ({{__name__=~"openclaw_.+",{IN_OPENCLAW},pod=~"{openclaw.NAME}-.+"}})',
            "{{pod}}",
            alerts=("OpenClawTelemetrySilent",),
        ),
    )


def backups() -> Line:
    last = f'kube_cronjob_status_last_successful_time{{{IN_OPENCLAW},cronjob=~"{backup.NAME}-.+"}}'
    return (
        panel(
            "Age of the last backup",
            "What a lost volume would cost: everything since then.",
            "s",
            f"time() - max by (namespace, cronjob) ({last})",
            "{{cronjob}}",
            alerts=("OpenClawBackupMissing",),
        ),
    )


def failed_calls(by: str) -> str:
    """Zero, and not absent, where no call failed."""
    failed = rate(f"{CALL}_count", by, f'{CHOSEN},error_type!=""')
    return f"({failed} or 0 * {all_calls(by)})"


def all_calls(by: str) -> str:
    return rate(f"{CALL}_count", by, CHOSEN)
