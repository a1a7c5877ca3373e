"""The LLM gateway: requests, latency, tokens, cost, cache and errors, by model."""

from __future__ import annotations

from generator.components import monitoring_series as series
from generator.components.monitoring_llm_alerts import BURNING
from generator.environment.model import Environment

from .engines import Engine, engine
from .panel import RATE, Page, Panel, Query, Row, Variable, figure, panel

UID = "openclaw-llm"


def page(env: Environment) -> Page:
    own = engine(env)
    requests = own.counts.shared.requests
    return Page(
        UID,
        "OpenClaw / LLM gateway",
        "Requests, errors, latency, tokens, cost and cache of the LLM gateway, by model.",
        (
            Row("At a glance", (glance(env, own),)),
            Row("Requests and errors", (traffic(own), failures(env, own))),
            Row("Latency", (latency(env, own),)),
            Row("Tokens, cost and cache", (tokens(own), savings(env, own))),
        ),
        Variable("model", "Model", f"{requests}{{{series.HERE}}}", own.model),
    )


def glance(env: Environment, own: Engine) -> tuple[Panel, ...]:
    limits = env.monitoring.thresholds
    return (
        figure("Requests", "Requests a second, over 5 minutes.", "reqps", series.REQUESTS),
        figure(
            "Failing", "Share of requests that fail, over 5 minutes.", "percentunit", series.ERRORS, limit=limits.errors
        ),
        figure(
            "Answer, p95",
            "19 of 20 answers are complete within this time.",
            "s",
            series.LATENCY_P95,
            limit=limits.latency_p95,
        ),
        figure(
            "First token, p95",
            "19 of 20 streams begin within this time.",
            "s",
            series.FIRST_TOKEN,
            limit=limits.first_token,
        ),
        figure("Spending", "USD an hour, at the current rate.", "currencyUSD", own.hourly("namespace")),
        figure("In flight", "Requests that wait for an answer now.", "none", running(own)),
    )


def running(own: Engine) -> str:
    return f"sum({own.running}{{{series.HERE}}})"


def traffic(own: Engine) -> tuple[Panel, ...]:
    shared = own.counts.shared
    failed = f"{shared.failures}{{{shared.failure_matchers}}}"
    return (
        panel(
            "Requests by model",
            "Everything that callers ask for, cache hits and refusals included.",
            "reqps",
            own.of_model(shared.requests, own.model),
            f"{{{{{own.model}}}}}",
            shape="areas",
        ),
        panel(
            "Errors by model",
            "Failures that no caller is to blame for. A failed attempt counts even where its fallback then answered.",
            "reqps",
            own.of_model(failed, own.model),
            f"{{{{{own.model}}}}}",
            shape="bars",
        ),
        panel(
            "Errors by kind",
            "All failures, those that callers cause and budgets or limits refuse included.",
            "reqps",
            own.of_model(shared.failures, own.mistake),
            f"{{{{{own.mistake}}}}}",
            shape="bars",
        ),
    )


def failures(env: Environment, own: Engine) -> tuple[Panel, ...]:
    limits = env.monitoring.thresholds
    allowed = round(1 - env.monitoring.objective / 100, 6)
    pace = BURNING[0][2]
    return (
        panel(
            "Failing requests",
            "Share of all requests that fail. The line is where the alert begins.",
            "percentunit",
            series.ERRORS,
            "failing",
            limit=limits.errors,
            alerts=("LlmErrorRateHigh",),
        ),
        panel(
            "Failing providers",
            "Share of its calls that each provider fails. Models with a fallback still answer, but more slowly.",
            "percentunit",
            series.PROVIDER_ERRORS,
            "{{provider}}",
            limit=limits.errors,
            alerts=("LlmProviderErrorRateHigh",),
        ),
        Panel(
            "Unanswered requests",
            f"Share of requests that got no answer though they were right and allowed; {env.monitoring.objective:g} % "
            f"are to be answered. The line is {pace:g} times what that allows: a month's failures in two days.",
            "percentunit",
            tuple(Query(series.broken_promises(window), window) for window in series.WINDOWS),
            limit=round(pace * allowed, 6),
            alerts=("LlmObjectiveBurningFast", "LlmObjectiveBurningSlow"),
        ),
    )


def latency(env: Environment, own: Engine) -> tuple[Panel, ...]:
    limits = env.monitoring.thresholds
    legend = f"{{{{{own.model}}}}}"
    return (
        panel(
            "Answer by model, p95",
            "19 of 20 answers are complete within this time. Long replies take long: compare with the first token.",
            "s",
            own.quantile_of_model(0.95, own.counts.latency),
            legend,
            limit=limits.latency_p95,
            alerts=("LlmLatencyP95High",),
        ),
        panel(
            "First token by model, p95",
            "19 of 20 streams begin within this time: what people wait for before they see anything.",
            "s",
            own.quantile_of_model(0.95, own.counts.first_token),
            legend,
            limit=limits.first_token,
            alerts=("LlmFirstTokenSlow",),
        ),
        panel(
            "Answer on average",
            "Mean time of whole answers of all models.",
            "s",
            series.LATENCY,
            "mean",
            limit=limits.latency,
            alerts=("LlmLatencyHigh",),
        ),
        panel(
            "Own overhead, p95",
            "What the gateway itself adds to a call: policies, routing, logging.",
            own.overhead_unit,
            f"histogram_quantile(0.95, {own.counts.rate(f'{own.overhead}_bucket', RATE, 'le')})",
            "p95",
        ),
    )


def tokens(own: Engine) -> tuple[Panel, ...]:
    legend = f"{{{{{own.model}}}}}"
    return (
        panel(
            "Input tokens by model",
            "Tokens a second that models read: prompts, history and tool results.",
            "short",
            own.of_model(own.input_tokens, own.model),
            legend,
            shape="areas",
        ),
        panel(
            "Output tokens by model",
            "Tokens a second that models write; they cost several times as much as input.",
            "short",
            own.of_model(own.output_tokens, own.model),
            legend,
            shape="areas",
        ),
        panel(
            "Spending by model",
            "USD an hour, by the prices of the environment file.",
            "currencyUSD",
            f"3600 * {own.of_model(own.cost, own.model)}",
            legend,
            shape="areas",
        ),
    )


def savings(env: Environment, own: Engine) -> tuple[Panel, ...]:
    hits = panel(
        "Answers from the cache",
        "Share of answers that cost nothing, over 30 minutes. Turns of agents differ: a low share is normal for them.",
        "percentunit",
        series.CACHE_HITS,
        "from the cache",
        limit=env.monitoring.thresholds.cache_hits,
        low_is_bad=True,
        alerts=("LlmCacheHitRateLow", "LlmCacheNeverHits") if env.monitoring.thresholds.cache_hits is not None else (),
    )
    return (
        *([hits] if env.cache.mode != "none" else []),
        panel(
            "Prompt cache of providers",
            "Input tokens a second that the provider had read before and sells at a fraction of the price.",
            "short",
            own.counts.rate(own.prompt_cache_tokens, RATE, own.answered_model),
            f"{{{{{own.answered_model}}}}}",
            shape="areas",
        ),
        panel(
            "Requests by virtual key",
            "Who asks: the gateways, and every program with a key of its own.",
            "reqps",
            own.of_model(own.counts.shared.requests, own.caller),
            f"{{{{{own.caller}}}}}",
            shape="areas",
        ),
    )
