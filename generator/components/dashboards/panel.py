"""What a dashboard is made of, as plain data: pages of rows of panels, each with its queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypedDict, Unpack

Shape = Literal["lines", "areas", "bars", "figure", "ranking"]
"""`areas` are stacked, `bars` count what happens seldom; a `figure` is one last value, a `ranking` the last of each."""

RATE = "$__rate_interval"
"""Grafana's window for rate(): four scrapes, or a pixel where that is more."""


@dataclass(frozen=True)
class Query:
    """PromQL and the name of its lines, which Grafana fills in from labels."""

    expr: str
    legend: str


@dataclass(frozen=True)
class Panel:
    """One question and its answer."""

    title: str
    description: str
    """What is seen, and what to make of it."""
    unit: str
    """Grafana's identifier of a unit: `s`, `reqps`, `percentunit`."""
    queries: tuple[Query, ...]
    shape: Shape = "lines"
    limit: float | None = None
    """Where an alert begins: drawn as a line, and the colour of a figure beyond it."""
    low_is_bad: bool = False
    """Whether the alert begins below the limit."""
    alerts: tuple[str, ...] = ()
    """Alerts that look at the same series: the panel leads to their runbooks."""


@dataclass(frozen=True)
class Variable:
    """A choice above the dashboard: the values that a label of a series has."""

    name: str
    label: str
    series: str
    values_of: str


Line = tuple[Panel, ...]
"""Panels beside each other, of the same height; they share the width."""


@dataclass(frozen=True)
class Row:
    """A heading and the lines below it."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Page:
    """A dashboard."""

    uid: str
    """Its address in Grafana, and its name here."""
    title: str
    description: str
    rows: tuple[Row, ...]
    variable: Variable | None = None

    @property
    def panels(self) -> list[Panel]:
        return [panel for row in self.rows for line in row.lines for panel in line]


class Options(TypedDict, total=False):
    """The fields of a panel that most panels leave as they are."""

    shape: Shape
    limit: float | None
    low_is_bad: bool
    alerts: tuple[str, ...]


def panel(title: str, description: str, unit: str, expr: str, legend: str, **options: Unpack[Options]) -> Panel:
    """A panel with one query."""
    return Panel(title, description, unit, (Query(expr, legend),), **options)


def figure(title: str, description: str, unit: str, expr: str, limit: float | None = None) -> Panel:
    """One number, named by the panel's title."""
    return panel(title, description, unit, expr, title, shape="figure", limit=limit)


def quantile(q: float, histogram: str, by: str, matchers: str) -> str:
    """A quantile of a histogram, for each value of some labels."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({q:g}, sum by ({labels}) (rate({histogram}_bucket{{{matchers}}}[{RATE}])))"


def rate(counter: str, by: str, matchers: str) -> str:
    return f"sum by ({by}) (rate({counter}{{{matchers}}}[{RATE}]))"
