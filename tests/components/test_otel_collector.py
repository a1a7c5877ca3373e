"""The collector: every switch leaves a whole configuration, no secret passes, and nothing is called undeclared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from generator.components import otel_collector, otel_config
from generator.environment.model import Environment
from generator.kubernetes.network import ApiServer, Edge, Hosts, Namespace, PodIdentityAgent, Pods
from generator.kubernetes.objects import Obj
from generator.kubernetes.quantity import mebibytes
from generator.kubernetes.secret import Remote, Secret

OUTSIDE = "https://langfuse.example.com"
INSIDE = "http://langfuse-web.langfuse.svc.cluster.local:3000"
VARIATIONS = [(url, xray) for url in (None, OUTSIDE, INSIDE) for xray in (False, True)]
"""Address of Langfuse, if it is on, and whether X-Ray is."""
EVERY_VARIATION = pytest.mark.parametrize(("url", "xray"), VARIATIONS)


def having(env: Environment, url: str | None, xray: bool) -> Environment:
    langfuse = replace(env.langfuse, enabled=url is not None, url=url)
    return replace(env, langfuse=langfuse, telemetry=replace(env.telemetry, xray=xray))


def kind(env: Environment, name: str) -> Obj:
    return next(obj for obj in otel_collector.objects(env) if obj["kind"] == name)


def container(env: Environment) -> Obj:
    found: Obj = kind(env, "Deployment")["spec"]["template"]["spec"]["containers"][0]
    return found


def relay(env: Environment) -> Any:
    """The configuration as the collector reads it."""
    return yaml.safe_load(kind(env, "ConfigMap")["data"]["relay.yaml"])


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from (key, *strings(item))
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


# --- pipelines -------------------------------------------------------------------------------------------------------

CLEAN = ["memory_limiter", "k8s_attributes", "redaction"]
NOWHERE = {"receivers": ["otlp"], "processors": [], "exporters": ["nop"]}
METRICS = {"receivers": ["otlp"], "processors": CLEAN, "exporters": ["prometheus"]}


@pytest.mark.parametrize(
    ("url", "xray", "exporters"),
    [
        (OUTSIDE, False, ["otlp_http/langfuse"]),
        (None, True, ["forward/xray"]),
        (OUTSIDE, True, ["otlp_http/langfuse", "forward/xray"]),
    ],
)
def test_traces_are_cleaned_once_for_every_store(
    defaults: Environment, url: str | None, xray: bool, exporters: list[str]
) -> None:
    traces = {
        "receivers": ["otlp"],
        "processors": [*CLEAN, "transform/secrets", "transform/identity", "transform/usage"],
        "exporters": exporters,
    }
    branch = {"receivers": ["forward/xray"], "processors": ["transform/prompts"], "exporters": ["otlp_http/xray"]}
    expected = {"traces": traces, "metrics": METRICS, "logs": NOWHERE} | ({"traces/xray": branch} if xray else {})
    assert relay(having(defaults, url, xray))["service"]["pipelines"] == expected


def test_without_a_store_traces_are_taken_and_dropped(defaults: Environment) -> None:
    expected = {"traces": NOWHERE, "metrics": METRICS, "logs": NOWHERE}
    assert relay(having(defaults, None, False))["service"]["pipelines"] == expected


@EVERY_VARIATION
def test_what_is_defined_is_what_is_used(defaults: Environment, url: str | None, xray: bool) -> None:
    made = relay(having(defaults, url, xray))
    pipelines = made["service"]["pipelines"].values()
    connectors = set(made.get("connectors", {}))
    used = {
        part: {name for one in pipelines for name in one[part]} for part in ("receivers", "processors", "exporters")
    }
    assert used["receivers"] - connectors == set(made["receivers"])
    assert used["processors"] == set(made["processors"])
    assert used["exporters"] - connectors == set(made["exporters"])
    assert used["receivers"] & used["exporters"] == connectors
    started = made["service"]["extensions"]
    assert sorted(made["extensions"]) == started
    referred = {one["auth"]["authenticator"] for one in made["exporters"].values() if "auth" in one}
    referred |= {one.get("sending_queue", {}).get("storage") for one in made["exporters"].values()} - {None}
    assert referred | {"health_check"} == set(started)


@EVERY_VARIATION
def test_variables_in_the_configuration_are_those_of_the_container(
    defaults: Environment, url: str | None, xray: bool
) -> None:
    env = having(defaults, url, xray)
    text = "\n".join(strings(relay(env)))
    given = {variable["name"] for variable in container(env)["env"]}
    assert set(re.findall(r"\$\{env:(\w+)\}", text)) == given - {"GOMEMLIMIT"}
    assert "$" not in re.sub(r"\$\{env:\w+\}", "", text), "the collector would expand it"


# --- stores ----------------------------------------------------------------------------------------------------------


def test_langfuse_gets_http_with_its_keys_and_version(defaults: Environment) -> None:
    env = having(defaults, OUTSIDE, False)
    made = relay(env)
    assert made["exporters"]["otlp_http/langfuse"] == {
        "endpoint": "https://langfuse.example.com/api/public/otel",
        "auth": {"authenticator": "basicauth/langfuse"},
        "headers": {"x-langfuse-ingestion-version": "4"},
        "timeout": "10s",
        "retry_on_failure": {"max_elapsed_time": "0s"},
        "sending_queue": {
            "storage": "file_storage/langfuse",
            "sizer": "bytes",
            "queue_size": 536870912,
            "batch": {"flush_timeout": "2s", "min_size": 500000},
        },
    }
    assert made["extensions"]["basicauth/langfuse"] == {
        "client_auth": {"username": "${env:LANGFUSE_PUBLIC_KEY}", "password": "${env:LANGFUSE_SECRET_KEY}"}
    }
    keys = {"public-key": Remote("langfuse", "public-key"), "secret-key": Remote("langfuse", "secret-key")}
    assert otel_collector.secrets(env) == [Secret("otel-collector", "telemetry", keys)]
    assert otel_collector.secrets(having(defaults, None, True)) == []


def test_xray_gets_signed_requests_below_its_limits(defaults: Environment) -> None:
    cluster = replace(defaults.cluster, region="ap-northeast-2")
    made = relay(having(replace(defaults, cluster=cluster), None, True))
    assert made["exporters"]["otlp_http/xray"] == {
        "traces_endpoint": "https://xray.ap-northeast-2.amazonaws.com/v1/traces",
        "auth": {"authenticator": "sigv4auth/xray"},
        "timeout": "10s",
        "sending_queue": {
            "sizer": "bytes",
            "queue_size": 67108864,
            "batch": {"flush_timeout": "2s", "min_size": 500000, "max_size": 2000000},
        },
    }
    assert made["extensions"]["sigv4auth/xray"] == {"region": "ap-northeast-2", "service": "xray"}


def test_queue_file_fits_its_volume(defaults: Environment) -> None:
    env = having(defaults, OUTSIDE, False)
    storage = relay(env)["extensions"]["file_storage/langfuse"]
    (volume,) = (one for one in kind(env, "Deployment")["spec"]["template"]["spec"]["volumes"] if "emptyDir" in one)
    (mount,) = (one for one in container(env)["volumeMounts"] if one["name"] == volume["name"])
    assert storage["directory"].startswith(mount["mountPath"] + "/")
    assert otel_config.QUEUE_BYTES < storage["max_size"] < mebibytes(volume["emptyDir"]["sizeLimit"]) * 2**20
    without = kind(having(defaults, None, True), "Deployment")["spec"]["template"]["spec"]["volumes"]
    assert [one["name"] for one in without] == ["config"]


# --- network ---------------------------------------------------------------------------------------------------------

POD = otel_collector.PODS
ALWAYS = [
    Edge(Pods("prometheus", "monitoring"), POD, 9464, "http"),
    Edge(Pods("prometheus", "monitoring"), POD, 8888, "http"),
    Edge(POD, ApiServer(("10.0.0.0/16", "172.20.0.1/32")), 443, "https"),
]
TO_LANGFUSE = {
    None: [],
    OUTSIDE: [Edge(POD, Hosts(("langfuse.example.com",)), 443, "https")],
    INSIDE: [Edge(POD, Namespace("langfuse"), 0, "http")],
}
TO_XRAY = [
    Edge(POD, Hosts(("xray.us-east-1.amazonaws.com",), "10.0.0.0/16"), 443, "https"),
    Edge(POD, PodIdentityAgent(), 80, "http"),
]


@EVERY_VARIATION
def test_edges_are_those_of_the_switches(defaults: Environment, url: str | None, xray: bool) -> None:
    expected = ALWAYS + TO_LANGFUSE[url] + (TO_XRAY if xray else [])
    assert otel_collector.edges(having(defaults, url, xray)) == expected


@EVERY_VARIATION
def test_every_host_of_the_configuration_has_an_edge(defaults: Environment, url: str | None, xray: bool) -> None:
    env = having(defaults, url, xray)
    called = {urlsplit(text).hostname or "" for text in strings(relay(env)) if re.match(r"https?://", text)}
    admitted: set[str] = set()
    for edge in otel_collector.edges(env):
        if isinstance(edge.target, Hosts):
            admitted.update(edge.target.names)
        if isinstance(edge.target, Namespace):
            admitted.update(host for host in called if host.split(".")[1:3] == [edge.target.name, "svc"])
    assert called == admitted
    assert len(called) == (url is not None) + xray


def test_every_listener_is_a_port_of_the_pod(defaults: Environment) -> None:
    made = relay(defaults)
    reader = made["service"]["telemetry"]["metrics"]["readers"][0]["pull"]["exporter"]["prometheus"]
    listening = {text.removeprefix("${env:POD_IP}:") for text in strings(made) if text.startswith("${env:POD_IP}:")}
    assert reader["host"] == "${env:POD_IP}"
    ports = {one["name"]: one["containerPort"] for one in container(defaults)["ports"]}
    assert ports == {"otlp-grpc": 4317, "otlp-http": 4318, "health": 13133, "metrics": 9464, "self": 8888}
    assert {int(port) for port in listening} | {reader["port"]} == set(ports.values())


def test_a_sender_stays_with_one_collector(defaults: Environment) -> None:
    spec = kind(defaults, "Service")["spec"]
    assert spec["sessionAffinity"] == "ClientIP"
    assert {port["name"]: port["port"] for port in spec["ports"]} == {
        "otlp-grpc": 4317,
        "otlp-http": 4318,
        "metrics": 9464,
        "self": 8888,
    }


# --- pod -------------------------------------------------------------------------------------------------------------


def test_it_may_read_pods_and_nothing_else(defaults: Environment) -> None:
    role, binding = kind(defaults, "ClusterRole"), kind(defaults, "ClusterRoleBinding")
    assert role["rules"] == [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "otel-collector", "namespace": "telemetry"}]
    assert kind(defaults, "Deployment")["spec"]["template"]["spec"]["automountServiceAccountToken"] is True


@pytest.mark.parametrize(("limit", "heap"), [("800Mi", "640MiB"), ("2Gi", "1638MiB")])
def test_go_collects_garbage_below_the_memory_limit(defaults: Environment, limit: str, heap: str) -> None:
    resources = replace(defaults.telemetry.resources, memory_limit=limit)
    env = replace(defaults, telemetry=replace(defaults.telemetry, resources=resources))
    assert {"name": "GOMEMLIMIT", "value": heap} in container(env)["env"]


def test_a_batch_leaves_before_the_signal_and_a_request_ends_before_the_kill(defaults: Environment) -> None:
    env = having(defaults, OUTSIDE, True)
    langfuse, xray = (relay(env)["exporters"][f"otlp_http/{name}"] for name in ("langfuse", "xray"))
    pause = container(env)["lifecycle"]["preStop"]["sleep"]["seconds"]
    grace = kind(env, "Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    for exporter in (langfuse, xray):
        assert pause > int(exporter["sending_queue"]["batch"]["flush_timeout"].removesuffix("s"))
        assert grace - pause > int(exporter["timeout"].removesuffix("s"))


def test_program_reads_the_file_that_is_mounted(defaults: Environment) -> None:
    assert container(defaults)["args"] == ["--config=/etc/otelcol/relay.yaml"]
    assert {"name": "config", "mountPath": "/etc/otelcol", "readOnly": True} in container(defaults)["volumeMounts"]
