"""AWS Budgets: who is told before the month costs too much.

Counted is what bears the environment's tag, once the tag is activated for cost allocation in the account that pays.
Calls of models bear none: the LLM gateway counts those itself.
"""

from __future__ import annotations

from typing import Any

from generator.environment.model import Environment
from generator.tags import ENVIRONMENT_TAG

from . import alert_topic
from .names import alert_topic_arn
from .policy import tags
from .resource import Resource
from .stack import Output

THRESHOLDS = (("ACTUAL", 80), ("FORECASTED", 100))
"""Percent of the ceiling: of what is spent, and of what the month will have cost at this pace."""


def resources(env: Environment) -> list[Resource]:
    """Without a name of its own: a change of the addresses makes a new budget, which needs another name."""
    budget: dict[str, Any] = {
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": env.cost.monthly_ceiling, "Unit": "USD"},
        "CostFilters": {"TagKeyValue": [f"user:{ENVIRONMENT_TAG}${env.name}"]},
    }
    told = _told(env)
    properties: dict[str, Any] = {"Budget": budget, "ResourceTags": tags(env)}
    if told:
        properties["NotificationsWithSubscribers"] = [
            {
                "Notification": {
                    "NotificationType": kind,
                    "ComparisonOperator": "GREATER_THAN",
                    "ThresholdType": "PERCENTAGE",
                    "Threshold": percent,
                },
                "Subscribers": told,
            }
            for kind, percent in THRESHOLDS
        ]
    return [Resource("Budget", "AWS::Budgets::Budget", properties)]


def outputs(env: Environment) -> list[Output]:
    return []


def _told(env: Environment) -> list[dict[str, str]]:
    """The addresses by themselves as well as the topic: a budget's mail needs no confirmation first."""
    told = [("EMAIL", address) for address in env.aws.notify]
    if alert_topic.made(env):
        told.append(("SNS", alert_topic_arn(env)))
    return [{"SubscriptionType": kind, "Address": address} for kind, address in told]
