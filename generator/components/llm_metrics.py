"""What an engine counts: the series that alerts, dashboards and rollouts ask, in one place for each engine."""

from __future__ import annotations

from dataclasses import dataclass

from generator.environment.model import Environment


@dataclass(frozen=True)
class Series:
    """Names of an engine's series; `failures` come with matchers that leave out what callers did wrong."""

    requests: str
    failures: str
    failure_matchers: str
    latency: str
    """Histogram of whole calls, in seconds."""

    def error_ratio(self, matchers: str, window: str = "5m") -> str:
        """Share of calls that failed; no series while nothing is called."""
        failed = f"sum(rate({self.failures}{{{matchers},{self.failure_matchers}}}[{window}]))"
        return f"({failed} or vector(0)) / sum(rate({self.requests}{{{matchers}}}[{window}]))"

    def latency_p95(self, matchers: str, window: str = "5m") -> str:
        """Seconds within which 95 % of the calls end."""
        return f"histogram_quantile(0.95, sum by (le) (rate({self.latency}_bucket{{{matchers}}}[{window}])))"


BIFROST = Series(
    requests="bifrost_upstream_requests_total",
    failures="bifrost_error_requests_total",
    failure_matchers='error_type!~"(caller|policy)_.*"',
    latency="bifrost_upstream_latency_seconds",
)
LITELLM = Series(
    requests="litellm_proxy_total_requests_metric_total",
    failures="litellm_proxy_failed_requests_metric_total",
    failure_matchers='exception_status=~"5.."',
    latency="litellm_request_total_latency_metric",
)


def series(env: Environment) -> Series:
    return BIFROST if env.llm_gateway.engine == "bifrost" else LITELLM
