"""What the operator of a managed Cilium may do: make network interfaces for nodes, and addresses on them for pods.

The actions are those of Cilium 1.20 in ENI mode (its documentation, network/concepts/ipam/eni).  Interfaces that EC2
made with the node are not marked as Cilium's, so the VPC bounds what it may touch, where the environment names it.
"""

from __future__ import annotations

from generator.environment.model import Environment

from .policy import Allow, arn


def allowed(env: Environment) -> list[Allow]:
    def ec2(*kinds: str) -> list[str]:
        return [arn(env, "ec2", f"{kind}/*") for kind in kinds]

    kinds = (
        *("InstanceTypes", "ManagedPrefixLists", "NetworkInterfaces", "RouteTables", "SecurityGroups", "Subnets"),
        *("Tags", "Vpcs"),
    )
    vpc = env.cluster.vpc_id
    inside = {"ArnEquals": {"ec2:Vpc": arn(env, "ec2", f"vpc/{vpc}")}} if vpc else {}
    addresses = ["ec2:AssignPrivateIpAddresses", "ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses"]
    return [
        Allow(addresses, ec2("network-interface"), inside),
        Allow(["ec2:CreateNetworkInterface"], ec2("network-interface")),
        Allow(["ec2:CreateNetworkInterface"], ec2("subnet", "security-group"), inside),
        Allow(["ec2:AttachNetworkInterface"], ec2("instance", "network-interface")),
        Allow(["ec2:ModifyNetworkInterfaceAttribute"], ec2("instance", "network-interface", "security-group")),
        Allow(["ec2:CreateTags"], ec2("network-interface")),
        Allow(["ec2:GetManagedPrefixListEntries"], ec2("prefix-list")),
        # What only describes knows no resource.
        Allow(
            [f"ec2:Describe{kind}" for kind in kinds],
            ["*"],
            {"StringEquals": {"aws:RequestedRegion": env.cluster.region}},
        ),
    ]
