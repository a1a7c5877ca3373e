"""What dashboards ask of an engine beyond what alerts do: which label is what, tokens, spending."""

from __future__ import annotations

from dataclasses import dataclass

from generator.components import monitoring_series as series
from generator.environment.model import Environment

from .panel import RATE


@dataclass(frozen=True)
class Engine:
    """An engine's series and labels."""

    counts: series.Counts
    model: str
    """Label with the model that a caller asked for."""
    answered_model: str
    """Label with the model on series that lack the one above."""
    provider: str
    caller: str
    """Label with the name of the virtual key."""
    mistake: str
    """Label of failures that says what went wrong."""
    running: str
    input_tokens: str
    output_tokens: str
    prompt_cache_tokens: str
    """Input tokens that the provider had in its own cache, at a tenth of the price."""
    cost: str
    """USD, by the prices of the environment file."""
    overhead: str
    """Histogram of the engine's own share of a call."""
    overhead_unit: str

    def of_model(self, counter: str, by: str, window: str = RATE) -> str:
        """The rate of a counter, of the models that are chosen above the dashboard."""
        name, _, matchers = counter.partition("{")
        more = f",{matchers.removesuffix('}')}" if matchers else ""
        return self.counts.rate(f'{name}{{{self.model}=~"$model"{more}}}', window, by)

    def quantile_of_model(self, q: float, histogram: str) -> str:
        return f"histogram_quantile({q:g}, {self.of_model(series.part(histogram, '_bucket'), f'le, {self.model}')})"

    def spent(self, window: str, by: str = "") -> str:
        """USD in a window."""
        grouped = f" by ({by})" if by else ""
        return f"sum{grouped} (increase({self.cost}{{{series.HERE}}}[{window}]))"

    def hourly(self, by: str) -> str:
        """USD an hour."""
        return f"3600 * {self.counts.rate(self.cost, RATE, by)}"


BIFROST = Engine(
    counts=series.BIFROST,
    model="model",
    answered_model="model",
    provider="provider",
    caller="virtual_key_name",
    mistake="error_type",
    running="bifrost_active_requests",
    input_tokens="bifrost_input_tokens_total",
    output_tokens="bifrost_output_tokens_total",
    prompt_cache_tokens="bifrost_cache_read_input_tokens_total",
    cost="bifrost_cost_total",
    overhead="bifrost_overhead_latency_microseconds",
    overhead_unit="µs",
)
LITELLM = Engine(
    counts=series.LITELLM,
    model="requested_model",
    answered_model="model",
    provider="api_provider",
    caller="api_key_alias",
    mistake="exception_class",
    running="litellm_in_flight_requests",
    input_tokens="litellm_input_tokens_metric_total",
    output_tokens="litellm_output_tokens_metric_total",
    prompt_cache_tokens="litellm_provider_cache_read_input_tokens_metric_total",
    cost="litellm_spend_metric_total",
    overhead="litellm_overhead_latency_metric",
    overhead_unit="s",
)


def engine(env: Environment) -> Engine:
    return BIFROST if env.llm_gateway.engine == "bifrost" else LITELLM
