"""Cilium's values: opt-in, without keys, without a second try of a request, with nothing published."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.components import cilium, platform
from generator.environment.model import Environment
from generator.environment.network import Hubble
from generator.kubernetes.objects import Obj


@pytest.fixture
def managed(defaults: Environment) -> Environment:
    network = replace(defaults.network, cni="cilium", cilium=replace(defaults.network.cilium, mode="managed"))
    return replace(defaults, network=network)


def with_hubble(env: Environment, hubble: Hubble) -> Obj:
    return cilium.values(replace(env, network=replace(env.network, hubble=hubble)))


def test_the_chart_is_brought_only_where_it_is_asked_for(managed: Environment) -> None:
    network = managed.network
    existing = replace(managed, network=replace(network, cilium=replace(network.cilium, mode="existing")))
    other = replace(managed, network=replace(network, cni="vpc-cni"))
    assert [len(cilium.releases(env)) for env in (managed, existing, other)] == [1, 0, 0]


def test_the_chart_is_of_the_version_that_the_environment_names(managed: Environment) -> None:
    (release,) = cilium.releases(managed)
    assert (release.chart.version, release.chart.namespace) == (managed.network.cilium.version, "kube-system")


def test_monitors_come_after_their_kind(managed: Environment) -> None:
    prometheus = replace(managed, platform=replace(managed.platform, prometheus="managed"))
    order = [release.chart.release for release in platform.releases(prometheus)]
    assert order.index(managed.monitoring.release) < order.index("cilium")


def test_a_failed_request_is_not_made_again(managed: Environment) -> None:
    """A model call is paid by its tokens; the LLM gateway knows when another model should be asked."""
    assert cilium.values(managed)["envoy"]["httpRetryCount"] == 0


def test_keys_are_made_in_the_cluster(managed: Environment) -> None:
    assert cilium.values(managed)["hubble"]["tls"]["auto"]["method"] == "cronJob"


def test_kube_proxy_stays_where_the_api_server_is_not_named(managed: Environment) -> None:
    assert cilium.values(managed)["kubeProxyReplacement"] == "false"
    named = replace(managed.network.cilium, api_server="ABC123.gr7.us-east-1.eks.amazonaws.com")
    values = cilium.values(replace(managed, network=replace(managed.network, cilium=named)))
    assert (values["kubeProxyReplacement"], values["k8sServiceHost"]) == ("true", named.api_server)


def test_the_page_brings_the_relay_and_is_not_published(managed: Environment) -> None:
    hubble = with_hubble(managed, replace(managed.network.hubble, relay=False, ui=True))["hubble"]
    assert hubble["relay"]["enabled"]
    assert (hubble["ui"]["service"]["type"], hubble["ui"]["ingress"]["enabled"]) == ("ClusterIP", False)


def test_without_hubble_nothing_is_observed(managed: Environment) -> None:
    off = replace(managed.network.hubble, enabled=False)
    assert with_hubble(managed, off)["hubble"] == {"enabled": False}
    assert replace(managed.network, hubble=off).read == ()


def test_headers_that_carry_credentials_are_not_kept(managed: Environment) -> None:
    redact = cilium.values(managed)["hubble"]["redact"]
    assert redact["enabled"]
    assert redact["http"]["headers"] == {"allow": ["traceparent"]}


def test_monitors_bear_the_label_that_prometheus_looks_for(managed: Environment) -> None:
    monitors = serving(cilium.values(managed))
    assert len(monitors) == 5
    assert {monitor["labels"]["release"] for monitor in monitors} == {managed.monitoring.release}


def test_no_monitor_where_nobody_has_the_kind(managed: Environment) -> None:
    values = cilium.values(replace(managed, monitoring=replace(managed.monitoring, enabled=False)))
    assert [monitor["enabled"] for monitor in serving(values)] == [False] * 5


def test_metrics_can_be_left_out(managed: Environment) -> None:
    values = with_hubble(managed, replace(managed.network.hubble, metrics=False))
    assert "metrics" not in values["hubble"]
    assert not values["prometheus"]["enabled"]


def test_no_metric_has_a_label_of_any_value() -> None:
    """The name that was looked up and the path of a request have no end."""
    assert [metric for metric in cilium.METRICS if "query" in metric or "path" in metric] == []


def test_hubble_reads_nothing_that_is_not_a_workload_of_ours() -> None:
    assert "openclaw" not in str(Hubble.__annotations__["l7"]), "WebSockets must not pass a proxy"


def serving(values: Obj) -> list[Obj]:
    """The settings of every ServiceMonitor."""
    if not isinstance(values, dict):
        return []
    own = [values["serviceMonitor"]] if "serviceMonitor" in values else []
    return own + [found for value in values.values() for found in serving(value)]
