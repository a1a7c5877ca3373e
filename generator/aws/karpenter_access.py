"""What a managed Karpenter may do: its vendor's controller policies, for this cluster's Region, nodes, role and queue.

Left out is what our node class does not ask for: capacity reservations and placement groups to launch into, and zonal
shift (Karpenter reference, CloudFormation).
"""

from __future__ import annotations

from typing import Any

from generator.environment.model import Environment

from .policy import Allow, arn

LAUNCHED = ("fleet", "instance", "launch-template", "network-interface", "spot-instances-request", "volume")
"""What Karpenter makes, and tags as it makes it."""


def allowed(env: Environment) -> list[Allow]:
    return [*launching(env), *ending(env), *instance_profiles(env), *looking(env)]


def launching(env: Environment) -> list[Allow]:
    cluster = env.cluster.name
    made = [ec2(env, f"{kind}/*") for kind in LAUNCHED]
    asked = {
        "StringEquals": {
            f"aws:RequestTag/kubernetes.io/cluster/{cluster}": "owned",
            "aws:RequestTag/eks:eks-cluster-name": cluster,
        },
        "StringLike": {"aws:RequestTag/karpenter.sh/nodepool": "*"},
    }
    creating = {"ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"]}
    # Images and snapshots are Amazon's.
    used = [ec2(env, f"{kind}/*", account="") for kind in ("image", "snapshot")]
    used += [ec2(env, f"{kind}/*") for kind in ("security-group", "subnet")]
    run = ["ec2:RunInstances", "ec2:CreateFleet"]
    renamed = owned(cluster) | {
        "StringEqualsIfExists": {"aws:RequestTag/eks:eks-cluster-name": cluster},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"]},
    }
    return [
        Allow(run, used),
        Allow(run, [ec2(env, "launch-template/*")], owned(cluster)),
        Allow([*run, "ec2:CreateLaunchTemplate"], made, asked),
        Allow(["ec2:CreateTags"], made, asked | {"StringEquals": asked["StringEquals"] | creating}),
        Allow(["ec2:CreateTags"], [ec2(env, "instance/*")], renamed),
    ]


def ending(env: Environment) -> list[Allow]:
    found = [ec2(env, "instance/*"), ec2(env, "launch-template/*")]
    queue = arn(env, "sqs", env.platform.queue(env.cluster.name))
    return [
        Allow(["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"], found, owned(env.cluster.name)),
        Allow(["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"], [queue]),
    ]


def instance_profiles(env: Environment) -> list[Allow]:
    """Karpenter makes one for each node class, and may put no other role into it than that of the nodes."""
    profiles = [arn(env, "iam", "instance-profile/*", region="")]
    node_role = arn(env, "iam", f"role/{env.compute.node.role}", region="")
    mine, asked = _profile(env, "ResourceTag"), _profile(env, "RequestTag")
    asked["StringEquals"]["aws:RequestTag/eks:eks-cluster-name"] = env.cluster.name
    both = {operator: mine[operator] | asked[operator] for operator in mine}
    changes = ["iam:AddRoleToInstanceProfile", "iam:DeleteInstanceProfile", "iam:RemoveRoleFromInstanceProfile"]
    passed = {"StringEquals": {"iam:PassedToService": ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"]}}
    return [
        Allow(["iam:PassRole"], [node_role], passed),
        Allow(["iam:CreateInstanceProfile"], profiles, asked),
        Allow(["iam:TagInstanceProfile"], profiles, both),
        Allow(changes, profiles, mine),
        Allow(["iam:GetInstanceProfile"], profiles),
    ]


def looking(env: Environment) -> list[Allow]:
    kinds = (
        *("CapacityReservations", "Images", "InstanceStatus", "InstanceTypeOfferings", "InstanceTypes", "Instances"),
        *("LaunchTemplates", "PlacementGroups", "SecurityGroups", "SpotPriceHistory", "Subnets"),
    )
    images = arn(env, "ssm", "parameter/aws/service/eks/optimized-ami/*", account="")
    here = {"StringEquals": {"aws:RequestedRegion": env.cluster.region}}
    return [
        Allow(["eks:DescribeCluster"], [env.cluster.arn]),
        Allow(["ssm:GetParameter"], [images]),
        # What only describes knows no resource, and neither do price lists.
        Allow([f"ec2:Describe{kind}" for kind in kinds], ["*"], here),
        Allow(["iam:ListInstanceProfiles", "pricing:GetProducts"], ["*"]),
    ]


def owned(cluster: str) -> dict[str, Any]:
    """Made by Karpenter, for this cluster."""
    return {
        "StringEquals": {f"aws:ResourceTag/kubernetes.io/cluster/{cluster}": "owned"},
        "StringLike": {"aws:ResourceTag/karpenter.sh/nodepool": "*"},
    }


def ec2(env: Environment, resource: str, account: str | None = None) -> str:
    return arn(env, "ec2", resource, account=account)


def _profile(env: Environment, where: str) -> dict[str, Any]:
    return {
        "StringEquals": {
            f"aws:{where}/kubernetes.io/cluster/{env.cluster.name}": "owned",
            f"aws:{where}/topology.kubernetes.io/region": env.cluster.region,
        },
        "StringLike": {f"aws:{where}/karpenter.k8s.aws/ec2nodeclass": "*"},
    }
