"""An AWS identity of pods: a role that one ServiceAccount of one cluster may take, by EKS Pod Identity."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from generator.environment.model import Environment

from .policy import Allow, document, tags
from .resource import Att, Ref, Resource

MAX_INLINE = 10_240
"""Characters, without white space, of all the policies that stand inside of a role (IAM quotas)."""
MAX_MANAGED = 6_144
"""Of one policy that stands beside it (IAM quotas)."""
REFERENCE = "x" * 100
"""Stands for what only AWS knows: ARNs of keys are shorter."""


@dataclass(frozen=True)
class Identity:
    """Who may do what."""

    name: str
    """Capitalised: `LlmGateway` makes `LlmGatewayRole` and `LlmGatewayAssociation`."""
    namespace: str
    service_account: str
    allowed: Sequence[Allow]


def resources(env: Environment, identity: Identity) -> list[Resource]:
    """The role with its policy, and the association that hands it to the pods."""
    properties = {
        "ClusterName": env.cluster.name,
        "Namespace": identity.namespace,
        "ServiceAccount": identity.service_account,
        "RoleArn": role_arn(identity),
        "Tags": tags(env),
    }
    association = Resource(f"{identity.name}Association", "AWS::EKS::PodIdentityAssociation", properties)
    return [*role(env, identity), association]


def role(env: Environment, identity: Identity) -> list[Resource]:
    """The role alone, for add-ons, which make the association themselves; with policies beside it where it is large."""
    statements = [one.statement() for one in identity.allowed]
    properties: dict[str, Any] = {
        "Description": f"{identity.namespace}/{identity.service_account} on {env.cluster.name}",
        "AssumeRolePolicyDocument": trust(env, identity),
        "Tags": tags(env),
    }
    beside = []
    if size(document(*statements)) <= MAX_INLINE:
        properties["Policies"] = [{"PolicyName": "allowed", "PolicyDocument": document(*statements)}]
    else:
        beside = [
            Resource(f"{identity.name}Policy{number}", "AWS::IAM::ManagedPolicy", {"PolicyDocument": document(*pack)})
            for number, pack in enumerate(packs(statements), 1)
        ]
        properties["ManagedPolicyArns"] = [Ref(policy.name) for policy in beside]
    return [*beside, Resource(f"{identity.name}Role", "AWS::IAM::Role", properties)]


def role_arn(identity: Identity) -> Att:
    return Att(f"{identity.name}Role", "Arn")


def size(policy: dict[str, Any]) -> int:
    """Characters of a policy as IAM counts them."""
    return len(json.dumps(policy, separators=(",", ":"), default=lambda reference: REFERENCE))


def packs(statements: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The statements in order, in as few policies of the allowed size as that takes."""
    found: list[list[dict[str, Any]]] = [[]]
    for statement in statements:
        if found[-1] and size(document(*found[-1], statement)) > MAX_MANAGED:
            found.append([])
        found[-1].append(statement)
    return found


def trust(env: Environment, identity: Identity) -> dict[str, Any]:
    """EKS tags each session with where it is for; a role is for one place only (EKS user guide, pod-id-abac)."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {
                "StringEquals": {
                    "aws:RequestTag/eks-cluster-arn": env.cluster.arn,
                    "aws:RequestTag/kubernetes-namespace": identity.namespace,
                    "aws:RequestTag/kubernetes-service-account": identity.service_account,
                }
            },
        }
    )
