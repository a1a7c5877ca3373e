"""Tokens: declared calls, by model, at the prices of the environment file, as far as providers' budgets let them go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.environment.model import Environment
from generator.environment.models import Budget

from .line import Line, line, shown
from .prices import MONTH, Span

_HOURS = {"m": 1 / 60, "h": 1, "d": 24}


def margin(env: Environment) -> Span:
    """What declared usage may be less, or more."""
    share = env.cost.usage.margin
    return Span(1 - share, 1 + share)


def shares(env: Environment) -> Mapping[str, float]:
    """Share of the calls by model."""
    return env.cost.usage.shares or {env.routing.default: 1.0}


def per_call(env: Environment, model: str) -> float:
    """USD of one call."""
    usage, price = env.cost.usage, env.models[model].price
    return (usage.input_tokens * price.input + usage.output_tokens * price.output) / 1e6


def spent(env: Environment, parts: Mapping[str, float], hits: float) -> dict[str, Span]:
    """USD a month by model that is called, without budgets."""
    asked = env.cost.usage.model_calls * (1 - hits)
    return {name: margin(env) * (asked * share * per_call(env, name)) for name, share in parts.items() if asked * share}


def lines(env: Environment) -> Iterator[Line]:
    usage = env.cost.usage
    costs = spent(env, shares(env), usage.cache_hits)
    for name, cost in costs.items():
        provider = env.models[name].provider
        total = sum((one for other, one in costs.items() if env.models[other].provider == provider), Span(0, 0))
        cap = monthly(env.providers[provider].budget)
        held = Span(_held(total.low, cap), _held(total.high, cap))
        calls = margin(env) * (usage.model_calls * (1 - usage.cache_hits) * shares(env)[name])
        price = env.models[name].price
        each = f"{usage.input_tokens:,} tokens x {price.input:g} + {usage.output_tokens:,} x {price.output:g}"
        how = f"{shown(calls, ',.0f')} calls x ({each}) / million"
        if held.high < 1:
            how += f", held by the budget of {provider}: {cap:,.2f} a month"
        yield line("models", name, f"{shown(calls, ',.0f')} calls", how, cost * held, f"models.{name}.price")


def monthly(budget: Budget | None) -> float | None:
    """USD that a budget lets through in a month."""
    if budget is None:
        return None
    return budget.usd * MONTH / (int(budget.period[:-1]) * _HOURS[budget.period[-1]])


def _held(total: float, cap: float | None) -> float:
    """Share of the spending that a budget lets through."""
    return 1 if cap is None or total <= cap else cap / total
