"""aws-tls-only: buckets, queues and topics refuse plain HTTP.

AWS answers on port 80 too.  A client that is set so, or that is led there, sends archives, prompts and alerts in the
clear; the signature of the request does not hide them.

Looked at: every bucket, queue and topic has a policy that denies everybody everything (`s3:*`, `sqs:*`; for a topic
`sns:Publish`, all that its policy may speak of here) while `aws:SecureTransport` is `false`, under no other condition;
a bucket's policy names the bucket and its objects.

Limits: a policy of another stack is found where it names the resource by its name, its ARN or an import.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.check.aws.account import Account, Resource
from generator.check.aws.policies import Statement, covers, statements
from generator.check.objectset import Breach
from generator.check.rules import Severity

ID, SEVERITY = "aws-tls-only", Severity.ERROR
REMEDIATION = "add the statement that denies everything where aws:SecureTransport is false"

POLICIES = {
    "AWS::S3::Bucket": ("AWS::S3::BucketPolicy", "Bucket", ("s3:GetObject", "s3:PutObject", "s3:ListBucket")),
    "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy", "Topics", ("sns:Publish",)),
    "AWS::SQS::Queue": ("AWS::SQS::QueuePolicy", "Queues", ("sqs:SendMessage", "sqs:ReceiveMessage")),
}
"""The type of the policy, the property that says whose it is, and calls that it must refuse."""


def check(account: Account) -> Iterator[Breach]:
    for resource in account.of(*POLICIES):
        kind, key, calls = POLICIES[resource.type]
        mine = [
            one
            for one in statements(account)
            if one.resource.type == kind and _is_of(account, one.resource, key, resource)
        ]
        if not any(_refuses(one, calls) and _names(account, one, resource) for one in mine):
            has = "its policy does not refuse" if mine else "it has no policy that refuses"
            message = f"{has} plain HTTP: what a client sends there can be read and changed on its way"
            yield Breach(resource, ("Resources", resource.name), message)


def _is_of(account: Account, policy: Resource, key: str, resource: Resource) -> bool:
    whose = policy.properties.get(key)
    return any(account.means(policy.template, one, resource) for one in (whose if isinstance(whose, list) else [whose]))


def _refuses(statement: Statement, calls: tuple[str, ...]) -> bool:
    conditions = list(statement.conditions())
    return (
        statement.obj.get("Effect") == "Deny"
        and statement.is_for_everybody
        and all(any(covers(action, call) for action in statement.texts("Action")) for call in calls)
        and len(conditions) == 1
        and conditions[0][:2] in (("Bool", "aws:securetransport"), ("BoolIfExists", "aws:securetransport"))
        and conditions[0][2] == ["false"]
    )


def _names(account: Account, statement: Statement, resource: Resource) -> bool:
    """Whether a statement is about the whole of its resource."""
    template = statement.resource.template
    found = [(account.said(template, one), one) for _, one in statement.entries("Resource")]
    if any(literal == "*" for literal, _ in found):
        return True
    if resource.type != "AWS::S3::Bucket":
        return any(account.means(template, one, resource) for _, one in found)
    arn = _plain(account.said(resource.template, {"Fn::GetAtt": [resource.name, "Arn"]}))
    return {arn, f"{arn}/*"} <= {_plain(literal) for literal, _ in found}


def _plain(arn: str) -> str:
    """An ARN without its partition, which a set without an environment does not tell."""
    return re.sub("^arn:[^:]*:", "arn::", arn)
