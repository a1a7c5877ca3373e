"""aws-wildcards: roles and policies name what they allow.

`*` is a promise about everything that the account will ever hold: a bucket that is made next year, an action that AWS
adds next month.  Whoever takes over the pod has it too.

Looked at: every Allow of roles, managed policies, and policies of buckets, queues, topics, keys, secrets and endpoints.
Refused are the action `*`, all actions of a service (`s3:*`), a resource of `*` or of a service's everything
(`arn:aws:s3:::*`), `NotAction` and `NotResource`, and AWS' managed policies of that kind (`AdministratorAccess`,
`PowerUserAccess`, `...FullAccess`).  A condition does not make up for it.

Not refused: in the policy of a KMS key `*` is this key alone, and `kms:*` for the account's root hands the decision to
IAM: without it nobody could change the policy any more (KMS developer guide, default key policy).  The policy of a VPC
endpoint grants nothing, it bounds what may pass: there a resource may be left open where the ARN or the condition
`aws:ResourceAccount` says whose it is.  Actions that AWS does not scope to resources are allowed on `*`: there is
nothing finer (Service Authorization Reference, actions whose column of resource types is empty).

Limits: wildcards inside of a name are not weighed (`s3:Get*`, `role/openclaw-*`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.check.aws.account import Account
from generator.check.aws.policies import Statement, is_everything, statements
from generator.check.objectset import Breach
from generator.check.rules import Severity

ID, SEVERITY = "aws-wildcards", Severity.ERROR
REMEDIATION = "name the actions and ARNs; where AWS has no finer ones, waive it with the reason"

_UNSCOPED = {
    "acm": "ListCertificates",
    "bedrock": "ListFoundationModels",
    "cloudwatch": "PutMetricData",
    "ec2": """
        DescribeAccountAttributes DescribeAddresses DescribeAvailabilityZones DescribeCapacityReservations
        DescribeImages DescribeInstanceStatus DescribeInstanceTypeOfferings DescribeInstanceTypes DescribeInstances
        DescribeInternetGateways DescribeLaunchTemplates DescribeManagedPrefixLists DescribeNetworkInterfaces
        DescribePlacementGroups DescribeRouteTables DescribeSecurityGroups DescribeSpotPriceHistory DescribeSubnets
        DescribeTags DescribeVolumes DescribeVpcs
        """,
    "elasticloadbalancing": """
        DescribeListenerAttributes DescribeListenerCertificates DescribeListeners DescribeLoadBalancerAttributes
        DescribeLoadBalancers DescribeRules DescribeSSLPolicies DescribeTags DescribeTargetGroupAttributes
        DescribeTargetGroups DescribeTargetHealth SetWebAcl
        """,
    "iam": "ListInstanceProfiles",
    "logs": "DescribeLogGroups",
    "networkflowmonitor": "Publish",
    "pricing": "GetProducts",
    "sts": "GetCallerIdentity",
    "wafv2": "ListWebACLs",
    "xray": """
        GetSamplingRules GetSamplingStatisticSummaries GetSamplingTargets PutTelemetryRecords PutTraceSegments
        """,
}
"""Actions of our roles that AWS does not scope to resources (Service Authorization Reference, page of each service)."""

UNSCOPED = frozenset(f"{service}:{name}".lower() for service, names in _UNSCOPED.items() for name in names.split())

OWNERS = ("aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths")
"""Condition keys that say whose a resource is, in lower case (IAM user guide, global condition keys)."""

BROAD = re.compile(r"arn:[^:]*:iam::aws:policy/(AdministratorAccess|PowerUserAccess|.*FullAccess)")
"""AWS' managed policies that allow a service or all of them."""


def check(account: Account) -> Iterator[Breach]:
    for role in account.of("AWS::IAM::Role"):
        attached = role.properties.get("ManagedPolicyArns")
        for index, one in enumerate(attached if isinstance(attached, list) else ()):
            literal = account.said(role.template, one)
            if BROAD.fullmatch(literal):
                message = f"{literal.rpartition('/')[2]} allows everything of a service, today and in future"
                yield Breach(role, role.path("ManagedPolicyArns", index), message)
    for statement in statements(account):
        if statement.allows:
            yield from _actions(statement)
            yield from _resources(account, statement)


def _actions(statement: Statement) -> Iterator[Breach]:
    if "NotAction" in statement.obj:
        message = "allows every action but those that it names, also those that AWS adds"
        yield Breach(statement.resource, (*statement.path, "NotAction"), message)
    for path, action in statement.entries("Action"):
        if not isinstance(action, str) or action.rpartition(":")[2].strip("*?"):
            continue
        if statement.resource.type == "AWS::KMS::Key" and action == "kms:*" and _is_root(statement):
            continue
        yield Breach(statement.resource, path, f"«{action}» allows every action, also those that AWS adds")


def _resources(account: Account, statement: Statement) -> Iterator[Breach]:
    if "NotResource" in statement.obj:
        message = "allows every resource but those that it names, also those that are made later"
        yield Breach(statement.resource, (*statement.path, "NotResource"), message)
    if statement.resource.type == "AWS::KMS::Key":
        return
    open_ended = [one for one in statement.texts("Action") if one.lower() not in UNSCOPED]
    for path, resource in statement.entries("Resource"):
        literal = account.said(statement.resource.template, resource)
        if _is_owned(statement, literal):
            continue
        if is_everything(literal) and (literal != "*" or open_ended):
            shown = ", ".join(open_ended[:3]) + (", ..." if len(open_ended) > 3 else "")
            yield Breach(statement.resource, path, f"«{literal}» allows {shown or 'it'} on everything")


def _is_owned(statement: Statement, resource: str) -> bool:
    """Whether the policy of an endpoint says at least whose resources it is about."""
    if statement.resource.type != "AWS::EC2::VPCEndpoint":
        return False
    named = any(operator == "StringEquals" and key in OWNERS for operator, key, _ in statement.conditions())
    return named or bool(re.match(r"arn:[^:]*:[^:]*:[^:]*:\d{12}:", resource))


def _is_root(statement: Statement) -> bool:
    principal = statement.obj.get("Principal")
    named = principal.get("AWS") if isinstance(principal, dict) else None
    return isinstance(named, str) and bool(re.fullmatch(r"arn:[^:]*:iam::\d{12}:root", named))
