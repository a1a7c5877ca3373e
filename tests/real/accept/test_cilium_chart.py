"""Cilium's own chart takes the values of every environment that manages it, and yields what the pages promise."""

import json
import re
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.real import manifests
from tests.real.manifests import Obj
from tools.programs import Program

APPLICATION = "chart-cilium"
PAGE = manifests.RENDERED.parent / "docs/network.md"
WITHOUT_MONITORS = (
    "prometheus.serviceMonitor.enabled=false,operator.prometheus.serviceMonitor.enabled=false",
    "envoy.prometheus.serviceMonitor.enabled=false,hubble.relay.prometheus.serviceMonitor.enabled=false",
    "hubble.metrics.serviceMonitor.enabled=false",
)
"""The first installation, before there is a Prometheus Operator (docs/network.md)."""

MANAGED = [
    name
    for name in manifests.environments()
    if any(obj["metadata"]["name"] == APPLICATION for obj in manifests.objects(name, "argocd"))
]
EACH = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.program("helm", name)) for name in MANAGED]
)
Programs = Callable[[str], Program]


def source(name: str) -> Obj:
    [found] = [obj for obj in manifests.objects(name, "argocd") if obj["metadata"]["name"] == APPLICATION]
    wanted: Obj = found["spec"]["source"]
    return wanted


def template(programs: Programs, name: str, *settings: str) -> str:
    """What Argo CD would apply; fails with helm's words where the chart refuses the values."""
    helm, chart = programs("helm"), programs("chart-cilium").path / "chart"
    wanted = source(name)["helm"]
    argv = [*helm.argv, "template", wanted["releaseName"], str(chart), "--namespace", "kube-system", "--values", "-"]
    for setting in settings:
        argv += ["--set", setting]
    done = subprocess.run(argv, input=json.dumps(wanted["valuesObject"]), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def objects(text: str) -> list[Obj]:
    return [obj for obj in yaml.load_all(text, yaml.CSafeLoader) if obj]


def of_kind(found: list[Obj], kind: str) -> dict[str, Any]:
    return {obj["metadata"]["name"]: obj for obj in found if obj["kind"] == kind}


def test_an_environment_manages_cilium() -> None:
    assert MANAGED != []


@EACH
def test_the_chart_is_the_one_that_the_environment_names(name: str, programs: Programs) -> None:
    chart = yaml.safe_load((programs("chart-cilium").path / "chart/Chart.yaml").read_text())
    assert (chart["name"], chart["version"]) == (source(name)["chart"], source(name)["targetRevision"])


@EACH
def test_the_same_values_yield_the_same_objects_and_no_key(name: str, programs: Programs) -> None:
    """Otherwise Argo CD would never be in sync, and keys of Hubble would lie in its cache."""
    first = template(programs, name)
    assert template(programs, name) == first
    assert of_kind(objects(first), "Secret") == {}
    assert "PRIVATE KEY" not in first


@EACH
def test_every_object_is_of_a_kind_and_in_a_namespace_that_the_project_admits(name: str, programs: Programs) -> None:
    found = objects(template(programs, name))
    projects = of_kind(list(manifests.objects(name, "argocd")), "AppProject")
    [project] = [one["spec"] for one in projects.values() if source(name)["repoURL"] in one["spec"]["sourceRepos"]]
    namespaces = {one["namespace"] for one in project["destinations"]}
    kinds = {one["kind"] for one in project["clusterResourceWhitelist"]}
    assert {obj["metadata"]["namespace"] for obj in found if "namespace" in obj["metadata"]} <= namespaces
    assert {obj["kind"] for obj in found if "namespace" not in obj["metadata"]} <= kinds


@EACH
def test_nothing_is_published(name: str, programs: Programs) -> None:
    found = objects(template(programs, name))
    assert of_kind(found, "Ingress") == {}
    types = {service["spec"].get("type", "ClusterIP") for service in of_kind(found, "Service").values()}
    assert types == {"ClusterIP"}


@EACH
def test_the_page_forwards_ports_that_services_have(name: str, programs: Programs) -> None:
    services = of_kind(objects(template(programs, name)), "Service")
    commands = re.findall(r"port-forward service/(\S+) \d+:(\d+)", PAGE.read_text("utf-8"))
    assert {service for service, _ in commands} == {"hubble-relay", "hubble-ui"}
    for service, port in commands:
        assert int(port) in [one["port"] for one in services[service]["spec"]["ports"]], service


@EACH
def test_the_agent_is_told_not_to_repeat_requests_and_to_hide_credentials(name: str, programs: Programs) -> None:
    config = of_kind(objects(template(programs, name)), "ConfigMap")["cilium-config"]["data"]
    expected = {
        "http-retry-count": "0",
        "hubble-redact-enabled": "true",
        "hubble-redact-http-urlquery": "true",
        "hubble-redact-http-headers-allow": "traceparent",
        "enable-l7-proxy": "true",
        "ipam": "eni",
        "routing-mode": "native",
        "enable-ipv4-masquerade": "false",
        "cluster-name": source(name)["helm"]["valuesObject"]["cluster"]["name"],
    }
    assert {key: str(config.get(key)).strip() for key in expected} == expected


@EACH
def test_the_operator_starts_on_nodes_that_are_not_ready(name: str, programs: Programs) -> None:
    operator = of_kind(objects(template(programs, name)), "Deployment")["cilium-operator"]["spec"]["template"]["spec"]
    tolerated = {one["key"] for one in operator["tolerations"]}
    assert {"node.cilium.io/agent-not-ready", "node.kubernetes.io/not-ready", "CriticalAddonsOnly"} <= tolerated


@EACH
def test_every_monitor_bears_the_label_that_prometheus_looks_for(name: str, programs: Programs) -> None:
    monitors = of_kind(objects(template(programs, name)), "ServiceMonitor")
    assert {"cilium-agent", "cilium-operator", "cilium-envoy", "hubble", "hubble-relay"} <= monitors.keys()
    assert all("release" in monitor["metadata"]["labels"] for monitor in monitors.values())


@EACH
def test_the_first_installation_needs_no_prometheus(name: str, programs: Programs) -> None:
    found = objects(template(programs, name, *WITHOUT_MONITORS))
    assert {obj["apiVersion"] for obj in found if obj["apiVersion"].startswith("monitoring.")} == set()


def test_the_page_says_how_to_install_it_first() -> None:
    assert all(setting in PAGE.read_text("utf-8") for setting in WITHOUT_MONITORS)
