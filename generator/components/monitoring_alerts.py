"""Alerts: when somebody is told, and what the message says.

Five questions stand behind them: is a budget used up, do pods restart, is the answer slow, does the cache help, do
requests fail.  Each has a blind spot, and each has companions that see into it; docs/runbooks has a page on every one.
"""

from __future__ import annotations

from generator.environment.model import Environment

from .monitoring_alert import Alert
from .monitoring_llm_alerts import budget, cache_hits, errors, latency
from .monitoring_pod_alerts import backups, gateways, pods, scrapes


def groups(env: Environment) -> dict[str, list[Alert]]:
    """All alerts of an environment, by group."""
    found = {
        "openclaw.budget": budget(env),
        "openclaw.pods": pods(env),
        "openclaw.latency": latency(env),
        "openclaw.errors": errors(env),
        "openclaw.scrapes": scrapes(),
        "openclaw.gateways": gateways(),
    }
    if env.cache.mode != "none" and env.monitoring.thresholds.cache_hits is not None:
        found["openclaw.cache"] = cache_hits(env.monitoring.thresholds.cache_hits)
    if env.backup.enabled:
        found["openclaw.backups"] = backups()
    return found


def alerts(env: Environment) -> list[Alert]:
    return [alert for found in groups(env).values() for alert in found]
