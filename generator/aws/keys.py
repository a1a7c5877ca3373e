"""KMS: one key for everything of the environment that is kept: archives, traces, secrets, audit logs, alerts.

Who acts by a role needs nothing here but the account's statement: the role's own policy decides.  AWS services that
write by themselves have no role, so each is named, for what it writes for this account alone.
"""

from __future__ import annotations

from typing import Any

from generator.environment.model import Environment

from . import names, service
from .policy import arn, document, tags
from .resource import Att, Ref, Resource
from .stack import Output

KEY = Att("StateKey", "Arn")
"""For whoever encrypts with it, in any stack."""


def resources(env: Environment) -> list[Resource]:
    account = {
        "Sid": "AccountByIam",
        "Effect": "Allow",
        "Principal": {"AWS": arn(env, "iam", "root", region="")},
        # In a key's policy, here and below, * means this key alone.
        "Action": "kms:*",
        "Resource": "*",
    }
    return [
        Resource(
            "StateKey",
            "AWS::KMS::Key",
            {
                "Description": f"State of OpenClaw {env.name}",
                "EnableKeyRotation": True,
                "PendingWindowInDays": 30,
                "KeyPolicy": document(account, *_services(env)),
                "Tags": tags(env),
            },
            retain=True,
        ),
        Resource(
            "StateKeyAlias",
            "AWS::KMS::Alias",
            {"AliasName": f"alias/{env.cluster.name}-state", "TargetKeyId": Ref("StateKey")},
        ),
    ]


def outputs(env: Environment) -> list[Output]:
    return [Output("StateKeyArn", KEY, "key of everything that is kept")]


def _services(env: Environment) -> list[dict[str, Any]]:
    found = []
    if env.aws.audit.trail:
        # CloudTrail user guide, KMS key policies: it also looks at the key, and decrypts where a bucket key is on.
        actions = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"]
        trail = {"StringEquals": {"aws:SourceArn": names.trail_arn(env)}}
        found.append(service.allow("Trail", "cloudtrail", actions, "*", trail))
    if env.aws.audit.invocation_logs:
        calls = service.acting_for(env, arn(env, "bedrock", "*"))
        found.append(service.allow("InvocationLogs", "bedrock", ["kms:GenerateDataKey"], "*", calls))
    if group := names.web_acl_logs(env):
        # CloudWatch Logs user guide, encrypt-log-data-kms.
        verbs = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")
        ours = {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": arn(env, "logs", f"log-group:{group}")}}
        actions = [f"kms:{verb}" for verb in verbs]
        found.append(service.allow("WebAclLogs", f"logs.{env.cluster.region}", actions, "*", ours))
    if "alertTopicArn" in env.outputs:
        # AWS Cost Management user guide, budgets-sns-policy: an encrypted topic takes both.
        budgets = service.acting_for(env, arn(env, "budgets", "*", region=""))
        actions = ["kms:Decrypt", "kms:GenerateDataKey"]
        found.append(service.allow("AlertsOfBudget", "budgets", actions, "*", budgets))
    return found
