"""Recording rules: what an engine of the LLM gateway counts, under names that alerts and dashboards share.

Everything that differs between engines is here, so an alert says the same whichever of them runs.  Every series keeps
its namespace: Alertmanager routes by it.  Names follow level:metric:operation.
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.environment.model import Environment
from generator.environment.models import Budget
from generator.kubernetes.objects import Obj

from . import litellm, llm_gateway, llm_metrics, providers

REQUESTS = "namespace:llm_requests:rate5m"
ERRORS = "namespace:llm_errors:ratio_rate5m"
PROVIDER_ERRORS = "provider:llm_errors:ratio_rate5m"
LATENCY = "namespace:llm_latency_seconds:mean5m"
LATENCY_P95 = "namespace:llm_latency_seconds:p95_5m"
FIRST_TOKEN = "namespace:llm_first_token_seconds:p95_5m"
CACHE_HITS = "namespace:llm_cache_hits:ratio_rate30m"
BUDGET = "budget:llm_spent:ratio"

WINDOWS = ("5m", "30m", "1h", "6h")
"""Of the service level: a short and a long one each for a fast and a slow burn (Google SRE workbook, chapter 5)."""

HERE = f'namespace="{llm_gateway.NAMESPACE}"'
SECONDS = {"m": 60, "h": 3600, "d": 86_400}


def broken_promises(window: str) -> str:
    """The share of requests that were not answered though they were right and allowed."""
    return f"namespace:llm_unanswered:ratio_rate{window}"


@dataclass(frozen=True)
class Counts:
    """The rest of an engine's counters and histograms, with matchers where not all of a counter is meant."""

    shared: llm_metrics.Series
    """Those that rollouts ask, too."""
    provider_label: str
    provider_errors: str
    """Calls that a provider failed."""
    provider_calls: str
    """All calls to a provider; empty where only those are counted that it answered."""
    provider_answers: str
    latency: str
    """Histogram of whole answers."""
    first_token: str
    """Histogram of the first token of streams."""
    hits: str
    """Answers from the cache."""
    answers: str
    """All answers."""
    judged: str
    """Requests of callers that were right and allowed."""
    unanswered: str
    """Those of them that failed."""

    def rate(self, counter: str, window: str = "5m", by: str = "namespace") -> str:
        """The rate of a counter of the LLM gateway."""
        name, _, matchers = counter.partition("{")
        inside = f"{HERE},{matchers}" if matchers else f"{HERE}}}"
        return f"sum by ({by}) (rate({name}{{{inside}[{window}]))"


BIFROST = Counts(
    shared=llm_metrics.BIFROST,
    provider_label="provider",
    provider_errors=f"{llm_metrics.BIFROST.failures}{{{llm_metrics.BIFROST.failure_matchers}}}",
    provider_calls="",
    provider_answers="bifrost_success_requests_total",
    latency=f'{llm_metrics.BIFROST.latency}{{is_success="true"}}',
    first_token="bifrost_stream_first_token_latency_seconds",
    hits="bifrost_cache_hits_total",
    answers="bifrost_success_requests_total",
    judged='http_requests_total{path=~"/(v1|openai|anthropic)/.+",status!~"4.."}',
    unanswered='http_requests_total{path=~"/(v1|openai|anthropic)/.+",status=~"5.."}',
)
"""A failed attempt counts even where the fallback then answers; what callers get is in http_requests_total."""

LITELLM = Counts(
    shared=llm_metrics.LITELLM,
    provider_label="api_provider",
    # What no provider was asked for has an empty `api_provider`.
    provider_errors='litellm_deployment_failure_responses_total{api_provider!="",exception_status!~"400|413|422"}',
    provider_calls='litellm_deployment_total_requests_total{api_provider!=""}',
    provider_answers="",
    latency=llm_metrics.LITELLM.latency,
    first_token="litellm_llm_api_time_to_first_token_metric",
    hits="litellm_cache_hits_metric_total",
    answers=f'{llm_metrics.LITELLM.requests}{{status_code="200"}}',
    judged=f'{llm_metrics.LITELLM.requests}{{route!~"/(health|metrics).*",status_code!~"4.."}}',
    unanswered=f'{llm_metrics.LITELLM.requests}{{route!~"/(health|metrics).*",status_code=~"5.."}}',
)
"""Its counter of cache misses stays at zero, so hits are counted against answers."""


