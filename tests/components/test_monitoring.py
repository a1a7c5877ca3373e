"""Monitoring: scrapes that can work, alerts that follow the environment, receivers that exist, current pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from generator.check.monitoring.known import Program, records
from generator.components import (
    llm_gateway,
    monitoring,
    monitoring_runbooks,
    monitoring_series,
)
from generator.components import registry as components
from generator.components.monitoring_alerts import alerts
from generator.components.monitoring_runbooks import ADVICE
from generator.components.workloads import NAMESPACES, namespaces
from generator.environment.model import Environment
from generator.environment.models import Budget
from generator.environment.monitoring import Receivers, Slack, Sns
from generator.kubernetes.network import Namespace, Pods
from generator.kubernetes.objects import Obj
from tests.conftest import ENVIRONMENTS, ROOT

SNS, SLACK = Sns("arn:aws:sns:eu-west-1:111122223333:openclaw"), Slack("#openclaw")
WORKLOADS = ("Deployment", "StatefulSet", "Rollout")
EACH = pytest.mark.parametrize("name", ENVIRONMENTS)
ENGINES = pytest.mark.parametrize("engine", ["bifrost", "litellm"])


def having(env: Environment, **changes: Any) -> Environment:
    return replace(env, monitoring=replace(env.monitoring, **changes))


def running(env: Environment, engine: Any) -> Environment:
    return replace(env, llm_gateway=replace(env.llm_gateway, engine=engine))


def of(env: Environment, kind: str) -> list[Obj]:
    return [obj for obj in monitoring.objects(env) if obj["kind"] == kind]


def rules(env: Environment) -> list[Obj]:
    return [rule for group in monitoring.rules(env)["spec"]["groups"] for rule in group["rules"]]


def exprs(env: Environment) -> dict[str, str]:
    """Expressions by alert."""
    return {rule["alert"]: rule["expr"] for rule in rules(env) if "alert" in rule}


# --- switch and labels -----------------------------------------------------------------------------------------------


def test_switched_off_it_makes_nothing(defaults: Environment) -> None:
    env = having(defaults, enabled=False, receivers=Receivers(SNS, SLACK))
    assert (monitoring.objects(env), monitoring.secrets(env)) == ([], [])
    assert "monitoring" not in [part.name for part in components.render(env)]


def test_prometheus_finds_everything_by_the_release(defaults: Environment) -> None:
    env = having(defaults, release="metrics", receivers=Receivers(SNS, SLACK))
    assert {obj["metadata"]["labels"]["release"] for obj in monitoring.objects(env)} == {"metrics"}


# --- scrapes ---------------------------------------------------------------------------------------------------------


@ENGINES
@pytest.mark.parametrize("strategy", ["rolling", "blue-green"])
def test_every_pod_is_scraped_once_at_ports_that_it_has(defaults: Environment, engine: str, strategy: Any) -> None:
    """Under blue/green the LLM gateway has two Services, which may lead to the same pods."""
    env = running(defaults, engine)
    delivery = replace(env.llm_gateway.delivery, strategy=strategy, prometheus="http://prometheus.example.com")
    env = replace(env, llm_gateway=replace(env.llm_gateway, delivery=delivery))
    found = [obj for part in components.render(env) for obj in part.objects]
    (pods,), (service,) = of(env, "PodMonitor"), of(env, "ServiceMonitor")
    (workload,) = (obj for obj in found if obj["kind"] in WORKLOADS and selected(pods, pod_labels(obj)))
    (container,) = workload["spec"]["template"]["spec"]["containers"]
    assert scraped(pods, "podMetricsEndpoints") <= {port["name"] for port in container["ports"]}
    (front,) = (obj for obj in found if obj["kind"] == "Service" and selected(service, obj["metadata"]["labels"]))
    assert scraped(service, "endpoints") <= {port["name"] for port in front["spec"]["ports"]}


def selected(monitor: Obj, labels: dict[str, str]) -> bool:
    return bool(monitor["spec"]["selector"]["matchLabels"].items() <= labels.items())


def pod_labels(workload: Obj) -> dict[str, str]:
    found: dict[str, str] = workload["spec"]["template"]["metadata"]["labels"]
    return found


def scraped(monitor: Obj, key: str) -> set[str]:
    return {endpoint["port"] for endpoint in monitor["spec"][key]}


@EACH
def test_every_scraped_port_admits_prometheus_alone_and_no_more_ports_do(
    name: str, environments: dict[str, Environment]
) -> None:
    env = environments[name]
    there = env.monitoring.namespace
    edges = components.all_edges(env)
    admitted = {
        (edge.target.namespace, edge.target.app, edge.port)
        for edge in edges
        if edge.source == Pods("prometheus", there) and isinstance(edge.target, Pods)
    }
    assert [edge for edge in edges if edge.source == Namespace(there)] == [], "its whole namespace"
    assert admitted == set(targets(env)), "an edge from Prometheus belongs to a ServiceMonitor, and the other way round"


def targets(env: Environment) -> Iterator[tuple[str, str, int]]:
    """Namespace, app and port of everything that a monitor of ours names."""
    objects = [obj for part in components.render(env) for obj in part.objects]
    ports = {
        (obj["metadata"]["namespace"], obj["metadata"]["labels"]["app.kubernetes.io/name"], port["name"]): port[
            "containerPort"
        ]
        for obj in objects
        if obj["kind"] in WORKLOADS
        for container in obj["spec"]["template"]["spec"]["containers"]
        for port in container["ports"]
    }
    for obj in objects:
        for key in ("endpoints", "podMetricsEndpoints"):
            if obj["kind"] in ("ServiceMonitor", "PodMonitor"):
                where, app = obj["metadata"]["namespace"], obj["spec"]["selector"]["matchLabels"]
                for endpoint in obj["spec"].get(key, ()):
                    name = app["app.kubernetes.io/name"]
                    yield where, name, ports[where, name, endpoint["port"]]


@ENGINES
def test_the_llm_gateway_is_scraped_with_a_credential_that_its_secret_holds(defaults: Environment, engine: str) -> None:
    env = running(defaults, engine)
    (endpoint,) = monitoring.llm_gateway_monitor(env)["spec"]["podMetricsEndpoints"]
    (secret,) = llm_gateway.secrets(env)
    wanted = [endpoint["authorization"]["credentials"]] if engine == "litellm" else list(endpoint["basicAuth"].values())
    assert {reference["name"] for reference in wanted} == {secret.name}
    assert {reference["key"] for reference in wanted} <= secret.data.keys()


def test_what_openclaw_sends_is_found_under_its_own_pod(defaults: Environment) -> None:
    """Alertmanager routes by namespace: under the collector's, its alerts would go to those who run the collector."""
    sent, own = monitoring.collector_monitor(defaults)["spec"]["endpoints"]
    moved = {(*rule["sourceLabels"], rule["targetLabel"]) for rule in sent["metricRelabelings"]}
    assert moved == {("k8s_namespace_name", "namespace"), ("k8s_pod_name", "pod")}
    # The server adds it where it is not said, inside a list, which Argo CD would never see in sync.
    assert {rule["action"] for rule in sent["metricRelabelings"]} == {"replace"}
    assert "metricRelabelings" not in own


