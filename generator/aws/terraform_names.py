"""How the awscc provider spells CloudFormation's types, properties and values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

BOUNDARY = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Za-z])|(?<=[A-Z])(?=[A-Z][a-z])")
WORDS = ("CloudFormation", "CloudFront", "CloudWatch", "CNAMEs", "FSx", "OTel")
"""Written as one word each (the provider's internal/naming)."""


@dataclass(frozen=True)
class Type:
    """What cannot be seen from a resource of a type."""

    identifier: str = ""
    """The property that CloudFormation's `Ref` yields; empty where that is several, or none of them."""
    text: frozenset[str] = frozenset()
    """Properties, at any depth, that CloudFormation takes as an object and the provider as JSON text."""


def _type(identifier: str = "", *text: str) -> Type:
    return Type(identifier, frozenset(text))


TYPES: Mapping[str, Type] = {
    "AWS::CloudTrail::Trail": _type("TrailName"),
    # Its primary identifier is the pool and the client; `Ref` yields the client alone.
    "AWS::Cognito::UserPoolClient": _type("ClientId"),
    "AWS::Cognito::UserPoolDomain": _type(),
    "AWS::Config::ConfigRule": _type("ConfigRuleName", "InputParameters"),
    "AWS::EC2::SecurityGroup": _type("Id"),
    "AWS::EC2::VPCEndpoint": _type("Id", "PolicyDocument"),
    "AWS::EKS::AccessEntry": _type(),
    "AWS::EKS::Addon": _type(),
    "AWS::EKS::PodIdentityAssociation": _type(),
    "AWS::Events::Rule": _type("", "EventPattern"),
    "AWS::IAM::ManagedPolicy": _type("PolicyArn", "PolicyDocument"),
    "AWS::IAM::Role": _type("RoleName", "AssumeRolePolicyDocument", "PolicyDocument"),
    "AWS::KMS::Alias": _type("AliasName"),
    "AWS::KMS::Key": _type("KeyId", "KeyPolicy"),
    "AWS::Logs::LogGroup": _type("LogGroupName"),
    "AWS::S3::Bucket": _type("BucketName"),
    "AWS::S3::BucketPolicy": _type("Bucket", "PolicyDocument"),
    "AWS::SNS::Subscription": _type("Arn"),
    "AWS::SNS::Topic": _type("TopicArn"),
    "AWS::SQS::Queue": _type("QueueUrl"),
    "AWS::SecretsManager::Secret": _type("Id"),
    "AWS::WAFv2::LoggingConfiguration": _type("ResourceArn"),
}
"""The types that the provider has, by CloudFormation's name."""

CARRIED = frozenset(
    (
        "AWS::Budgets::Budget",
        "AWS::Cognito::UserPool",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
        "AWS::WAFv2::WebACL",
    )
)
"""Types that the provider has not: older than Cloud Control, or left out for the shape of their schemas, as user pools
and web ACLs are (its all_schemas.hcl).  Each goes in as a stack of CloudFormation with nothing else in it."""


@cache
def attribute(name: str) -> str:
    """`user_pool_id` of `UserPoolId`."""
    for word in WORDS:
        name = name.replace(word, word.capitalize())
    return BOUNDARY.sub("_", name).lower()


def resource_type(type_name: str) -> str:
    """`awscc_ec2_vpc_endpoint` of `AWS::EC2::VPCEndpoint`."""
    _, service, resource = type_name.split("::")
    return f"awscc_{service.lower()}_{attribute(resource)}"


def top_attribute(type_name: str, name: str) -> str:
    """Of the resource itself: `id` is Terraform's own word, so `Id` of a secret becomes `secret_id`."""
    found = attribute(name)
    return f"{attribute(type_name.split('::')[2])}_id" if found == "id" else found
