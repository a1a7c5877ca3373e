"""Alerts on the LLM gateway: budgets, latency, errors and the cache, whichever engine runs."""

from __future__ import annotations

from generator.environment.model import Environment

from . import monitoring_series as series
from .monitoring_alert import IN_LLM_GATEWAY, IN_OPENCLAW, PERCENT, POD, SECONDS, Alert, Severity

BUSY = f"\nand on (namespace) {series.REQUESTS} > 0.02"
"""More than 6 requests in 5 minutes: of fewer, a single failure would be a high share."""

BURNING: tuple[tuple[str, Severity, float, str, str, str, str], ...] = (
    ("Fast", "critical", 14.4, "1h", "5m", "2m", "in two days"),
    ("Slow", "warning", 6, "6h", "30m", "15m", "in five days"),
)
"""Pace, severity, burn rate, windows, wait and end.  At these rates 2 % of a month's failures happen in an hour, 5 % in
six (Google SRE workbook, chapter 5)."""


def budget(env: Environment) -> list[Alert]:
    limit = env.monitoring.thresholds.budget
    if env.llm_gateway.engine == "bifrost":
        refused = f'bifrost_error_requests_total{{{IN_LLM_GATEWAY},error_type="policy_budget_exceeded"}}'
        spent = f"sum by (namespace, virtual_key_name, provider) (rate({refused}[5m])) > 0"
        whose = "the budget of virtual key {{ $labels.virtual_key_name }} or of provider {{ $labels.provider }}"
    else:
        left = f"litellm_provider_remaining_budget_metric{{{IN_LLM_GATEWAY}}}"
        spent = f"min by (namespace, api_provider) ({left}) <= 0"
        whose = "the budget of provider {{ $labels.api_provider }}"
    return [
        Alert(
            "LlmBudgetNearlyUsed",
            "warning",
            f"{series.BUDGET} > {limit:g}",
            "5m",
            f"{PERCENT} of the budget of {{{{ $labels.budget }}}} is used",
            "When it is used up, its callers are refused or sent to the fallback.",
        ),
        Alert(
            "LlmBudgetExhausted",
            "critical",
            spent,
            "1m",
            f"{whose} is used up",
            "Calls are refused, or go to the fallback, until the period ends or somebody raises the budget.",
        ),
    ]


def latency(env: Environment) -> list[Alert]:
    limits = env.monitoring.thresholds
    return [
        Alert(
            "LlmLatencyHigh",
            "info",
            f"{series.LATENCY} > {limits.latency:g}{BUSY}",
            "10m",
            f"answers take {SECONDS} on average",
            "A long reply takes long: look at the first token before you look at the network.",
            hushed_by="LlmLatencyP95High",
        ),
        Alert(
            "LlmLatencyP95High",
            "warning",
            f"{series.LATENCY_P95} > {limits.latency_p95:g}{BUSY}",
            "10m",
            f"one answer in 20 takes more than {SECONDS}",
            f"The LLM gateway gives up on a provider after {env.llm_gateway.request_timeout} s.",
        ),
        Alert(
            "LlmFirstTokenSlow",
            "warning",
            f"{series.FIRST_TOKEN} > {limits.first_token:g}{BUSY}",
            "10m",
            f"one stream in 20 begins only after {SECONDS}",
            "People look at an empty line for that long.",
        ),
    ]


def errors(env: Environment) -> list[Alert]:
    limit = env.monitoring.thresholds.errors
    calls = f"gen_ai_client_operation_duration_seconds_count{{{IN_OPENCLAW}"
    failed = f'sum by (namespace, pod) (rate({calls},error_type!=""}}[5m]))'
    allowed = round(1 - env.monitoring.objective / 100, 6)
    return [
        Alert(
            "LlmErrorRateHigh",
            "warning",
            f"{series.ERRORS} > {limit:g}{BUSY}",
            "5m",
            f"{PERCENT} of requests to the LLM gateway fail",
            "Counts what callers did wrong as well, and attempts whose fallback then answered.",
        ),
        Alert(
            "LlmProviderErrorRateHigh",
            "critical",
            f"{series.PROVIDER_ERRORS} > {limit:g}{BUSY}",
            "5m",
            f"provider {{{{ $labels.provider }}}} fails {PERCENT} of its calls",
            "Models with a fallback answer more slowly, those without do not answer.",
        ),
        Alert(
            "OpenClawModelErrorRateHigh",
            "warning",
            f"{failed}\n/ sum by (namespace, pod) (rate({calls}}}[5m])) > {limit:g}",
            "10m",
            f"{PERCENT} of the model calls of {POD} fail",
            "Seen by the gateway: calls that never reach the LLM gateway are among them.",
        ),
        *(
            Alert(
                f"LlmObjectiveBurning{pace}",
                severity,
                f"{series.broken_promises(long)} > {rate * allowed:g} "
                f"and on (namespace) {series.broken_promises(short)} > {rate * allowed:g}",
                wait,
                f"{PERCENT} of requests were not answered in {long}",
                f"At this pace the failures that {env.monitoring.objective:g} % allows for a month are used up {end}.",
            )
            for pace, severity, rate, long, short, wait, end in BURNING
        ),
    ]


def cache_hits(limit: float) -> list[Alert]:
    return [
        Alert(
            "LlmCacheHitRateLow",
            "info",
            f"{series.CACHE_HITS} < {limit:g}{BUSY}",
            "15m",
            f"the cache answers {PERCENT} of requests",
            "Turns of agents differ from each other: a low share is normal for them.",
            hushed_by="LlmCacheNeverHits",
        ),
        Alert(
            "LlmCacheNeverHits",
            "info",
            f"max_over_time({series.CACHE_HITS}[6h]) == 0{BUSY}",
            "1h",
            "the cache has not answered one request in 6 hours",
            "Either no two requests are alike, or the cache is out of reach and every request is paid for.",
        ),
    ]
