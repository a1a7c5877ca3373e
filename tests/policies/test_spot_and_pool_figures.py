"""What the rules on Spot, pools and images compute with: drains, instance types, requests, image names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.check.compute.instances import instance_types
from generator.check.compute.placement import Constraint, demands, tolerates
from generator.check.compute.pools import pools
from generator.check.compute.requests import Need, nodes, quantity, requests
from generator.check.objectset import Item, ObjectSet
from generator.check.rules import arch_images, spot_drainable, spot_grace
from generator.check.workloads.scale import share
from generator.kubernetes.objects import Obj
from tests.conftest import ROOT

from .sets import FOLDER, breaches, fixture


def of(*objects: Obj) -> ObjectSet:
    return ObjectSet(tuple(Item("set.yaml", obj, number) for number, obj in enumerate(objects)))


def container(image: str, **more: Any) -> Obj:
    return {"name": "main", "image": image, **more}


def workload(kind: str, name: str, *containers: Obj, **pod: Any) -> Obj:
    spec = {"nodeSelector": {"karpenter.sh/nodepool": "agents"}, "containers": list(containers), **pod}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "agents"},
        "spec": {"template": {"metadata": {"labels": {"app": name}}, "spec": spec}},
    }


def config_map(name: str, **files: Any) -> Obj:
    data = {key.replace("_", "."): json.dumps(value) for key, value in files.items()}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "agents"}, "data": data}


def mounting(name: str) -> list[Obj]:
    return [{"name": "config", "configMap": {"name": name}}]


TURNS_OF_60 = {"gateway": {}, "agents": {"defaults": {"timeoutSeconds": 60}}}
BIFROST = {
    "providers": {
        "quick": {"keys": [], "network_config": {"default_request_timeout_in_seconds": 20}},
        "silent": {"keys": []},
    }
}
FAILOVER = {"governance": {"routing_rules": [{"name": "one"}, {"name": "two", "fallbacks": ["quick/model"]}]}}


@pytest.mark.parametrize(
    ("image", "files", "seconds"),
    [
        ("ghcr.io/openclaw/openclaw:2026.9.6", {"openclaw_json": {"gateway": {}, "agents": {"defaults": {}}}}, 315),
        (
            "111122223333.dkr.ecr.us-east-1.amazonaws.com/openclaw@sha256:0",
            {"openclaw_json": TURNS_OF_60, "settings_json": {"retry": {"provider": {"maxRetries": 0}}}},
            60,
        ),
        ("openclaw:1", {"openclaw_json": TURNS_OF_60}, 315),  # a call that fails is repeated, with a turn's time anew
        (
            "openclaw:1",
            {"openclaw_json": TURNS_OF_60, "settings_json": {"retry": {"provider": {"maxRetries": 2}}}},
            315,
        ),
        ("openclaw:1", {}, None),
        ("ghcr.io/berriai/litellm-non_root:v1.109.1", {}, 30),
        ("docker.io/maximhq/bifrost:v2.6.0", {"config_json": BIFROST}, 300),
        ("docker.io/maximhq/bifrost:v2.6.0", {"config_json": BIFROST | FAILOVER}, 600),
        ("docker.io/maximhq/bifrost:v2.6.0", {}, None),
        ("otel/opentelemetry-collector-contrib:0.164.0", {}, 10),
        ("valkey/valkey:9.0", {}, 3),
        ("registry.example/openclaw/redis-exporter:1.0", {}, None),
    ],
)
def test_drain_is_what_the_program_is_configured_to(image: str, files: dict[str, Any], seconds: float | None) -> None:
    obj = workload("Deployment", "main", container(image), volumes=mounting("config"))
    (line,) = spot_grace.timeline(of(obj, config_map("config", **files)))
    assert (line.drain and line.drain.seconds) == seconds


@pytest.mark.parametrize(
    ("hook", "seconds"),
    [
        ({"sleep": {"seconds": 7}}, 7),
        ({"exec": {"command": ["sleep", "20"]}}, 20),
        ({"exec": {"command": ["/bin/sh", "-c", "sleep 1.5m; kill -QUIT 1; sleep 3"]}}, 93),
        ({"exec": {"command": ["sh", "-c", "sleepless 20; sleep 20x"]}}, 0),
        ({"httpGet": {"path": "/quit", "port": 80}}, 0),
    ],
)
def test_prestop_lasts_as_long_as_it_sleeps(hook: Obj, seconds: float) -> None:
    obj = workload("Deployment", "main", container("web:1", lifecycle={"preStop": hook}))
    (line,) = spot_grace.timeline(of(obj))
    assert (line.pre_stop, line.signalled) == (seconds, 10 + seconds)


def test_time_line_runs_from_the_notice_to_the_kill() -> None:
    (line,) = spot_grace.timeline(fixture(FOLDER / "spot-grace" / "good.yaml"))
    assert (line.evicted, line.signalled, line.drained, line.killed) == (10, 15, 105, 120)


def test_time_lines_are_shown_as_a_table() -> None:
    sidecar = container("web:1", name="sidecar", restartPolicy="Always")
    proxy = container("litellm:1", env=[{"name": "GRACEFUL_SHUTDOWN_TIMEOUT", "value": "80"}])
    obj = workload("Deployment", "proxy", proxy, initContainers=[sidecar, container("tool:1", name="once")])
    assert spot_grace.table(of(obj)).splitlines() == [
        "workload                 container  notice  evicted  SIGTERM  drained  killed  drain bounded by",
        "Deployment agents/proxy  sidecar         0       10       10        ?      40  not known",
        "Deployment agents/proxy  main            0       10       10       90      40  GRACEFUL_SHUTDOWN_TIMEOUT",
    ]


def test_what_cannot_run_on_spot_has_no_time_line() -> None:
    pool = {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {"name": "agents"},
        "spec": {
            "template": {
                "spec": {
                    "requirements": [{"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["on-demand"]}]
                }
            }
        },
    }
    elsewhere = workload("Deployment", "elsewhere", container("web:1"), nodeSelector={"disk": "fast"})
    assert spot_grace.timeline(of(workload("Deployment", "main", container("web:1")), pool, elsewhere)) == []


# Figures and arithmetic


def test_instance_figures_are_those_that_karpenter_documents() -> None:
    """karpenter.sh, reference of instance types, August 2026: vCPUs, MiB, and what is left of them, and pods."""
    found = {
        one.name: (one.vcpus, one.memory, one.allocatable_cpu, one.allocatable_memory, one.pods)
        for one in instance_types()
        if one.name in ("c8g.large", "m8g.medium", "m9g.large", "r8g.2xlarge")
    }
    assert found == {
        "c8g.large": (2, 4096, 1930, 3055, 29),
        "m8g.medium": (1, 4096, 940, 3286, 8),
        "m9g.large": (2, 8192, 1930, 6514, 59),
        "r8g.2xlarge": (8, 65536, 7910, 59568, 58),
    }


def test_instances_and_schemas_come_from_one_release_of_karpenter() -> None:
    instances = json.loads((ROOT / "generator" / "check" / "compute" / "instances.json").read_text())
    sources = json.loads((ROOT / "tools" / "schemas" / "sources.json").read_text())
    (module,) = [one for one in sources["modules"] if one["module"] == instances["module"]]
    assert (instances["version"], instances["sum"]) == (module["version"], module["sum"])


def test_graviton4_of_three_categories_and_two_sizes_is_32_types() -> None:
    (pool,) = pools(fixture(FOLDER / "pool-fits" / "good.yaml"))
    assert len(pool.types) == 32
    assert pool.complete


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("500m", 0.5),
        (2, 2),
        ("1.5", 1.5),
        ("1Gi", 2**30),
        ("1e3", 1000),
        ("5E", 5e18),
        ("2M", 2e6),
        (True, None),
        ("x", None),
    ],
)
def test_quantities_are_numbers(written: Any, value: float | None) -> None:
    assert quantity(written) == value


def asking(cpu: str, **more: Any) -> Obj:
    return {"resources": {"requests": {"cpu": cpu}}, **more}


@pytest.mark.parametrize(
    ("pod", "cpu"),
    [
        ({"containers": [asking("1"), asking("500m")]}, 1500),
        ({"containers": [asking("1")], "initContainers": [asking("3"), asking("2")]}, 3000),
        ({"containers": [asking("1")], "initContainers": [asking("1", restartPolicy="Always"), asking("3")]}, 4000),
        ({"containers": [asking("1")], "initContainers": [asking("3"), asking("1", restartPolicy="Always")]}, 3000),
        ({"containers": [{"resources": {"limits": {"cpu": 2}}}], "overhead": {"cpu": "250m"}}, 2250),
        ({"containers": [asking("1")], "resources": {"requests": {"cpu": "4"}}}, 4000),
        ({}, 0),
    ],
)
def test_a_pod_asks_for_its_containers_or_for_what_starting_them_takes(pod: Obj, cpu: float) -> None:
    assert requests(pod).cpu == cpu


@pytest.mark.parametrize(
    ("pods", "count"),
    [
        ([], 0),
        ([(Need(1000, 1024), 3)], 3),
        ([(Need(500, 512), 7)], 3),
        ([(Need(1500, 512), 2), (Need(400, 512), 2)], 2),
        ([(Need(0, 0), 9)], 3),
        ([(Need(2000, 1), 1)], None),
        ([(Need(2000, 1), 0)], 0),
    ],
)
def test_pods_are_packed_onto_as_many_nodes_as_they_fill(pods: list[tuple[Need, int]], count: int | None) -> None:
    assert nodes(pods, cpu=1900, memory=3000, slots=4) == count


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("redis", ("docker.io/library/redis", "latest")),
        ("redis:8.4.2", ("docker.io/library/redis", "8.4.2")),
        ("otel/collector:1", ("docker.io/otel/collector", "1")),
        ("localhost:5000/team/tool", ("localhost:5000/team/tool", "latest")),
        ("ghcr.io/team/tool:1.2@sha256:0", ("ghcr.io/team/tool", "1.2")),
        ("ghcr.io/team/tool@sha256:0", ("ghcr.io/team/tool", "")),
    ],
)
def test_short_image_names_mean_docker_hub(image: str, parts: tuple[str, str]) -> None:
    assert arch_images.split(image) == parts


def test_records_of_images_say_where_and_when() -> None:
    for repository, record in arch_images.records().items():
        assert record.keys() == {"platforms", "tags", "source", "date"}, repository
        assert record["tags"], repository
        assert arch_images.split(f"{repository}:{record['tags'][0]}") == (repository, record["tags"][0])


@pytest.mark.parametrize(
    ("operator", "values", "admitted"),
    [
        ("In", ("7", "8"), {"7", "8"}),
        ("NotIn", ("7",), {"8", "9", None}),
        ("Exists", (), {"7", "8", "9"}),
        ("DoesNotExist", (), {None}),
        ("Gt", ("7",), {"8", "9"}),
        ("Gte", ("8",), {"8", "9"}),
        ("Lt", ("8",), {"7"}),
        ("Lte", ("8",), {"7", "8"}),
        ("Gt", ("large",), set()),
        ("Gt", (), set()),
    ],
)
def test_constraints_admit_what_kubernetes_says(
    operator: str, values: tuple[str, ...], admitted: set[str | None]
) -> None:
    constraint = Constraint("instance-generation", operator, values)
    assert {value for value in ("7", "8", "9", None) if constraint.admits(value)} == admitted


@pytest.mark.parametrize(
    ("toleration", "tolerated"),
    [
        ({"key": "dedicated", "operator": "Equal", "value": "agents", "effect": "NoSchedule"}, True),
        ({"key": "dedicated", "value": "agents"}, True),
        ({"key": "dedicated", "operator": "Exists"}, True),
        ({"operator": "Exists"}, True),
        ({"operator": "Exists", "effect": "NoExecute"}, False),
        ({"key": "dedicated", "value": "batch"}, False),
        ({"key": "dedicated"}, False),
        ({"key": "other", "operator": "Exists"}, False),
    ],
)
def test_tolerations_cover_a_taint_as_kubernetes_says(toleration: Obj, tolerated: bool) -> None:
    taint = {"key": "dedicated", "value": "agents", "effect": "NoSchedule"}
    assert tolerates({"tolerations": [toleration]}, taint) is tolerated
    assert tolerates({}, taint | {"effect": "PreferNoSchedule"})


def test_alternatives_of_an_affinity_each_hold_with_the_selector() -> None:
    pod = {
        "nodeSelector": {"beta.kubernetes.io/arch": "arm64"},
        "affinity": {
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [
                        {"matchExpressions": [{"key": "a", "operator": "Exists"}]},
                        {"matchExpressions": [{"key": "b", "operator": "In", "values": ["c"]}]},
                    ]
                }
            }
        },
    }
    arch = Constraint("kubernetes.io/arch", "In", ("arm64",))
    assert demands(pod) == [(arch, Constraint("a", "Exists")), (arch, Constraint("b", "In", ("c",)))]


@pytest.mark.parametrize(
    ("value", "count", "pods"), [(1, 4, 1), ("25%", 4, 1), ("30%", 4, 2), ("0%", 4, 0), (None, 10, 3), ("many", 4, 0)]
)
def test_shares_round_up(value: Any, count: int, pods: int) -> None:
    assert share(value, count, "25%") == pods


def test_one_budget_over_two_workloads_counts_the_pods_of_both() -> None:
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "both", "namespace": "agents"},
        "spec": {"minAvailable": 1, "selector": {}},
    }
    one, other = workload("Deployment", "one", container("web:1")), workload("Deployment", "other", container("web:1"))
    assert breaches(spot_drainable, of(one, other, budget).items) == []
    assert breaches(spot_drainable, of(one, budget).items) == [
        "PodDisruptionBudget agents/both: spec.minAvailable: with 1 pod, the fewest there are, no eviction is allowed: "
        "when Spot takes a node, Deployment agents/one is killed with it, without SIGTERM"
    ]
