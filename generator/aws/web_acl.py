"""The web ACL of the load balancer: a rate limit and managed rules, under the name that the environment file gives."""

from __future__ import annotations

from typing import Any

from generator.environment.model import Environment

from . import names
from .keys import KEY
from .policy import arn, tags
from .resource import Att, Properties, Resource
from .stack import Output

ACL, LOGS = "WebAcl", "WebAclLogs"
WINDOW = 300
"""Seconds over which requests of an address are counted."""
RATE = "rate-limit"

COUNTED_BODIES = (
    "CrossSiteScripting_BODY",
    "EC2MetaDataSSRF_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "SizeRestrictions_BODY",
)
"""Rules of the common set that look at bodies.  Here a body is a prompt: longer than their 8 KB, and full of HTML,
paths and addresses that are talked about, not run.  They would refuse the work itself, so they count."""

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("AWSManagedRulesAmazonIpReputationList", ()),
    ("AWSManagedRulesKnownBadInputsRuleSet", ()),
    ("AWSManagedRulesCommonRuleSet", COUNTED_BODIES),
)
"""Managed rule groups, cheapest first, and which of their rules only count."""

LOGGED = ("BLOCK", "COUNT")
"""Whoever was let through is in the load balancer's access log already."""
REDACTED = ("authorization", "cookie")
"""Headers that open a gateway to whoever reads them."""
RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""Days for which CloudWatch can keep logs (API reference, PutRetentionPolicy)."""


def resources(env: Environment) -> list[Resource]:
    """Nothing for an ARN: that web ACL is somebody else's."""
    if not made_here(env):
        return []
    group = names.web_acl_logs(env)
    return [
        Resource(ACL, "AWS::WAFv2::WebACL", web_acl(env)),
        Resource(
            LOGS,
            "AWS::Logs::LogGroup",
            {
                "LogGroupName": group,
                "KmsKeyId": KEY,
                "RetentionInDays": log_retention(env.aws.audit.retention_days),
                "Tags": tags(env),
            },
        ),
        Resource(
            "WebAclLogging",
            "AWS::WAFv2::LoggingConfiguration",
            {
                "ResourceArn": Att(ACL, "Arn"),
                # WAF wants the ARN without the `:*` at its end that the log group's own attribute has.
                "LogDestinationConfigs": [arn(env, "logs", f"log-group:{group}")],
                "RedactedFields": [{"SingleHeader": {"Name": name}} for name in REDACTED],
                "LoggingFilter": logging_filter(),
            },
            depends=(LOGS,),
        ),
    ]


def outputs(env: Environment) -> list[Output]:
    return [Output("WebAclArn", Att(ACL, "Arn"), "web ACL of the load balancer")] if made_here(env) else []


def made_here(env: Environment) -> bool:
    name = env.ingress.web_acl
    return env.ingress.enabled and name is not None and not name.startswith("arn:")


def web_acl(env: Environment) -> Properties:
    rules = [rate_rule(env.aws.waf.requests), *(managed_rule(name, counted) for name, counted in GROUPS)]
    return {
        "Name": env.ingress.web_acl,
        "Description": f"Door of OpenClaw {env.name}",
        "Scope": "REGIONAL",
        "DefaultAction": {"Allow": {}},
        "Rules": [{"Priority": priority} | rule for priority, rule in enumerate(rules)],
        "VisibilityConfig": visibility(env.cluster.name),
        "Tags": tags(env),
    }


def rate_rule(requests: int) -> dict[str, Any]:
    return {
        "Name": RATE,
        "Action": {"Block": {}},
        "Statement": {
            "RateBasedStatement": {"Limit": requests, "EvaluationWindowSec": WINDOW, "AggregateKeyType": "IP"}
        },
        "VisibilityConfig": visibility(RATE),
    }


def managed_rule(name: str, counted: tuple[str, ...]) -> dict[str, Any]:
    group: dict[str, Any] = {"VendorName": "AWS", "Name": name}
    if counted:
        group["RuleActionOverrides"] = [{"Name": rule, "ActionToUse": {"Count": {}}} for rule in counted]
    return {
        "Name": name,
        "OverrideAction": {"None": {}},
        "Statement": {"ManagedRuleGroupStatement": group},
        "VisibilityConfig": visibility(name),
    }


def visibility(metric: str) -> dict[str, Any]:
    return {"CloudWatchMetricsEnabled": True, "MetricName": metric, "SampledRequestsEnabled": True}


def logging_filter() -> dict[str, Any]:
    conditions = [{"ActionCondition": {"Action": action}} for action in LOGGED]
    return {
        "DefaultBehavior": "DROP",
        "Filters": [{"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": conditions}],
    }


def log_retention(days: int) -> int:
    """The shortest period that CloudWatch offers and that is at least so long, in days."""
    return next((offered for offered in RETENTIONS if offered >= days), RETENTIONS[-1])
