"""The role of the nodes that a managed Karpenter launches, and their way into the cluster."""

from __future__ import annotations

from generator.components import platform
from generator.environment.model import Environment

from .policy import arn, document, tags
from .resource import Att, Resource
from .stack import Output

POLICIES = ("AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy", "AmazonSSMManagedInstanceCore")
"""AWS's own, which follow what the programs of its images need (Karpenter reference, CloudFormation)."""
CNI = "AmazonEKS_CNI_Policy"
"""For the VPC CNI, which takes the node's rights; the operator of Cilium has an identity of its own."""


def resources(env: Environment) -> list[Resource]:
    """With a role of one's own, the account must allow stacks to name roles (CAPABILITY_NAMED_IAM)."""
    if not platform.managed(env, "karpenter"):
        return []
    policies = sorted([*POLICIES, *([CNI] if env.network.cni == "vpc-cni" else [])])
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = {
        # Karpenter's node class asks for it by this name.
        "RoleName": env.compute.node.role,
        "Description": f"nodes of {env.cluster.name}",
        "AssumeRolePolicyDocument": document(trust),
        "ManagedPolicyArns": [arn(env, "iam", f"policy/{name}", region="", account="aws") for name in policies],
        "Tags": tags(env),
    }
    entry = {
        "ClusterName": env.cluster.name,
        "PrincipalArn": Att("NodeRole", "Arn"),
        "Type": "EC2_LINUX",
        "Tags": tags(env),
    }
    return [
        Resource("NodeRole", "AWS::IAM::Role", role),
        Resource("NodeAccessEntry", "AWS::EKS::AccessEntry", entry),
    ]


def outputs(env: Environment) -> list[Output]:
    return []