# --- rules -----------------------------------------------------------------------------------------------------------


@ENGINES
def test_the_five_alerts_of_the_design_begin_at_their_thresholds(defaults: Environment, engine: str) -> None:
    found = exprs(running(defaults, engine))
    first = {name: found[name].splitlines()[0] for name in FIVE}
    assert {name: text.rpartition(" ")[0][-1] + text.rpartition(" ")[2] for name, text in first.items()} == FIVE


FIVE = {
    "LlmBudgetNearlyUsed": ">0.8",
    "PodRestartingOften": ">3",
    "LlmLatencyHigh": ">5",
    "LlmCacheHitRateLow": "<0.3",
    "LlmErrorRateHigh": ">0.05",
}


def test_each_environment_has_thresholds_of_its_own(environments: dict[str, Environment]) -> None:
    limits = {
        name: exprs(env)["LlmErrorRateHigh"].splitlines()[0].rpartition(" ")[2] for name, env in environments.items()
    }
    assert limits == {name: f"{env.monitoring.thresholds.errors:g}" for name, env in environments.items()}
    assert len(set(limits.values())) == len(limits)


def test_a_tighter_objective_burns_sooner(defaults: Environment) -> None:
    """A tenth of the failures allowed: a tenth of the share at which somebody is woken."""
    found = {objective: exprs(having(defaults, objective=objective)) for objective in (99, 99.9)}
    assert "> 0.144" in found[99]["LlmObjectiveBurningFast"]
    assert "> 0.0144" in found[99.9]["LlmObjectiveBurningFast"]
    assert "> 0.006" in found[99.9]["LlmObjectiveBurningSlow"]


