"""Charts of others: exact versions, a project that admits what they need, namespaces, and no key made on a render."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from generator.components import charts, langfuse, langfuse_values, otel_collector, platform, registry
from generator.components.charts import Chart, Release
from generator.components.namespaces import KUBERNETES_SECURITY
from generator.environment.load import names
from generator.environment.model import Environment
from generator.environment.platform import Platform
from generator.kubernetes.objects import Obj
from tests.conftest import ROOT

EACH = pytest.mark.parametrize("name", names(ROOT / "environments"))
RELEASE = Release(
    Chart("door", "https://charts.example.com", "door", "1.2.3", "doors", ("rbac.authorization.k8s.io/ClusterRole",)),
    {"replicas": 2},
    -7,
)


def releases(env: Environment) -> list[Release]:
    return platform.releases(env) + langfuse.releases(env)


def managing(env: Environment, *controllers: str) -> Environment:
    modes: Any = {name: "managed" if name in controllers else "existing" for name in platform.CONTROLLERS}
    return replace(
        env,
        cluster=replace(env.cluster, vpc_id="vpc-0123456789abcdef0"),
        platform=replace(env.platform, **modes),
    )


def strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, f"{path}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, path)
    elif isinstance(value, str):
        yield path, value


# --- applications and their project ----------------------------------------------------------------------------------


def test_an_application_carries_chart_version_and_values(defaults: Environment) -> None:
    project, application = charts.objects(defaults, [RELEASE])
    assert application["metadata"]["name"] == "chart-door"
    assert application["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] == "-7"
    assert application["spec"]["source"] == {
        "repoURL": "https://charts.example.com",
        "chart": "door",
        "targetRevision": "1.2.3",
        "helm": {"releaseName": "door", "valuesObject": {"replicas": 2}},
    }
    assert application["spec"]["destination"] == {"server": "https://kubernetes.default.svc", "namespace": "doors"}
    assert application["spec"]["project"] == project["metadata"]["name"] == "openclaw-platform"
    assert "finalizers" not in application["metadata"], "deleting the Application would delete the chart's kinds"


def test_the_project_admits_what_its_charts_need_and_nothing_else(defaults: Environment) -> None:
    spec = charts.project(defaults, [RELEASE.chart, replace(RELEASE.chart, elsewhere=("kube-system",))])["spec"]
    assert spec["sourceRepos"] == ["https://charts.example.com"]
    assert [one["namespace"] for one in spec["destinations"]] == ["doors", "kube-system"]
    assert spec["clusterResourceWhitelist"] == [{"group": "rbac.authorization.k8s.io", "kind": "ClusterRole"}]


def test_without_charts_there_is_no_project_for_them(defaults: Environment) -> None:
    assert charts.objects(defaults, releases(defaults)) == []


def test_our_project_admits_no_repository_of_charts(environments: dict[str, Environment]) -> None:
    delivery = registry.render(environments["staging"])[-1].objects
    ours = next(obj for obj in delivery if obj["kind"] == "AppProject" and obj["metadata"]["name"] == "openclaw")
    assert ours["spec"]["sourceRepos"] == [environments["staging"].gitops.repo_url]
    assert "kube-system" not in [one["namespace"] for one in ours["spec"]["destinations"]]


# --- what every chart is given ---------------------------------------------------------------------------------------


@EACH
def test_versions_are_exact(name: str, environments: dict[str, Environment]) -> None:
    for one in releases(environments[name]):
        assert re.fullmatch(r"v?\d+\.\d+\.\d+", one.chart.version), one.chart


@EACH
def test_values_hold_no_key_and_no_password(name: str, environments: dict[str, Environment]) -> None:
    """A credential is named by the Secret and the key that hold it."""
    telling = re.compile(r"(?i)(password|salt|encryptionkey|secret|token)$")
    for one in releases(environments[name]):
        written = [path for path, _ in strings(one.values) if telling.search(path)]
        assert [path for path in written if not path.endswith(("existingSecret", "usersExistingSecret"))] == []


@EACH
def test_values_survive_json(name: str, environments: dict[str, Environment]) -> None:
    """Argo CD hands them to Helm as JSON."""
    for one in releases(environments[name]):
        assert json.loads(json.dumps(one.values)) == one.values


@EACH
def test_a_chart_comes_after_its_namespace(name: str, environments: dict[str, Environment]) -> None:
    parts = registry.render(environments[name])
    made = {obj["metadata"]["name"] for part in parts for obj in part.objects if obj["kind"] == "Namespace"}
    for one in releases(environments[name]):
        if one.chart.namespace != "kube-system":
            assert one.chart.namespace in made
            assert one.wave > -30, f"{one.chart.release} comes before the namespaces"


# --- controllers -----------------------------------------------------------------------------------------------------


def test_existing_controllers_are_not_rendered(defaults: Environment) -> None:
    assert platform.releases(defaults) == []
    assert platform.namespaces(defaults) == []
    assert platform.secrets(defaults) == []


def test_every_field_that_takes_a_mode_has_a_controller() -> None:
    modes = {name for name, spec in Platform.__dataclass_fields__.items() if "existing" in str(spec.type)}
    assert modes == set(platform.CONTROLLERS)


@pytest.mark.parametrize("controller", platform.CONTROLLERS)
def test_a_managed_controller_runs_on_graviton_off_our_pool(defaults: Environment, controller: str) -> None:
    found = platform.releases(managing(defaults, controller))
    assert found
    selectors = [
        value
        for one in found
        for path, value in strings(one.values)
        if path.endswith("nodeSelector.kubernetes.io/arch")
    ]
    assert set(selectors) == {"arm64"}
    assert '"karpenter.sh/nodepool"' not in json.dumps([one.values for one in found])


def test_kinds_come_before_what_needs_them(defaults: Environment) -> None:
    wave = {one.chart.release: one.wave for one in platform.releases(managing(defaults, *platform.CONTROLLERS))}
    assert wave["karpenter-crd"] < wave["karpenter"] < -20, "our node pool comes in wave -20"
    assert wave["external-secrets"] < -10, "our ExternalSecrets come in wave -10"
    assert wave["cert-manager"] < min(wave["aws-load-balancer-controller"], wave["clickhouse-operator"])
    assert -10 < wave["kube-prometheus-stack"] < 0, "after its password, before what is scraped"


def test_karpenter_reads_the_interruption_queue(defaults: Environment) -> None:
    env = managing(defaults, "karpenter")
    (_, controller) = platform.releases(env)
    assert controller.values["settings"]["interruptionQueue"] == env.cluster.name
    named = replace(env, platform=replace(env.platform, interruption_queue="notices"))
    assert platform.releases(named)[1].values["settings"]["interruptionQueue"] == "notices"


def test_the_load_balancer_controller_is_told_what_it_cannot_ask(defaults: Environment) -> None:
    (one,) = platform.releases(managing(defaults, "load_balancer_controller"))
    told = {key: one.values[key] for key in ("clusterName", "region", "vpcId", "enableCertManager")}
    assert told == {
        "clusterName": "openclaw",
        "region": "us-east-1",
        "vpcId": "vpc-0123456789abcdef0",
        "enableCertManager": True,
    }


def test_prometheus_looks_at_every_monitor_and_rule(defaults: Environment) -> None:
    (one,) = platform.releases(managing(defaults, "prometheus"))
    spec = one.values["prometheus"]["prometheusSpec"]
    for selector in ("rule", "serviceMonitor", "podMonitor", "probe", "scrapeConfig"):
        assert spec[f"{selector}SelectorNilUsesHelmValues"] is False, selector
    assert one.chart.release == defaults.monitoring.release


def test_only_the_node_exporter_s_namespace_is_open(defaults: Environment) -> None:
    found = platform.namespaces(managing(defaults, *platform.CONTROLLERS))
    levels = {obj["metadata"]["name"]: obj["metadata"]["labels"][f"{KUBERNETES_SECURITY}/enforce"] for obj in found}
    assert levels == {
        "argo-rollouts": "restricted",
        "cert-manager": "restricted",
        "clickhouse-operator": "restricted",
        "external-secrets": "restricted",
        "monitoring": "privileged",
    }


def test_policies_for_our_pods_leave_charts_alone(environments: dict[str, Environment]) -> None:
    for obj in platform.namespaces(environments["staging"]) + langfuse.namespaces(environments["staging"]):
        if obj["kind"] == "Namespace":
            assert obj["metadata"]["labels"]["app.kubernetes.io/part-of"] == "openclaw-platform"


# --- Langfuse --------------------------------------------------------------------------------------------------------


def references(value: Any) -> Iterator[tuple[str, str]]:
    """Secret and key of every reference in values, in each of the forms that the chart and its stores have."""
    if isinstance(value, dict):
        if "secretKeyRef" in value:
            yield value["secretKeyRef"]["name"], value["secretKeyRef"]["key"]
        if "existingSecret" in value:
            keys = [value.get("existingSecretKey"), value.get("existingSecretPasswordKey")]
            for key in [*keys, *value.get("secretKeys", {}).values()]:
                if key:
                    yield value["existingSecret"], key
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_every_key_that_langfuse_reads_is_fetched(name: str, environments: dict[str, Environment]) -> None:
    env = environments[name]
    (secret,) = langfuse.secrets(env)
    read = set(references(langfuse_values.values(env)))
    assert {one for one, _ in read} == {secret.name}
    assert sorted(key for _, key in read if key not in secret.data) == []


def test_its_collector_and_its_first_project_have_the_same_keys(environments: dict[str, Environment]) -> None:
    env = environments["staging"]
    theirs = {(remote.entry, remote.property) for secret in langfuse.secrets(env) for remote in secret.data.values()}
    ours = {
        (remote.entry, remote.property) for secret in otel_collector.secrets(env) for remote in secret.data.values()
    }
    assert ours <= theirs


def test_keys_that_the_chart_would_make_up_are_all_given(environments: dict[str, Environment]) -> None:
    for name in ("staging", "prod"):
        made = langfuse_values.values(environments[name])
        for key in ("salt", "encryptionKey"):
            assert "secretKeyRef" in made["langfuse"][key]
        assert "secretKeyRef" in made["langfuse"]["nextauth"]["secret"]
        for store in ("postgresql", "redis", "clickhouse"):
            assert made[store]["auth"]["existingSecret"] == "langfuse"
    bundled = langfuse_values.values(environments["staging"])
    assert bundled["postgresql"]["settings"] == bundled["postgresql"]["userDatabase"] == {"existingSecret": "langfuse"}
    assert bundled["redis"]["auth"]["usersExistingSecret"] == "langfuse"
    assert bundled["clickhouse"]["crdCheck"] is False


def test_stores_outside_are_reached_with_tls(environments: dict[str, Environment]) -> None:
    made = langfuse_values.values(environments["prod"])
    assert [made[store]["deploy"] for store in ("postgresql", "redis", "clickhouse", "s3")] == [False] * 4
    assert made["postgresql"]["args"] == "sslmode=require"
    assert made["redis"]["tls"] == {"enabled": True}
    assert made["clickhouse"]["host"].startswith("https://")
    assert made["clickhouse"]["migration"] == {"ssl": True}


def test_the_bucket_is_used_without_keys(environments: dict[str, Environment]) -> None:
    made = langfuse_values.values(environments["prod"])["s3"]
    assert not {"accessKeyId", "secretAccessKey", "auth"} & made.keys()
    assert made["bucket"] == "openclaw-prod-langfuse-111122223333"


def test_a_bundled_store_is_not_on_spot(environments: dict[str, Environment]) -> None:
    made = langfuse_values.values(environments["staging"])
    for one in (made["postgresql"], made["redis"], made["clickhouse"]["cluster"], made["clickhouse"]["keeper"]):
        assert one["nodeSelector"]["karpenter.sh/capacity-type"] == "on-demand"


def policies(env: Environment) -> dict[str, Obj]:
    part = next(part for part in registry.render(env) if part.name == "langfuse")
    return {obj["metadata"]["name"]: obj["spec"] for obj in part.objects}


def test_only_collector_and_load_balancer_reach_langfuse(environments: dict[str, Environment]) -> None:
    prod = policies(environments["prod"])["langfuse"]
    collector = {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "otel-collector"}},
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "telemetry"}},
    }
    door = [{"ipBlock": {"cidr": cidr}} for cidr in environments["prod"].ingress.alb_subnets]
    ports = [{"port": 3000, "protocol": "TCP"}]
    assert prod["ingress"] == [{"from": [collector], "ports": ports}, {"from": door, "ports": ports}]
    assert set(policies(environments["prod"])) == {"langfuse"}


def test_every_bundled_store_has_a_policy(environments: dict[str, Environment]) -> None:
    made = policies(environments["staging"])
    assert set(made) == {"clickhouse-keeper", "clickhouse-server", "langfuse", "postgresql", "redis"}
    assert made["postgresql"]["ingress"] == [
        {
            "fromEndpoints": [{"matchLabels": {"k8s:app.kubernetes.io/name": "langfuse"}}],
            "toPorts": [{"ports": [{"port": "5432", "protocol": "TCP"}]}],
        }
    ]


def test_an_external_langfuse_renders_nothing(environments: dict[str, Environment]) -> None:
    env = environments["prod"]
    env = replace(env, langfuse=replace(env.langfuse, mode="external", url="https://langfuse.example.com"))
    assert not any(made(env) for made in (langfuse.releases, langfuse.namespaces, langfuse.pods, langfuse.edges))
    assert langfuse.secrets(env) == []


def test_clickhouse_alone_needs_a_privileged_namespace(environments: dict[str, Environment]) -> None:
    levels = {
        name: langfuse.namespaces(environments[name])[0]["metadata"]["labels"][f"{KUBERNETES_SECURITY}/enforce"]
        for name in ("staging", "prod")
    }
    assert levels == {"staging": "privileged", "prod": "restricted"}


# --- the pages -------------------------------------------------------------------------------------------------------


def test_the_page_tells_every_chart_with_its_version(defaults: Environment) -> None:
    page = (ROOT / "docs/platform.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.split("|")] for line in page.splitlines() if line.startswith("| ")]
    told = {chart: row[3] for row in rows if len(row) == 7 for chart in re.findall(r"`([a-z-]+)`", row[2])}
    every = [*platform.releases(managing(defaults, *platform.CONTROLLERS)), Release(langfuse.CHART, {}, 0)]
    expected = {one.chart.chart: one.chart.version for one in every}
    assert {chart: version for chart, version in told.items() if chart in expected} == expected


def test_the_page_tells_every_secret_of_langfuse(environments: dict[str, Environment]) -> None:
    page = (ROOT / "docs/langfuse.md").read_text("utf-8")
    (secret,) = langfuse.secrets(environments["staging"])
    properties = {remote.property for remote in secret.data.values()}
    assert sorted(one for one in properties if f"`{one}`" not in page) == []
