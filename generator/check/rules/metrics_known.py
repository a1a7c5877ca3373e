"""metrics-known: what alerts and dashboards ask for is what the programs expose.

Prometheus knows no wrong name: a query for a series that does not exist answers with nothing, so an alert with a typo,
or with the name of another release, is an alert that never fires, and a panel that is empty looks like a quiet day.

Looked at: expressions of PrometheusRules, of Grafana dashboards in ConfigMaps labelled `grafana_dashboard`, and of
Argo Rollouts AnalysisTemplates.  Each must parse as PromQL.  Each series must be in the record of a program that runs
in the set (by the tag of its image) or on the platform, or be made by a recording rule of the set.  A histogram is
asked for by _bucket, _count or _sum; a counter inside rate(), increase() or another function that sees its resets; a
matcher or `by` must name a label that the series have, and a value that the label takes.

Limits: in a folder that is not ours only names with the prefix of a recorded program are looked at.  Labels are
checked where they are recorded, values where there are few.  A release that is not recorded is judged by the newest
recorded one before it.  Records and their sources: generator/check/monitoring/metrics.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from generator.check.monitoring.expressions import UNKNOWN, Expression, expressions, recorded
from generator.check.monitoring.known import Known, Metric, known
from generator.check.monitoring.promql import Grouping, Use, read
from generator.check.objectset import Breach, ObjectSet
from generator.check.rules import Severity
from generator.environment.spelling import did_you_mean

ID, SEVERITY = "metrics-known", Severity.ERROR
REMEDIATION = (
    "use a series that the program exposes (generator/check/monitoring/metrics), or record the release that has it "
    "with tools/metrics/record.py"
)

SEES_RESETS = frozenset(("rate", "irate", "increase", "resets", "changes"))
COUNTS_SERIES = frozenset(("absent", "absent_over_time", "present_over_time", "count_over_time", "count", "group"))
COUNTS_SERIES |= {"timestamp", "and", "unless"}
"""Where the value of a counter does not matter, only whether there is a series."""


class Context(NamedTuple):
    """What all expressions of a set are judged by."""

    known: Known
    recorded: frozenset[str]
    ours: bool


def check(objects: ObjectSet) -> Iterator[Breach]:
    found = list(expressions(objects))
    if not found:
        return
    context = Context(known(objects), frozenset(recorded(objects)), objects.env is not None)
    for expression in found:
        for message in dict.fromkeys(_messages(expression, context)):
            yield Breach(expression.item, expression.path, f"{expression.asker} {message}")


def _messages(expression: Expression, context: Context) -> Iterator[str]:
    reading = read(expression.query)
    if reading.error:
        loaded = expression.item.kind == "PrometheusRule"
        effect = "no rule beside it is loaded either" if loaded else "Prometheus answers with an error"
        yield f"is not PromQL ({reading.error}): {effect}"
    for use in reading.uses:
        yield from _series(use, expression, context)
    for grouping in reading.groupings:
        yield from _grouped(grouping, context)


def _series(use: Use, expression: Expression, context: Context) -> Iterator[str]:
    """What is wrong with one selector."""
    if UNKNOWN in use.metric or use.metric in context.recorded:
        return
    if not use.metric:
        yield from _pattern(use, expression, context)
        return
    metric = context.known.metric(use.metric)
    if metric is None:
        if context.ours or context.known.owner(use.metric):
            yield f"{_outcome(use, expression)}: {_unknown(use.metric, context)}"
        return
    if use.metric not in metric.series:
        series = ", ".join(metric.series)
        yield f"{_outcome(use, expression)}: {metric.name} is a {metric.type}, its series are {series}"
        return
    cumulative = metric.type == "counter" or (metric.type in ("histogram", "summary") and use.metric != metric.name)
    if cumulative and not (SEES_RESETS | COUNTS_SERIES).intersection(use.inside):
        yield (
            f"takes {use.metric} as it stands, which grows until its pod restarts and then starts from 0: take its "
            "rate() or increase()"
        )
    yield from _matchers(use, metric, expression)


def _unknown(series: str, context: Context) -> str:
    if idle := context.known.elsewhere(series):
        return f"{series} is a metric of {idle.name}, which nothing in the set runs"
    owner = context.known.owner(series)
    # Without a program's prefix only a name that begins alike is a likely slip.
    alike = owner.series if owner else frozenset(name for name in context.known.series if name[:3] == series[:3])
    where = f"in {owner}" if owner else "in anything that runs here"
    return f"no such series as {series} {where}{_hint(series, alike | context.recorded)}"


@lru_cache(maxsize=1024)  # the same slip stands in many places, and a guess takes milliseconds
def _hint(word: str, meant: frozenset[str]) -> str:
    hint = did_you_mean(word, meant)
    return f" ({hint})" if hint else ""


def _pattern(use: Use, expression: Expression, context: Context) -> Iterator[str]:
    """A selector that names no metric, but a pattern of its name."""
    patterns = [one for one in use.matchers if one.label == "__name__" and UNKNOWN not in one.value]
    if patterns and context.ours:
        candidates = context.known.series | context.recorded
        if not any(all(one.admits(name) for one in patterns) for name in candidates):
            yield f"{_outcome(use, expression)}: no series has a name like {patterns[0].value}"


def _matchers(use: Use, metric: Metric, expression: Expression) -> Iterator[str]:
    for one in use.matchers:
        if UNKNOWN in one.value or UNKNOWN in one.label:
            continue
        if not metric.has(one.label):
            hint = _hint(one.label, metric.labels or frozenset())
            effect = _outcome(use, expression) if one.needs_label else f"leaves nothing out by {one.label}"
            yield f"{effect}: no series of {use.metric} has a label {one.label}{hint}"
        elif values := metric.values.get(one.label):
            taken = [value for value in values if one.admits(value)]
            if not taken and one.value:
                hint = _hint(one.value, frozenset(values))
                yield f"{_outcome(use, expression)}: {one.label} of {use.metric} is never {one.value}{hint}"
            elif len(taken) == len(values) and one.operator in ("!=", "!~") and one.value:
                yield f"leaves nothing out: {one.label} of {use.metric} is never {one.value}"


def _outcome(use: Use, expression: Expression) -> str:
    """What comes of a selector without series: behind absent() the opposite of what is meant."""
    if expression.unanswered == "never fires" and {"absent", "absent_over_time"}.intersection(use.inside):
        return "always fires"
    return expression.unanswered


def _grouped(grouping: Grouping, context: Context) -> Iterator[str]:
    """Labels of a `by` that none of the grouped series has, where the labels of all of them are known."""
    metrics = [context.known.metric(use.metric) for use in grouping.uses if use.metric not in context.recorded]
    if grouping.free or not metrics or len(metrics) < len(grouping.uses):
        return
    for label in grouping.labels:
        if UNKNOWN not in label and not any(metric is None or metric.has(label) for metric in metrics):
            over = " or ".join(sorted({use.metric for use in grouping.uses}))
            yield f"groups by {label}, which no series of {over} has: all of them fall into one group"
