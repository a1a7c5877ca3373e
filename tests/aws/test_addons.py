"""EKS add-ons: none that Auto Mode has built in, each with the identity that it needs."""

from __future__ import annotations

import json

import pytest

from generator.aws import addons
from generator.aws.resource import Att, Resource
from generator.environment.model import Environment

from .account import changed, policies
from .evaluate import Call, allowed


def made(env: Environment) -> dict[str, Resource]:
    found = [one for one in addons.resources(env) if one.type == "AWS::EKS::Addon"]
    return {one.properties["AddonName"]: one for one in found}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dev", set()),
        ("staging", {"eks-pod-identity-agent", "eks-node-monitoring-agent"}),
        ("prod", {"eks-pod-identity-agent", "eks-node-monitoring-agent", "aws-network-flow-monitoring-agent"}),
    ],
)
def test_the_add_ons_of_each_environment(environments: dict[str, Environment], name: str, expected: set[str]) -> None:
    assert made(environments[name]).keys() == expected


def test_each_is_on_the_cluster_and_as_this_repository_says(environments: dict[str, Environment]) -> None:
    for one in made(environments["prod"]).values():
        assert one.properties["ClusterName"] == "openclaw-prod"
        assert one.properties["ResolveConflicts"] == "OVERWRITE"


def test_node_monitoring_is_left_out_where_it_is_off(environments: dict[str, Environment]) -> None:
    env = changed(environments["prod"], "aws.addons.node_monitoring", False)
    assert "eks-node-monitoring-agent" not in made(env)


def test_the_flow_monitor_publishes_with_a_role_of_its_own(environments: dict[str, Environment]) -> None:
    env = environments["prod"]
    addon = made(env)["aws-network-flow-monitoring-agent"]
    [association] = addon.properties["PodIdentityAssociations"]
    assert association == {
        "ServiceAccount": "aws-network-flow-monitor-agent-service-account",
        "RoleArn": Att("FlowMonitorRole", "Arn"),
    }
    assert addon.depends == ("PodIdentityAgentAddon",)
    assert json.loads(addon.properties["ConfigurationValues"])["env"]["OPEN_METRICS_PORT"] == 9109
    assert allowed(policies(env, "FlowMonitor"), Call("networkflowmonitor:Publish", "*"))
    assert not allowed(policies(env, "FlowMonitor"), Call("networkflowmonitor:DeleteMonitor", "*"))
    types = [one.type for one in addons.resources(env)]
    assert "AWS::EKS::PodIdentityAssociation" not in types, "the add-on makes the association itself"


def test_with_cilium_there_is_no_flow_monitor(environments: dict[str, Environment]) -> None:
    env = changed(environments["staging"], "network.flow_monitor", True)
    assert "aws-network-flow-monitoring-agent" not in made(env)


@pytest.mark.parametrize(("name", "after"), [("dev", ()), ("prod", ("PodIdentityAgentAddon",))])
def test_container_insights_write_to_the_groups_of_their_cluster(
    environments: dict[str, Environment], name: str, after: tuple[str, ...]
) -> None:
    env = changed(environments[name], "aws.addons.observability", True)
    addon = made(env)["amazon-cloudwatch-observability"]
    assert addon.depends == after
    assert addon.properties["PodIdentityAssociations"][0]["ServiceAccount"] == "cloudwatch-agent"
    group = (
        f"arn:aws:logs:{env.cluster.region}:111122223333:log-group:/aws/containerinsights/{{}}/application:log-stream:x"
    )
    found = policies(env, "Observability")
    assert allowed(found, Call("logs:PutLogEvents", group.format(env.cluster.name)))
    assert not allowed(found, Call("logs:PutLogEvents", group.format("other")))
    assert allowed(found, Call("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "ContainerInsights"}))
    assert not allowed(found, Call("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "AWS/Billing"}))