def groups(env: Environment) -> list[Obj]:
    """The groups of recording rules."""
    counts = BIFROST if env.llm_gateway.engine == "bifrost" else LITELLM
    return [
        {"name": "openclaw.llm", "interval": "30s", "rules": [*traffic(counts), *budgets(env)]},
        {"name": "openclaw.objective", "interval": "30s", "rules": objective(counts)},
    ]


def traffic(counts: Counts) -> list[Obj]:
    rate, shared = counts.rate, counts.shared
    average = f"{rate(part(counts.latency, '_sum'))}\n/ {rate(part(counts.latency, '_count'))}"
    return [
        record(REQUESTS, rate(shared.requests)),
        record(ERRORS, share(rate(shared.failures), rate(shared.requests))),
        record(PROVIDER_ERRORS, failing_providers(counts)),
        record(LATENCY, average),
        record(LATENCY_P95, quantile95(counts, counts.latency)),
        record(FIRST_TOKEN, quantile95(counts, counts.first_token)),
        record(CACHE_HITS, share(rate(counts.hits, "30m"), rate(counts.answers, "30m"))),
    ]


def objective(counts: Counts) -> list[Obj]:
    return [
        record(broken_promises(span), share(counts.rate(counts.unanswered, span), counts.rate(counts.judged, span)))
        for span in WINDOWS
    ]


def failing_providers(counts: Counts) -> str:
    """The share of its calls that each provider fails; calls that never reached one would water it down."""
    by = f"namespace, {counts.provider_label}"
    errors = counts.rate(counts.provider_errors, by=by)
    if counts.provider_calls:
        found = f"{errors}\n/ {counts.rate(counts.provider_calls, by=by)}"
    else:
        found = f"{errors}\n/ ({errors}\n  + ({counts.rate(counts.provider_answers, by=by)}\n    or 0 * {errors}))"
    if counts.provider_label == "provider":
        return found
    return f'label_replace(\n{found},\n"provider", "$1", "{counts.provider_label}", "(.+)")'


def quantile95(counts: Counts, histogram: str) -> str:
    return f"histogram_quantile(0.95, {counts.rate(part(histogram, '_bucket'), by='namespace, le')})"


def share(some: str, all_of_them: str) -> str:
    """A ratio that is 0, and not absent, where nothing was ever counted of the first."""
    return f"({some}\n  or 0 * {all_of_them})\n/ {all_of_them}"


def part(histogram: str, suffix: str) -> str:
    """A series of a histogram: `x{a="b"}` has `x_sum{a="b"}`."""
    name, brace, matchers = histogram.partition("{")
    return f"{name}{suffix}{brace}{matchers}"


def budgets(env: Environment) -> list[Obj]:
    """The share of each budget that is used, under one name; the limit is a number in the rule.

    Bifrost tells no budget, so a day's spending is compared with a day's part of it: Prometheus keeps ten days, and a
    month's budget that lasts is never ahead of its days by much.  LiteLLM tells what is left of a provider's.
    """
    found = []
    for name in providers.in_use(env):
        limit = env.providers[name].budget if name in env.providers else None
        if limit and env.llm_gateway.engine == "litellm":
            own = litellm.PROVIDER_NAMES.get(name, name)
            left = f'min by (namespace) (litellm_provider_remaining_budget_metric{{{HERE},api_provider="{own}"}})'
            found.append(record(BUDGET, f"1 - {left} / {limit.usd:g}", budget=f"provider {name}"))
        elif limit:
            found.append(spent(f'provider="{name}"', limit, f"provider {name}"))
    for key, caller in env.llm_gateway.virtual_keys.items():
        if caller.budget and env.llm_gateway.engine == "bifrost":
            found.append(spent(f'virtual_key_name="{key}"', caller.budget, f"virtual key {key}"))
    return found


def spent(matcher: str, budget: Budget, name: str) -> Obj:
    window, usd = a_day(budget)
    cost = f"sum by (namespace) (increase(bifrost_cost_total{{{HERE},{matcher}}}[{window}]))"
    return record(BUDGET, f"{cost} / {usd:g}", budget=name)


def a_day(budget: Budget) -> tuple[str, float]:
    """The window that spending is summed over, a day or a shorter period, and the USD of the budget that fall to it."""
    number, unit = int(budget.period[:-1]), budget.period[-1]
    days = number * SECONDS[unit] / SECONDS["d"]
    return ("1d", round(budget.usd / days, 4)) if days >= 1 else (budget.period, budget.usd)


def record(name: str, expr: str, **labels: str) -> Obj:
    return {"record": name, "expr": expr} | ({"labels": labels} if labels else {})