@pytest.mark.parametrize("change", [{"cache": "none"}, {"threshold": None}])
def test_without_a_cache_or_a_threshold_nobody_looks_at_hits(defaults: Environment, change: dict[str, Any]) -> None:
    env = defaults
    if "cache" in change:
        env = replace(env, cache=replace(env.cache, mode="none"))
    else:
        env = having(env, thresholds=replace(env.monitoring.thresholds, cache_hits=None))
    assert [name for name in exprs(env) if "Cache" in name] == []
    assert len(exprs(env)) == len(exprs(defaults)) - 2


def budgets(env: Environment) -> dict[str, str]:
    return {
        rule["labels"]["budget"]: rule["expr"] for rule in rules(env) if rule.get("record") == monitoring_series.BUDGET
    }


def test_every_budget_of_the_engine_is_watched(environments: dict[str, Environment]) -> None:
    for env in environments.values():
        spending = [f"provider {name}" for name, one in env.providers.items() if one.budget]
        spending += [f"virtual key {name}" for name, one in env.llm_gateway.virtual_keys.items() if one.budget]
        assert sorted(budgets(env)) == sorted(spending), env.name


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("30d", "[1d])) / 10"),
        ("1d", "[1d])) / 300"),
        ("48h", "[1d])) / 150"),
        ("1h", "[1h])) / 300"),
        ("90m", "[90m])) / 300"),
    ],
)
def test_a_budget_is_compared_with_a_day_or_with_its_shorter_period(
    defaults: Environment, period: str, expected: str
) -> None:
    key = replace(defaults.llm_gateway.virtual_keys["openclaw"], budget=Budget(300, period))
    env = replace(defaults, llm_gateway=replace(defaults.llm_gateway, virtual_keys={"openclaw": key}))
    assert budgets(env)["virtual key openclaw"].endswith(expected)


def test_litellm_knows_a_provider_by_its_own_name(defaults: Environment) -> None:
    upstage = replace(defaults.providers["upstage"], budget=Budget(50, "1d"))
    env = running(replace(defaults, providers={**defaults.providers, "upstage": upstage}), "litellm")
    assert 'api_provider="custom_openai"' in budgets(env)["provider upstage"]


@ENGINES
def test_no_alert_is_named_twice_and_each_says_what_it_means(defaults: Environment, engine: str) -> None:
    found = alerts(running(defaults, engine))
    assert len({alert.name for alert in found}) == len(found)
    for alert in found:
        assert alert.summary, alert.name
        assert alert.description.endswith("."), alert.name


