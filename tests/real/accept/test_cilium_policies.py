"""Cilium's own library accepts every rendered policy, and means by its selectors the pods that it should."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tests.real import manifests
from tests.real.manifests import WORKLOADS, Obj
from tools.programs import Program

Programs = Callable[[str], Program]


def rendered(name: str) -> list[Obj]:
    return [obj for component in manifests.components(name) for obj in manifests.objects(name, component)]


POLICIES = {
    name: [obj for obj in rendered(name) if obj["kind"] == "CiliumNetworkPolicy"] for name in manifests.environments()
}
EACH = pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.program("cilium-policy", name)) for name in POLICIES if POLICIES[name]],
)


def verdicts(programs: Programs, policies: list[Obj], workloads: list[Obj]) -> list[Any]:
    """What Cilium makes of each policy; pods are named by the workload that they are of."""
    pods = [
        {"namespace": obj["metadata"]["namespace"], "labels": obj["spec"]["template"]["metadata"]["labels"]}
        for obj in workloads
    ]
    text = json.dumps({"policies": policies, "pods": pods})
    done = subprocess.run(programs("cilium-policy").argv, input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


def of_environment(programs: Programs, name: str) -> dict[str, Any]:
    """The verdicts by namespace and name of the policy, with pods by their workload's."""
    workloads = [obj for obj in rendered(name) if obj["kind"] in WORKLOADS]
    names = [key(obj) for obj in workloads]
    found = verdicts(programs, POLICIES[name], workloads)
    for verdict in found:
        for place in (verdict, *verdict["ingress"], *verdict["egress"]):
            place["pods"] = [names[index] for index in place["pods"]]
    return {key(policy): verdict for policy, verdict in zip(POLICIES[name], found, strict=True)}


def key(obj: Obj) -> str:
    return f"{obj['metadata']['namespace']}/{obj['metadata']['name']}"


def ways(found: dict[str, Any], direction: str) -> set[tuple[str, str, str]]:
    """Caller, called and port of every hop between our own pods, as one direction of the policies admits it."""
    return {
        (peer, own, port) if direction == "ingress" else (own, peer, port)
        for verdict in found.values()
        for own in verdict["pods"]
        for rule in verdict[direction]
        for peer in rule["pods"]
        for port in rule["ports"]
    }


@EACH
def test_no_policy_is_refused(name: str, programs: Programs) -> None:
    found = of_environment(programs, name)
    assert {policy: verdict["error"] for policy, verdict in found.items() if "error" in verdict} == {}


@EACH
def test_a_policy_of_a_workload_means_its_pods_and_no_others(name: str, programs: Programs) -> None:
    owned = {key(obj) for obj in rendered(name) if obj["kind"] in WORKLOADS}
    found = of_environment(programs, name)
    assert {policy: verdict["pods"] for policy, verdict in found.items() if policy in owned} == {
        one: [one] for one in owned
    }


@EACH
def test_both_sides_of_a_hop_admit_it(name: str, programs: Programs) -> None:
    """What one pod may call and the other may not be called by is dropped in silence."""
    found = of_environment(programs, name)
    assert ways(found, "egress") == ways(found, "ingress") != set()


@EACH
def test_http_is_read_on_plain_hops_alone(name: str, programs: Programs) -> None:
    found = of_environment(programs, name)
    read = {
        (policy, port)
        for policy, verdict in found.items()
        for rule in verdict["ingress"]
        if rule["http"]
        for port in rule["ports"]
    }
    assert {
        ("llm-gateway/llm-gateway", "4000"),
        ("telemetry/otel-collector", "4318"),
        ("telemetry/otel-collector", "8888"),
        ("telemetry/otel-collector", "9464"),
    } == read
    assert [rule for verdict in found.values() for rule in verdict["egress"] if rule["http"]] == []


@EACH
def test_the_library_refuses_what_cannot_be(name: str, programs: Programs) -> None:
    """Otherwise the tests above would prove nothing."""
    policy = json.loads(json.dumps(POLICIES[name][0]))
    rule = {
        "toEntities": ["world"],
        "toPorts": [{"ports": [{"port": "0", "protocol": "TCP"}], "rules": {"http": [{}]}}],
    }
    policy["spec"]["egress"].append(rule)
    [verdict] = verdicts(programs, [policy], [])
    assert "error" in verdict
