"""What holds over all components: unique objects, policies on every pod, quotas that fit, secrets that arrive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from generator.components import langfuse, registry
from generator.environment.image import Image
from generator.environment.load import names
from generator.environment.model import Environment
from generator.environment.problem import EnvironmentInvalid
from generator.environment.services import Service
from generator.kubernetes.objects import Obj, identity
from generator.kubernetes.quantity import mebibytes
from tests.conftest import ROOT

EACH = pytest.mark.parametrize("name", names(ROOT / "environments"))


def objects(env: Environment) -> list[Obj]:
    return [obj for part in registry.render(env) for obj in part.objects]


def workloads(env: Environment) -> list[Obj]:
    return [obj for obj in objects(env) if obj["kind"] in ("Deployment", "StatefulSet")]


def backups(env: Environment) -> list[Obj]:
    return [obj for obj in objects(env) if obj["kind"] == "CronJob"]


def containers(env: Environment) -> Iterator[tuple[str, Obj]]:
    for obj in workloads(env):
        for container in obj["spec"]["template"]["spec"]["containers"]:
            yield f"{identity(obj)} container {container['name']}", container


@EACH
def test_no_object_is_rendered_twice(name: str, environments: dict[str, Environment]) -> None:
    counted = Counter(map(identity, objects(environments[name])))
    assert [str(one) for one, count in counted.items() if count > 1] == []


@EACH
def test_every_workload_has_exactly_one_network_policy_of_the_chosen_kind(
    name: str, environments: dict[str, Environment]
) -> None:
    env = environments[name]
    kind = "CiliumNetworkPolicy" if env.network.cni == "cilium" else "NetworkPolicy"
    policies = [(obj["metadata"]["namespace"], obj["metadata"]["name"]) for obj in objects(env) if obj["kind"] == kind]
    for obj in workloads(env):
        assert policies.count((obj["metadata"]["namespace"], obj["metadata"]["name"])) == 1, identity(obj)


@EACH
def test_every_namespace_denies_by_default_and_enforces_restricted(
    name: str, environments: dict[str, Environment]
) -> None:
    found = objects(environments[name])
    used = {obj["metadata"]["namespace"] for obj in workloads(environments[name])}
    enforced = {
        obj["metadata"]["name"]
        for obj in found
        if obj["kind"] == "Namespace"
        and obj["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    }
    denied = {
        obj["metadata"]["namespace"]
        for obj in found
        if obj["kind"] == "NetworkPolicy" and obj["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    }
    assert used <= enforced
    assert denied - set(langfuse_namespace(environments[name])) == used


def langfuse_namespace(env: Environment) -> list[str]:
    """The one namespace of a chart in which nothing flows undeclared."""
    return [langfuse.NAMESPACE] if env.langfuse.managed else []


@EACH
def test_quota_holds_every_replica_twice(name: str, environments: dict[str, Environment]) -> None:
    """Once running, once more while a rollout replaces it; a backup, which ends, once."""
    env = environments[name]
    maximum = {
        (obj["metadata"]["namespace"], obj["spec"]["scaleTargetRef"]["name"]): obj["spec"]["maxReplicas"]
        for obj in objects(env)
        if obj["kind"] == "HorizontalPodAutoscaler"
    }
    needed: dict[str, int] = {}
    for obj in backups(env):
        [container] = obj["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
        needed["openclaw"] = needed.get("openclaw", 0) + mebibytes(container["resources"]["requests"]["memory"])
    for obj in workloads(env):
        where, called = obj["metadata"]["namespace"], obj["metadata"]["name"]
        count = 2 * maximum.get((where, called), obj["spec"].get("replicas", 1))
        for container in obj["spec"]["template"]["spec"]["containers"]:
            needed[where] = needed.get(where, 0) + count * mebibytes(container["resources"]["requests"]["memory"])
    granted = {
        obj["metadata"]["namespace"]: mebibytes(obj["spec"]["hard"]["requests.memory"])
        for obj in objects(env)
        if obj["kind"] == "ResourceQuota"
    }
    assert granted == needed


@EACH
def test_every_secret_that_a_pod_reads_is_fetched(name: str, environments: dict[str, Environment]) -> None:
    env = environments[name]
    fetched = {
        (obj["metadata"]["namespace"], obj["spec"]["target"]["name"], item["secretKey"])
        for obj in objects(env)
        if obj["kind"] == "ExternalSecret"
        for item in obj["spec"]["data"]
    }
    read = set(secret_references(env))
    assert read <= fetched, f"read but not fetched: {sorted(read - fetched)}"


def secret_references(env: Environment) -> Iterator[tuple[str, str, str]]:
    for obj in workloads(env):
        for container in obj["spec"]["template"]["spec"]["containers"]:
            for variable in container["env"]:
                reference: Any = variable.get("valueFrom", {}).get("secretKeyRef")
                if reference:
                    yield obj["metadata"]["namespace"], reference["name"], reference["key"]


@EACH
def test_every_pod_runs_on_graviton_without_rights(name: str, environments: dict[str, Environment]) -> None:
    for obj in workloads(environments[name]):
        pod = obj["spec"]["template"]["spec"]
        assert pod["nodeSelector"]["kubernetes.io/arch"] == "arm64", identity(obj)
        assert pod["securityContext"]["runAsNonRoot"] is True, identity(obj)
        assert 0 < pod["terminationGracePeriodSeconds"] <= 120, identity(obj)
        assert {one["topologyKey"] for one in pod["topologySpreadConstraints"]} == {
            "topology.kubernetes.io/zone",
            "kubernetes.io/hostname",
        }
    for where, container in containers(environments[name]):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, where
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys(), where


@EACH
def test_names_of_a_part_end_in_its_suffix(name: str, environments: dict[str, Environment]) -> None:
    """Kustomize appends it to every name of the overlay; one that lacks it would never match."""
    for part in registry.render(environments[name]):
        assert [str(identity(obj)) for obj in part.objects if not obj["metadata"]["name"].endswith(part.suffix)] == []


def test_a_service_that_no_component_reads_is_named(defaults: Environment) -> None:
    idle = Service(True, Image("registry.example.com/search", "1.2.3"), 1, defaults.cache.resources, {})
    env = replace(defaults, services={**defaults.services, "nobody": idle})
    with pytest.raises(EnvironmentInvalid, match=r"services\.nobody: no component reads it"):
        registry.base(env)
