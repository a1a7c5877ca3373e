"""Nodes of a managed Karpenter: the role that the node class names, let into the cluster."""

from __future__ import annotations

from typing import Any

import pytest

from generator.aws import nodes
from generator.aws.resource import Att
from generator.components import karpenter
from generator.environment.model import Environment

from .account import changed
from .evaluate import Call, allowed


@pytest.fixture
def made(environments: dict[str, Environment]) -> dict[str, Any]:
    return {one.name: one.properties for one in nodes.resources(environments["staging"])}


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_an_existing_karpenter_has_nodes_already(environments: dict[str, Environment], name: str) -> None:
    assert nodes.resources(environments[name]) == []


def test_the_role_is_the_node_classs(environments: dict[str, Environment], made: dict[str, Any]) -> None:
    node_class = karpenter.node_class(environments["staging"])
    assert made["NodeRole"]["RoleName"] == node_class["spec"]["role"]


def test_instances_take_the_role_and_nobody_else(made: dict[str, Any]) -> None:
    trust = [made["NodeRole"]["AssumeRolePolicyDocument"]]
    assert allowed(trust, Call("sts:AssumeRole", service="ec2.amazonaws.com"))
    assert not allowed(trust, Call("sts:AssumeRole", service="pods.eks.amazonaws.com"))


def test_only_the_vpc_cni_takes_rights_from_its_node(environments: dict[str, Environment]) -> None:
    def policies(env: Environment) -> list[str]:
        found = nodes.resources(env)[0].properties["ManagedPolicyArns"]
        return [arn.removeprefix("arn:aws:iam::aws:policy/") for arn in found]

    every = ["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy", "AmazonSSMManagedInstanceCore"]
    env = environments["staging"]
    assert policies(env) == every
    assert policies(changed(env, "network.cni", "vpc-cni")) == sorted([*every, "AmazonEKS_CNI_Policy"])


def test_nodes_are_let_into_the_cluster(made: dict[str, Any]) -> None:
    entry = made["NodeAccessEntry"]
    assert (entry["ClusterName"], entry["Type"]) == ("openclaw-staging", "EC2_LINUX")
    assert entry["PrincipalArn"] == Att("NodeRole", "Arn")
