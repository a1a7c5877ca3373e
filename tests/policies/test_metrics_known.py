"""The rule on metrics: fixtures, oddities, its record, and every way to break what the environments render."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from generator.check.monitoring.known import FOLDER as RECORDS
from generator.check.monitoring.known import known, records
from generator.check.objectset import Item, ObjectSet
from generator.check.rules import metrics_known as rule
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj
from generator.trees.plan import Plan
from tests.conftest import ENVIRONMENTS
from tools.metrics.record import families, text

from .sets import FOLDER, breaches, fixture, items_of
from .test_wiring_rules import places, put

FIXTURES = FOLDER / rule.ID


def test_a_good_set_passes(defaults: Environment) -> None:
    assert breaches(rule, fixture(FIXTURES / "good.yaml").items, defaults) == []


def test_a_bad_set_is_told_what_will_happen(defaults: Environment) -> None:
    found = breaches(rule, fixture(FIXTURES / "bad.yaml").items, defaults)
    assert found == (FIXTURES / "bad.expected").read_text("utf-8").splitlines()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_rendered_environments_keep_the_rule(
    environment: str, planned: Plan, environments: dict[str, Environment]
) -> None:
    assert breaches(rule, items_of(planned, environment), environments[environment]) == []


def test_an_empty_set_breaks_nothing(defaults: Environment) -> None:
    assert breaches(rule, [], defaults) == []


@pytest.mark.parametrize("which", ["good", "bad"])
def test_it_does_not_fail_on_objects_with_holes(which: str, defaults: Environment) -> None:
    items = fixture(FIXTURES / f"{which}.yaml").items
    odd: tuple[Any, ...] = (None, [], {}, "text", 5)
    for index, path in places([item.obj for item in items]):
        for value in odd:
            obj = deepcopy(items[index].obj)
            put(obj, path, value)
            breaches(rule, [*items[:index], dataclasses.replace(items[index], obj=obj), *items[index + 1 :]], defaults)


@pytest.mark.parametrize("content", ["", "[]", "{}", "{", '{"panels": [{"targets": [{"expr": 5}]}]}', "[" * 9999])
def test_a_dashboard_may_be_anything(content: str, defaults: Environment) -> None:
    meta = {"name": "odd", "namespace": "shop", "labels": {"grafana_dashboard": "1"}}
    item = Item("odd.yaml", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"odd.json": content}})
    assert breaches(rule, [item], defaults) == []


def alert(expr: str) -> Item:
    spec = {"groups": [{"name": "shop", "rules": [{"alert": "Shop", "expr": expr}]}]}
    meta = {"name": "shop", "namespace": "shop"}
    obj = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": meta, "spec": spec}
    return Item("rules.yaml", obj)


def test_rules_without_workloads_may_be_for_either_engine(defaults: Environment) -> None:
    for metric in ("bifrost_cost_total", "litellm_spend_metric_total"):
        assert breaches(rule, [alert(f"rate({metric}[5m]) > 1")], defaults) == []


def test_elsewhere_only_names_of_recorded_programs_are_looked_at(defaults: Environment) -> None:
    """Another team's folder asks for another team's metrics."""
    theirs, wrong = alert("rate(shop_orders_total[5m]) < 1"), alert("rate(kube_pod_restart_total[5m]) > 1")
    assert breaches(rule, [theirs]) == []
    assert len(breaches(rule, [wrong])) == len(breaches(rule, [theirs], defaults)) == 1


@pytest.mark.parametrize(
    ("tag", "version"),
    [("v2.6.0", "v2.6.0"), ("v2.7.1", "v2.6.0"), ("v2.10.0", "v2.6.0"), ("v1.0.0", "v2.6.0"), ("2.7", "v2.6.0")],
)
def test_a_release_without_record_is_judged_by_the_one_before(tag: str, version: str) -> None:
    items = [dataclasses.replace(item) for item in fixture(FIXTURES / "good.yaml").items]
    items[0].template["spec"]["containers"][0]["image"] = f"registry.example.com/mirror/bifrost:{tag}"
    found = known(ObjectSet(tuple(items)))
    assert [one.version for one in found.running if one.name == "Bifrost"] == [version]


@pytest.mark.parametrize("path", sorted(RECORDS.glob("*.json")), ids=lambda path: path.stem)
def test_every_record_names_its_source_and_only_what_metrics_are(path: Any) -> None:
    record = json.loads(path.read_text("utf-8"))
    assert set(record) <= {"software", "prefix", "image", "versions"}
    for version in record["versions"].values():
        assert version["source"]
        for name, metric in version["metrics"].items():
            assert set(metric) <= {"type", "labels", "values"}, name
            assert metric["type"] in ("counter", "gauge", "histogram", "summary"), name
            assert metric["labels"] is None or metric["labels"] == sorted(set(metric["labels"])), name
            assert set(metric.get("values", {})) <= set(metric["labels"] or ()), name


@pytest.mark.parametrize("path", sorted(RECORDS.glob("*.json")), ids=lambda path: path.stem)
def test_a_record_is_as_its_tool_writes_it(path: Any) -> None:
    """So that recording a release changes the lines of its metrics, and no others."""
    assert text(json.loads(path.read_text("utf-8"))) == path.read_text("utf-8")


PAGE = """
# TYPE shop_orders_total counter
shop_orders_total{kind="a"} 1
shop_orders_total{kind="b",job="x"} 2
# TYPE shop_orders_created gauge
shop_orders_created{kind="a"} 1.7e9
# TYPE shop_seconds histogram
shop_seconds_bucket{le="1",path="/"} 1
shop_seconds_count{path="/"} 1
# TYPE shop_refunds_total counter
# TYPE shop_age_seconds unknown
shop_age_seconds 5
# TYPE go_threads gauge
go_threads 7
"""


def test_a_page_is_recorded_by_metric() -> None:
    assert families(PAGE) == {
        "shop_age_seconds": {"type": "gauge", "labels": []},
        "shop_orders_total": {"type": "counter", "labels": ["kind"]},
        "shop_refunds_total": {"type": "counter", "labels": None},
        "shop_seconds": {"type": "histogram", "labels": ["path"]},
    }


def test_the_images_that_we_run_are_recorded_in_their_release(environments: dict[str, Environment]) -> None:
    wanted = {
        ("bifrost", environments["staging"].llm_gateway.images.bifrost.tag),
        ("litellm", environments["prod"].llm_gateway.images.litellm.tag),
        ("openclaw", environments["prod"].openclaw.image.tag),
        ("opentelemetry-collector", environments["prod"].telemetry.image.tag),
    }
    assert wanted <= {(record.image, version) for record in records() for version in record.versions}


Change = Callable[[str], str]
MUTATIONS: dict[str, Change] = {
    "a typo in the name of a series": lambda expr: expr.replace("_total", "_totals").replace("_bucket", "_buckets"),
    "a counter without its rate": lambda expr: expr.replace("rate(", "max_over_time(").replace(
        "increase(", "max_over_time("
    ),
    "a label of another release": lambda expr: expr.replace("namespace=", "k8s_namespace="),
    "a bracket lost": lambda expr: expr[:-1] if expr.endswith(")") else f"({expr}",
    "a value that is not taken": lambda expr: expr.replace('"CrashLoopBackOff"', '"CrashloopBackoff"'),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_rendered_expression_that_is_broken_is_found(
    name: str, planned: Plan, environments: dict[str, Environment]
) -> None:
    count, missed = 0, []
    for environment in ENVIRONMENTS:
        items = items_of(planned, environment)
        for index, item in enumerate(items):
            if item.kind != "PrometheusRule":
                continue
            for group, one in enumerate(item.obj["spec"]["groups"]):
                for number, entry in enumerate(one["rules"]):
                    changed = MUTATIONS[name](entry["expr"])
                    if changed == entry["expr"]:
                        continue
                    count += 1
                    obj: Obj = deepcopy(item.obj)
                    obj["spec"]["groups"][group]["rules"][number]["expr"] = changed
                    spoilt = [*items[:index], dataclasses.replace(item, obj=obj), *items[index + 1 :]]
                    if not breaches(rule, spoilt, environments[environment]):
                        missed.append(f"{environment}: {entry.get('alert', entry.get('record'))}: {changed}")
    assert count, "the mutation changes nothing in any environment"
    assert not missed, "\n".join(missed)
