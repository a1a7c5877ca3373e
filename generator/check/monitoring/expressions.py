"""Where objects hold PromQL: rules for Prometheus, dashboards, and the analyses of rollouts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from generator.check.objectset import Item, ObjectSet, dig
from generator.check.walk import each, table, text
from generator.environment.problem import Path
from generator.kubernetes.objects import Obj

UNKNOWN = "UNKNOWN"
"""Stands for what a template only fills in later: a matcher of that value may match anything."""

_INTERVAL = re.compile(r"\$\{?__(?:rate_interval|interval|range)(?:_ms|_s)?\}?")
_VARIABLE = re.compile(r"\$\{[^}]+\}|\$[A-Za-z_]\w*|\[\[\w+[^]]*\]\]|\{\{[^}]*\}\}")
_LABEL_VALUES = re.compile(r"\s*label_values\((?:(.+),)?\s*\w+\s*\)\s*", re.DOTALL)
_QUERY_RESULT = re.compile(r"\s*query_result\((.+)\)\s*", re.DOTALL)


@dataclass(frozen=True)
class Expression:
    """A query: where it stands, who asks it, and what becomes of them when no series answers."""

    item: Item
    path: Path
    asker: str
    unanswered: str
    query: str


def expressions(objects: ObjectSet) -> Iterator[Expression]:
    """Every expression of PrometheusRules, of dashboards in ConfigMaps, and of AnalysisTemplates."""
    for item in objects.of("PrometheusRule"):
        yield from _rules(item)
    for item in objects.of("ConfigMap"):
        if table(item.obj, "metadata", "labels").get("grafana_dashboard") is not None:
            for key, content in table(item.obj, "data").items():
                if isinstance(content, str) and isinstance(dashboard := _json(content), dict):
                    yield from _dashboard(item, ("data", key), dashboard)
    for item in objects.of("AnalysisTemplate", "ClusterAnalysisTemplate"):
        for index, metric in each(item.obj, "spec", "metrics"):
            if query := text(metric, "provider", "prometheus", "query"):
                path = ("spec", "metrics", index, "provider", "prometheus", "query")
                asker = f"metric {text(metric, 'name')} of the analysis"
                yield Expression(item, path, asker, "is inconclusive", _filled(query))


def recorded(objects: ObjectSet) -> set[str]:
    """The series that recording rules of the set make."""
    return {
        name
        for item in objects.of("PrometheusRule")
        for _, group in each(item.obj, "spec", "groups")
        for _, rule in each(group, "rules")
        if (name := text(rule, "record"))
    }


def _rules(item: Item) -> Iterator[Expression]:
    for group, one in each(item.obj, "spec", "groups"):
        for index, rule in each(one, "rules"):
            path = ("spec", "groups", group, "rules", index, "expr")
            query = rule.get("expr")
            if not isinstance(query, str | int | float):
                continue
            if alert := text(rule, "alert"):
                yield Expression(item, path, f"alert {alert}", "never fires", str(query))
            else:
                yield Expression(item, path, f"rule {text(rule, 'record')}", "records nothing", str(query))


def _dashboard(item: Item, path: Path, dashboard: Obj) -> Iterator[Expression]:
    """Panels, also those inside rows, variables that ask Prometheus, and annotations."""
    for panel in _panels(dashboard):
        asker = f"panel «{text(panel, 'title')}»"
        for _, target in each(panel, "targets"):
            if _of_prometheus(target, panel) and (query := text(target, "expr")):
                yield Expression(item, path, asker, "shows nothing", _filled(query))
    for _, variable in each(dashboard, "templating", "list"):
        query = text(variable, "query") or text(variable, "query", "query")
        if text(variable, "type") == "query" and _of_prometheus(variable, {}):
            asker = f"variable {text(variable, 'name')}"
            if (selector := _LABEL_VALUES.fullmatch(query)) and selector[1]:
                yield Expression(item, path, asker, "is empty", f"group({_filled(selector[1])})")
            elif result := _QUERY_RESULT.fullmatch(query):
                yield Expression(item, path, asker, "is empty", _filled(result[1]))
    for _, annotation in each(dashboard, "annotations", "list"):
        if _of_prometheus(annotation, {}) and (query := text(annotation, "expr")):
            yield Expression(item, path, f"annotation «{text(annotation, 'name')}»", "shows nothing", _filled(query))


def _panels(within: Any) -> Iterator[Obj]:
    for _, panel in each(within, "panels"):
        yield panel
        yield from _panels(panel)


def _of_prometheus(target: Obj, panel: Obj) -> bool:
    """Whether a query is for Prometheus, which is what a dashboard means that names no other kind of source."""
    kind = dig(target, ("datasource", "type")) or dig(panel, ("datasource", "type"))
    return kind is None or kind == "prometheus"


def _filled(query: str) -> str:
    """A query as it will be asked, as far as that can be known."""
    return _VARIABLE.sub(UNKNOWN, _INTERVAL.sub("5m", query))


@lru_cache(maxsize=32)
def _json(content: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
