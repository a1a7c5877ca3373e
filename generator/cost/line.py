"""One item of the bill."""

from __future__ import annotations

from dataclasses import dataclass

from .prices import Span


@dataclass(frozen=True)
class Line:
    """One item of the bill, as a range."""

    component: str
    """What it belongs to, e.g. `nodes`, `ingress`, `models`."""
    what: str
    """What is paid for, e.g. `claude-sonnet`; with the component it names the line."""
    quantity: str
    """How much of it, e.g. `3 to 4`."""
    how: str
    """The computation, e.g. `2 x 730 h x 0.0225`."""
    low: float
    """USD a month."""
    high: float
    prices: tuple[str, ...] = ()
    """Ids of the prices used, as generator/cost/prices.json names them."""


def line(component: str, what: str, quantity: str, how: str, usd: Span, *prices: str) -> Line:
    return Line(component, what, quantity, how, usd.low, usd.high, prices)


def shown(span: Span, form: str = ",.6g") -> str:
    """`3`, or `3 to 4`."""
    low, high = format(span.low, form), format(span.high, form)
    return low if low == high else f"{low} to {high}"
