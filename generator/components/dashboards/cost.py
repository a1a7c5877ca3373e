"""Cost: what models and nodes cost, by whom, and how much of each budget is left."""

from __future__ import annotations

from generator.components import monitoring_series as series
from generator.components.monitoring_alert import IN_OPENCLAW
from generator.environment.model import Environment
from generator.kubernetes.placement import POOL

from .engines import Engine, engine
from .nodes import CAPACITY, NODES, karpenter_shows
from .panel import RATE, Line, Page, Panel, Query, Row, figure, panel

UID = "openclaw-cost"
HOURS = 730
"""Hours of a month, as AWS counts them."""
POOL_COST = f'sum(karpenter_nodepools_cost_total{{nodepool="{POOL}"}})'
"""USD an hour, by the prices that Karpenter chooses by; not a bill."""


def page(env: Environment) -> Page:
    own = engine(env)
    return Page(
        UID,
        "OpenClaw / Cost",
        "Spending on models and nodes, and budgets. Prices are those of the environment file and of Karpenter: "
        "the bill of AWS and of the providers is the truth.",
        (
            Row("At a glance", (glance(env, own),)),
            Row("Models", (spending(own), budgets(env, own))),
            Row("What a token costs", (prices(own),)),
            Row("Nodes", (nodes(env),)),
        ),
    )


def glance(env: Environment, own: Engine) -> Line:
    month = f"{own.spent('1d')} * 30"
    nodes = figure(
        "Nodes, this month",
        "What a month of the nodes of our pool costs, at their present number and price.",
        "currencyUSD",
        f"{POOL_COST} * {HOURS}",
        limit=env.cost.monthly_ceiling,
    )
    return (
        figure("Models, 24 h", "Spent on models in the last day.", "currencyUSD", own.spent("1d")),
        figure(
            "Models, this month",
            "What a month of days like the last one costs; red beyond what the environment may cost in all.",
            "currencyUSD",
            month,
            limit=env.cost.monthly_ceiling,
        ),
        *([nodes] if karpenter_shows(env) else []),
        figure(
            "For 1,000 requests",
            "Spent on models for a thousand requests, over the last day.",
            "currencyUSD",
            f"1000 * {own.spent('1d')} / sum(increase({own.counts.shared.requests}{{{series.HERE}}}[1d]))",
        ),
        figure(
            "Fullest budget",
            "Share of the budget that is nearest to its end.",
            "percentunit",
            f"max({series.BUDGET})",
            limit=env.monitoring.thresholds.budget,
        ),
    )


def spending(own: Engine) -> Line:
    return (
        panel(
            "By model",
            "USD an hour, by the model that was asked for.",
            "currencyUSD",
            own.hourly(own.model),
            f"{{{{{own.model}}}}}",
            shape="areas",
        ),
        panel(
            "By virtual key",
            "USD an hour, by who asked.",
            "currencyUSD",
            own.hourly(own.caller),
            f"{{{{{own.caller}}}}}",
            shape="areas",
        ),
        panel(
            "By gateway",
            "USD an hour as the gateways count it, which do not know what the cache answered.",
            "currencyUSD",
            f"3600 * sum by (pod) (rate(openclaw_cost_usd_total{{{IN_OPENCLAW}}}[{RATE}]))",
            "{{pod}}",
            shape="areas",
        ),
    )


def budgets(env: Environment, own: Engine) -> Line:
    if env.llm_gateway.engine == "bifrost":
        refused = f'bifrost_error_requests_total{{{series.HERE},error_type="policy_budget_exceeded"}}'
        spent = panel(
            "Refused for want of budget",
            "Requests a second that a budget refuses, by virtual key and provider.",
            "reqps",
            f"sum by (virtual_key_name, provider) (rate({refused}[{RATE}]))",
            "{{virtual_key_name}} {{provider}}",
            shape="bars",
            alerts=("LlmBudgetExhausted",),
        )
    else:
        spent = panel(
            "Left of budgets",
            "USD that each provider may still cost in the period of its budget; at 0 its calls are refused.",
            "currencyUSD",
            f"min by (api_provider) (litellm_provider_remaining_budget_metric{{{series.HERE}}})",
            "{{api_provider}}",
            limit=0,
            low_is_bad=True,
            alerts=("LlmBudgetExhausted",),
        )
    return (
        panel(
            "Used of budgets",
            "Share of each budget; of one longer than a day, of a day's part.",
            "percentunit",
            series.BUDGET,
            "{{budget}}",
            limit=env.monitoring.thresholds.budget,
            alerts=("LlmBudgetNearlyUsed",),
        ),
        spent,
        panel(
            "By provider, 24 h",
            "Spent with each provider in the last day.",
            "currencyUSD",
            own.spent("1d", own.provider),
            f"{{{{{own.provider}}}}}",
            shape="ranking",
        ),
    )


def prices(own: Engine) -> Line:
    tokens = " + ".join(own.counts.rate(one, RATE, own.model) for one in (own.input_tokens, own.output_tokens))
    return (
        panel(
            "For a million tokens",
            "What a million tokens of each model cost on the whole, read and written: the mix moves it.",
            "currencyUSD",
            f"1e6 * {own.counts.rate(own.cost, RATE, own.model)} / ({tokens})",
            f"{{{{{own.model}}}}}",
        ),
        Panel(
            "Tokens",
            "Tokens a second that models read and write.",
            "short",
            tuple(
                Query(own.counts.rate(counter, RATE, "namespace"), legend)
                for counter, legend in ((own.input_tokens, "read"), (own.output_tokens, "written"))
            ),
            shape="areas",
        ),
        panel(
            "Answered by the cache",
            "Answers a second that cost nothing, by model.",
            "reqps",
            own.counts.rate(own.counts.hits, RATE, own.answered_model),
            f"{{{{{own.answered_model}}}}}",
            shape="areas",
        ),
    )


def nodes(env: Environment) -> Line:
    hours = panel(
        "Node hours, 24 h",
        "Hours of nodes in the last day, by how they were bought.",
        "h",
        f"sum by ({CAPACITY}) (sum_over_time({NODES}[1d:5m])) / 12",
        f"{{{{{CAPACITY}}}}}",
        shape="ranking",
    )
    if not karpenter_shows(env):
        return (hours,)
    pool = panel(
        "Nodes by the hour",
        "USD an hour of the nodes of our pool, by the prices that Karpenter chooses by.",
        "currencyUSD",
        POOL_COST,
        "our pool",
        shape="areas",
    )
    return (pool, hours)
