"""The faster clock: every duration, and nothing else; Prometheus' own grammar is the referee."""

import re
from typing import Any

import promql_parser
import pytest

from tests.real import manifests
from tests.real.tempo import expression, faster, shorter

BY = 60
TIME = re.compile(r"\b(?:range|step): (?:Some\()?([\d.]+)(ms|s)|(?:Pos|Neg)\(\s*([\d.]+)(ms|s)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rate(a[5m]) > 5", "rate(a[5000ms]) > 5"),
        ("a:rate5m > 0.02", "a:rate5m > 0.02"),
        ('a{b="[5m] offset 1h"}[1h30m] offset 10m', 'a{b="[5m] offset 1h"}[90000ms] offset 10000ms'),
        ("rate(a[5m] offset -1m)", "rate(a[5000ms] offset -1000ms)"),
        ("max_over_time(rate(a[5m])[6h:30s])", "max_over_time(rate(a[5000ms])[360000ms:500ms])"),
        ("max_over_time(a[6h:])", "max_over_time(a[360000ms:])"),
        ("a{b='\\'[5m]'} # [5m]", "a{b='\\'[5m]'} # [5m]"),
        ("increase(a[1d]) / 3.3333", "increase(a[1440000ms]) / 3.3333"),
        ("offset_total[5m]", "offset_total[5000ms]"),
    ],
)
def test_durations_of_expressions(text: str, expected: str) -> None:
    assert expression(text, BY) == expected


@pytest.mark.parametrize(
    "text", ["time() - a > 3600", "predict_linear(a[1h], 3600)", "a @ 1609746000", "timestamp(a)", "rate(a[300])"]
)
def test_what_asks_the_clock_itself_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no faster clock"):
        expression(text, BY)


@pytest.mark.parametrize("duration", ["10ms", "5", "5x", "", "-5m"])
def test_what_is_no_duration_or_does_not_divide_is_refused(duration: str) -> None:
    with pytest.raises(ValueError, match=r"no duration|does not divide"):
        shorter(duration, BY)


def test_settings_are_shorter_and_all_else_is_as_it_was() -> None:
    config = {
        "global": {"scrape_interval": "30s", "scrape_timeout": "10s"},
        "route": {"group_wait": "30s", "group_interval": "5m", "repeat_interval": "4h", "receiver": "5m"},
        "rules": [{"expr": "a[5m] > 5", "for": "0m", "labels": {"severity": "5m"}, "annotations": {"for": "1h"}}],
    }
    assert faster(config, BY) == {
        "global": {"scrape_interval": "500ms", "scrape_timeout": "10s"},
        "route": {"group_wait": "500ms", "group_interval": "5000ms", "repeat_interval": "240000ms", "receiver": "5m"},
        "rules": [{"expr": "a[5000ms] > 5", "for": "0ms", "labels": {"severity": "5m"}, "annotations": {"for": "1h"}}],
    }


@pytest.mark.parametrize("environment", manifests.environments())
def test_rendered_rules_differ_by_their_durations_alone(environment: str) -> None:
    found = 0
    for rule in rules(environment):
        before, after = (repr(promql_parser.parse(text)) for text in (rule["expr"], expression(rule["expr"], BY)))
        assert TIME.sub("a time", before) == TIME.sub("a time", after)
        assert [time / BY for time in times(before)] == pytest.approx(times(after))
        found += len(times(before))
    assert found or not rules(environment)


def rules(environment: str) -> list[dict[str, Any]]:
    if "monitoring" not in manifests.components(environment):
        return []
    [found] = [one for one in manifests.objects(environment, "monitoring") if one["kind"] == "PrometheusRule"]
    return [rule for group in found["spec"]["groups"] for rule in group["rules"]]


def times(tree: str) -> list[float]:
    """Seconds of every range, step and offset."""
    found = ((match[1] or match[3], match[2] or match[4]) for match in TIME.finditer(tree))
    return [float(number) / (1000 if unit == "ms" else 1) for number, unit in found]
