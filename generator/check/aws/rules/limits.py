"""aws-limits: every template and role fits what AWS takes.

A template that is too long, or a role whose policies are, is refused by the account and not by any review: the deploy
fails on the day on which one more bucket was needed.

Looked at: bytes of a template that a call carries without a bucket, its resources and outputs (CloudFormation quotas);
characters of a role's own policies together, of its trust policy and of a managed policy, white space aside (IAM
quotas).

Limits: references count as they are written, and an ARN that AWS puts in their place may be longer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from generator.aws.cloudformation import MAX_BYTES, MAX_OUTPUTS, MAX_RESOURCES
from generator.check.aws.account import Account
from generator.check.objectset import Breach
from generator.check.rules import Severity
from generator.check.walk import each, table

ID, SEVERITY = "aws-limits", Severity.ERROR
REMEDIATION = "move resources to another stack, or statements to a managed policy"

MAX_INLINE = 10_240
"""Characters of all policies that stand in a role (IAM quotas)."""
MAX_MANAGED = 6_144
"""Characters of a managed policy (IAM quotas)."""
MAX_TRUST = 2_048
"""Characters of a trust policy without a raised quota (IAM quotas)."""


def check(account: Account) -> Iterator[Breach]:
    for template in account.templates:
        figures = (
            ((), len(template.text.encode()), MAX_BYTES, "bytes"),
            (("Resources",), len(table(template.obj, "Resources")), MAX_RESOURCES, "resources"),
            (("Outputs",), len(table(template.obj, "Outputs")), MAX_OUTPUTS, "outputs"),
        )
        for path, found, most, unit in figures:
            if found > most:
                message = f"{found} {unit}, at most {most} are taken: CloudFormation refuses the stack"
                yield Breach(template, path, message)
    for role in account.of("AWS::IAM::Role"):
        inline = sum(_length(one.get("PolicyDocument")) for _, one in each(role.properties, "Policies"))
        trust = _length(role.properties.get("AssumeRolePolicyDocument"))
        for key, found, most in (("Policies", inline, MAX_INLINE), ("AssumeRolePolicyDocument", trust, MAX_TRUST)):
            if found > most:
                yield Breach(role, role.path(key), _long(found, most))
    for policy in account.of("AWS::IAM::ManagedPolicy"):
        found = _length(policy.properties.get("PolicyDocument"))
        if found > MAX_MANAGED:
            yield Breach(policy, policy.path("PolicyDocument"), _long(found, MAX_MANAGED))


def _length(document: Any) -> int:
    return len(json.dumps(document, separators=(",", ":"))) if document else 0


def _long(found: int, most: int) -> str:
    return f"{found} characters, at most {most} are taken: IAM refuses it, and the stack rolls back"