@ENGINES
def test_both_engines_raise_the_same_alerts_from_the_same_series(defaults: Environment, engine: str) -> None:
    env = running(defaults, engine)
    assert exprs(env).keys() == exprs(defaults).keys()
    assert {rule["record"] for rule in rules(env) if "record" in rule} == {
        rule["record"] for rule in rules(defaults) if "record" in rule
    }


# --- receivers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [Receivers(SNS, SLACK), Receivers(SNS), Receivers(slack=SLACK)])
def test_every_namespace_with_alerts_has_receivers_and_their_secret(defaults: Environment, told: Receivers) -> None:
    env = having(defaults, receivers=told)
    assert [obj["metadata"]["namespace"] for obj in of(env, "AlertmanagerConfig")] == namespaces(env)
    secrets = {(secret.namespace, secret.name): set(secret.data) for secret in monitoring.secrets(env)}
    assert secrets == ({(name, "alertmanager-slack"): {"url"} for name in namespaces(env)} if told.slack else {})


def test_without_receivers_alerts_are_only_shown(defaults: Environment) -> None:
    assert of(defaults, "AlertmanagerConfig") == []
    assert exprs(defaults)


def test_a_topic_is_addressed_in_its_own_region(defaults: Environment) -> None:
    env = having(defaults, receivers=Receivers(SNS))
    receivers = of(env, "AlertmanagerConfig")[0]["spec"]["receivers"]
    assert {config["sigv4"]["region"] for one in receivers for config in one.get("snsConfigs", [])} == {"eu-west-1"}


def test_namespaces_of_alerts_are_those_of_the_workloads(environments: dict[str, Environment]) -> None:
    for env in environments.values():
        found = {
            obj["metadata"]["namespace"]
            for part in components.render(env)
            for obj in part.objects
            if obj["kind"] in WORKLOADS
        }
        assert sorted(found) == namespaces(env), env.name
        assert found <= {*NAMESPACES}, env.name


# --- runbooks --------------------------------------------------------------------------------------------------------


def test_runbooks_are_current_and_no_other_page_lies_there(environments: dict[str, Environment]) -> None:
    wanted = monitoring_runbooks.files([environments[name] for name in ENVIRONMENTS])
    folder = ROOT / monitoring_runbooks.FOLDER
    found = {f"{monitoring_runbooks.FOLDER}/{path.name}": path.read_text("utf-8") for path in folder.iterdir()}
    assert sorted(found) == sorted(wanted)
    assert [path for path in wanted if found[path] != wanted[path]] == [], "run `make docs`"


@ENGINES
def test_every_runbook_url_leads_to_a_page(defaults: Environment, engine: str) -> None:
    env = running(having(defaults, runbooks="https://example.com/pages"), engine)
    for rule in rules(env):
        if "alert" in rule:
            assert rule["annotations"]["runbook_url"] == f"https://example.com/pages/{rule['alert']}.md"
            assert (ROOT / monitoring_runbooks.FOLDER / f"{rule['alert']}.md").is_file()


def test_advice_is_given_for_every_alert_and_no_other(defaults: Environment) -> None:
    env = replace(defaults, backup=replace(defaults.backup, enabled=True))
    assert {path.stem for path in ADVICE.iterdir()} == {alert.name for alert in alerts(env)}


def test_advice_names_only_series_that_exist() -> None:
    programs = [program for record in records() for program in record.versions.values()]
    wrong = [
        f"{path.name}: {name}"
        for path in sorted(ADVICE.iterdir())
        for code in re.findall(r"`([^`]+)`", path.read_text("utf-8"))
        for name in re.findall(r"(?<![\w.-])[a-z][a-z0-9]*_[a-z0-9_]+(?![\w.=*])", code)
        if named_like_a_series(programs)(name) and not any(name in one.metrics for one in programs)
    ]
    assert wrong == []


def named_like_a_series(programs: list[Program]) -> Callable[[str], bool]:
    prefixes = tuple({one.prefix for one in programs if one.prefix})
    return lambda name: name.startswith(prefixes)
