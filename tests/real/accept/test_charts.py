"""The charts of controllers and of Langfuse take the rendered values, and yield what the project admits.

A chart comes from the Go module of its project, or from the folder HELM_CHARTS, which has <chart>-<version>/ of each
with its dependencies.  Cilium's has a file of its own.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.real import manifests
from tests.real.manifests import Obj
from tools.programs import Unavailable, program
from tools.programs.catalogue import catalogue

KUBERNETES = "1.35.0"
HOOKS = "helm.sh/hook"
DAEMONS = ("DaemonSet",)
"""Run on every node, whatever its architecture."""
PODS = ("Deployment", "StatefulSet", "Job")
CUSTOM = ("Alertmanager", "ClickHouseCluster", "KeeperCluster", "Prometheus")
"""Kinds of operators, with the placement of their pods in the specification or in its `podTemplate`."""
SINGLE = ("clickhouse-operator-controller-manager", "langfuse-postgresql", "langfuse-redis")
"""Of one pod by nature, or by their chart."""


class Loader(yaml.CSafeLoader):
    """Reads the bare `=` in kinds of the Prometheus Operator, which YAML 1.1 gives a type of its own, as a string."""


Loader.add_constructor("tag:yaml.org,2002:value", lambda _, node: node.value)


def applications(name: str) -> list[Obj]:
    found = (obj["spec"] for obj in manifests.objects(name, "argocd") if obj["kind"] == "Application")
    return [spec for spec in found if "chart" in spec["source"] and spec["source"]["chart"] != "cilium"]


def case(name: str, spec: Obj) -> Any:
    chart = spec["source"]["chart"]
    marks = [pytest.mark.program("helm", name), pytest.mark.program(origin(chart), name)]
    return pytest.param(name, spec, marks=marks, id=f"{name}-{chart}")


def origin(chart: str) -> str:
    """The entry of the catalogue that has a chart."""
    return f"chart-{chart}" if f"chart-{chart}" in catalogue() else "charts"


EACH = pytest.mark.parametrize(
    ("name", "spec"), [case(name, spec) for name in manifests.environments() for spec in applications(name)]
)


def folder(source: Obj) -> Path:
    found = program(origin(source["chart"]))
    assert not isinstance(found, Unavailable)
    path = Path(found.argv[0])
    return path if origin(source["chart"]) != "charts" else path / f"{source['chart']}-{source['targetRevision']}"


def template(spec: Obj) -> str:
    """What Argo CD would apply; fails with helm's words where the chart refuses the values."""
    source, helm = spec["source"], program("helm")
    assert not isinstance(helm, Unavailable)
    release = source["helm"]["releaseName"]
    argv = [*helm.argv, "template", release, str(folder(source)), "--namespace", spec["destination"]["namespace"]]
    argv += ["--include-crds", "--kube-version", KUBERNETES, "--values", "-"]
    done = subprocess.run(argv, input=json.dumps(source["helm"]["valuesObject"]), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@cache
def _rendered(spec: str) -> list[Obj]:
    found = [obj for obj in yaml.load_all(template(json.loads(spec)), Loader) if obj]
    return [item for obj in found for item in (obj["items"] if obj["kind"] == "List" else [obj])]


def rendered(spec: Obj) -> list[Obj]:
    return _rendered(json.dumps(spec, sort_keys=True))


def placed(found: list[Obj]) -> Iterator[tuple[str, Obj]]:
    """Kind and name of everything that runs pods, and where its nodes are asked for."""
    for obj in found:
        label = f"{obj['kind']} {obj['metadata']['name']}"
        if obj["kind"] in PODS:
            yield label, obj["spec"]["template"]["spec"]
        elif obj["kind"] in CUSTOM:
            yield label, obj["spec"].get("podTemplate", obj["spec"])


# --- the values ------------------------------------------------------------------------------------------------------


def defaults(chart: Path) -> Obj:
    """The values of a chart, with those of its dependencies below their names."""
    made: Obj = yaml.load((chart / "values.yaml").read_text("utf-8"), Loader) or {}
    described: Obj = yaml.load((chart / "Chart.yaml").read_text("utf-8"), Loader)
    for one in described.get("dependencies", ()):
        below = chart / "charts" / one["name"]
        if below.is_dir():
            name = one.get("alias", one["name"])
            made[name] = merged(defaults(below), made.get(name) or {})
    return made


def merged(below: Obj, above: Obj) -> Obj:
    both = {key: merged(below[key], above[key]) for key in below.keys() & above.keys() if is_section(below, above, key)}
    return below | above | both


def is_section(below: Obj, above: Obj, key: str) -> bool:
    return isinstance(below[key], dict) and isinstance(above[key], dict)


def unknown(values: Mapping[str, Any], known: Obj, path: str = "") -> Iterator[str]:
    """Keys that a chart has no default for, though it has for their neighbours: Helm would ignore them in silence."""
    for key, value in values.items():
        if key not in known:
            yield f"{path}{key}"
        elif isinstance(value, dict) and isinstance(known[key], dict) and known[key]:
            yield from unknown(value, known[key], f"{path}{key}.")


FREE = ("nodeSelector", "podSecurityContext", "resources")
"""Taken over as they stand."""
UNLISTED = {
    "cert-manager": {f"{part}podDisruptionBudget.minAvailable" for part in ("", "cainjector.", "webhook.")},
    "kube-prometheus-stack": {"grafana.grafana.ini.analytics.reporting_enabled"},
}
"""Passed on by a chart whose defaults do not name them."""


@EACH
def test_the_chart_knows_every_key(name: str, spec: Obj) -> None:
    source = spec["source"]
    found = set(unknown(source["helm"]["valuesObject"], defaults(folder(source))))
    assert (
        sorted(key for key in found - UNLISTED.get(source["chart"], set()) if not set(key.split(".")) & set(FREE)) == []
    )


@EACH
def test_the_same_values_yield_the_same_objects_and_no_key(name: str, spec: Obj) -> None:
    """Otherwise Argo CD would never be in sync, and each sync would change the keys of what runs."""
    first = template(spec)
    assert template(spec) == first
    assert "-----BEGIN" not in first
    secrets = {
        obj["metadata"]["name"]: sorted(obj.get("data") or {}) for obj in rendered(spec) if obj["kind"] == "Secret"
    }
    # Alertmanager's is its configuration, with the chart's own routes.
    assert {one: keys for one, keys in secrets.items() if keys not in ([], ["alertmanager.yaml"])} == {}


# --- what comes of them ----------------------------------------------------------------------------------------------


@EACH
def test_every_object_is_of_a_kind_and_in_a_namespace_that_the_project_admits(name: str, spec: Obj) -> None:
    projects = {
        obj["metadata"]["name"]: obj["spec"] for obj in manifests.objects(name, "argocd") if obj["kind"] == "AppProject"
    }
    project = projects[spec["project"]]
    namespaces = {one["namespace"] for one in project["destinations"]}
    kinds = {(one["group"], one["kind"]) for one in project["clusterResourceWhitelist"]}
    home = spec["destination"]["namespace"]
    wide = {
        (obj["apiVersion"].rpartition("/")[0], obj["kind"])
        for obj in rendered(spec)
        if "namespace" not in obj["metadata"] and is_cluster_wide(obj)
    }
    assert {obj["metadata"].get("namespace", home) for obj in rendered(spec)} <= namespaces
    assert wide <= kinds


def is_cluster_wide(obj: Obj) -> bool:
    """Charts may leave the namespace to Helm."""
    group = obj["apiVersion"].rpartition("/")[0]
    return group in ("admissionregistration.k8s.io", "apiextensions.k8s.io", "elbv2.k8s.aws") or obj["kind"] in (
        *("ClusterRole", "ClusterRoleBinding", "IngressClass", "Namespace", "PriorityClass"),
    )


@EACH
def test_every_pod_runs_on_graviton(name: str, spec: Obj) -> None:
    found = {one: pod.get("nodeSelector", {}).get("kubernetes.io/arch") for one, pod in placed(rendered(spec))}
    assert {one: arch for one, arch in found.items() if arch != "arm64"} == {}
    tolerating = {one: bool(pod.get("tolerations")) for one, pod in placed(rendered(spec))}
    assert all(tolerating.values()), tolerating


@EACH
def test_what_has_replicas_is_spread_and_may_be_drained(name: str, spec: Obj) -> None:
    found = rendered(spec)
    budgets = [obj["spec"] for obj in found if obj["kind"] == "PodDisruptionBudget"]
    for obj in found:
        if obj["kind"] != "Deployment" or obj["spec"].get("replicas", 1) < 2:
            continue
        pod = obj["spec"]["template"]
        label = obj["metadata"]["name"]
        topologies = {one["topologyKey"] for one in pod["spec"].get("topologySpreadConstraints", ())}
        assert topologies == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}, label
        for one in pod["spec"]["topologySpreadConstraints"]:
            wanted = one["labelSelector"]["matchLabels"].items()
            assert wanted <= pod["metadata"]["labels"].items(), f"{label}: spreads over pods of others"
        covering = [
            one for one in budgets if one["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        ]
        assert len(covering) == 1, label
        allowed = covering[0].get("maxUnavailable", obj["spec"]["replicas"] - covering[0].get("minAvailable", 0))
        assert allowed == 1, label


@EACH
def test_every_container_has_requests_and_a_limit_of_memory(name: str, spec: Obj) -> None:
    for obj in rendered(spec):
        if obj["kind"] in (*PODS, *DAEMONS) and HOOKS not in obj["metadata"].get("annotations", {}):
            pod = obj["spec"]["template"]["spec"]
            for one in [*pod["containers"], *pod.get("initContainers", ())]:
                given = one.get("resources") or {}
                where = f"{obj['metadata']['name']} {one['name']}"
                assert {"cpu", "memory"} <= given.get("requests", {}).keys(), where
                assert "memory" in given.get("limits", {}), where


@EACH
def test_every_image_is_of_a_release(name: str, spec: Obj) -> None:
    for one, pod in placed(rendered(spec)):
        for container in pod.get("containers", ()):
            if "image" in container:
                tag = container["image"].partition("@")[0].rpartition(":")[2]
                assert any(letter.isdigit() for letter in tag), f"{one}: {container['image']}"


@EACH
def test_every_secret_that_a_pod_reads_is_fetched_or_made(name: str, spec: Obj) -> None:
    home = spec["destination"]["namespace"]
    fetched = {
        (obj["spec"]["target"]["name"], item["secretKey"])
        for obj in manifests.objects(name, "secrets")
        if obj["kind"] == "ExternalSecret" and obj["metadata"]["namespace"] == home
        for item in obj["spec"]["data"]
    }
    read = {
        (variable["valueFrom"]["secretKeyRef"]["name"], variable["valueFrom"]["secretKeyRef"]["key"])
        for _, pod in placed(rendered(spec))
        for container in pod.get("containers", ())
        for variable in container.get("env", ())
        if "secretKeyRef" in variable.get("valueFrom", {})
    }
    assert sorted(read - fetched) == []
