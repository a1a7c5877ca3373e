"""aws-private: nobody outside of the account gets at anything.

Looked at: buckets block public access in all four ways; no statement allows everybody (`Principal: "*"`, or everybody
but somebody) without a condition that says who: account, organisation, ARN, VPC or endpoint; no security group lets the
whole internet in.

The policy of a VPC endpoint says what may be called through it, by whoever is inside the VPC already: there `*` is no
door, but a way to carry data out to somebody else's account, so it needs such a condition, or resources that are named.

Limits: conditions are read by their keys and operators, not by what their values mean; the front door is an Ingress,
whose load balancer and security group no template holds.  Principals of other accounts that are named are believed.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.aws.account import Account, Resource
from generator.check.aws.policies import Statement, is_everything, statements
from generator.check.objectset import Breach
from generator.check.rules import Severity
from generator.check.walk import each, table, text
from generator.environment.problem import Path
from generator.kubernetes.objects import Obj

ID, SEVERITY = "aws-private", Severity.ERROR
REMEDIATION = "block public access, name the principal, or add a condition on the account that it is for"

BLOCKS = {
    "BlockPublicAcls": "an upload may make its object public",
    "BlockPublicPolicy": "a change of the policy may make it public",
    "IgnorePublicAcls": "objects that say so are public",
    "RestrictPublicBuckets": "a policy that names everybody holds",
}
"""The four ways of S3 to be public, and what happens where one is not blocked (S3 user guide, block public access)."""

NARROWING = frozenset(
    (
        *("aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths"),
        *("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner"),
        *("aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip", "kms:calleraccount", "s3:dataaccesspointaccount"),
    )
)
"""Condition keys that leave few callers, in lower case (IAM user guide, global condition keys)."""

OPERATORS = ("ArnEquals", "ArnLike", "IpAddress", "StringEquals", "StringEqualsIgnoreCase", "StringLike")
"""Operators that fail where the key is missing, and so narrow."""

ANYWHERE = ("0.0.0.0/0", "::/0")


def check(account: Account) -> Iterator[Breach]:
    for bucket in account.of("AWS::S3::Bucket"):
        blocked = table(bucket.properties, "PublicAccessBlockConfiguration")
        for key, consequence in BLOCKS.items():
            if blocked.get(key) not in (True, "true"):
                path = bucket.path("PublicAccessBlockConfiguration", key)
                yield Breach(bucket, path, f"{key} is not set: {consequence}")
    for statement in statements(account):
        if statement.allows and "NotPrincipal" in statement.obj:
            yield Breach(statement.resource, (*statement.path, "NotPrincipal"), "allows everybody but whom it names")
        if statement.allows and statement.is_for_everybody and not is_narrow(account, statement):
            message = "allows everybody: any AWS account may do what it says"
            yield Breach(statement.resource, (*statement.path, "Principal"), message)
    for resource in account.of("AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"):
        yield from _ingress(resource)


def is_narrow(account: Account, statement: Statement) -> bool:
    """Whether something other than the principal says who may."""
    for operator, key, values in statement.conditions():
        named = operator.removeprefix("ForAnyValue:")
        if named in OPERATORS and key in NARROWING and not any(one in ("*", *ANYWHERE) for one in values):
            return True
    if statement.resource.type != "AWS::EC2::VPCEndpoint":
        return False
    resources = [account.said(statement.resource.template, one) for _, one in statement.entries("Resource")]
    return bool(resources) and not any(map(is_everything, resources))


def _ingress(resource: Resource) -> Iterator[Breach]:
    rules: list[tuple[Path, Obj]] = [((), resource.properties)]
    if resource.type == "AWS::EC2::SecurityGroup":
        key = "SecurityGroupIngress"
        rules = [((key, index), one) for index, one in each(resource.properties, key)]
    for path, rule in rules:
        for key in ("CidrIp", "CidrIpv6"):
            if text(rule, key) in ANYWHERE:
                message = f"lets the whole internet in, from {text(rule, key)}"
                yield Breach(resource, resource.path(*path, key), message)
