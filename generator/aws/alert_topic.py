"""The SNS topic that Alertmanager publishes to, and the budget."""

from __future__ import annotations

import hashlib

from generator.environment.model import Environment

from . import service
from .keys import KEY
from .names import alert_topic, alert_topic_arn
from .policy import arn, document, tags, tls_only
from .resource import Ref, Resource
from .stack import Output

TOPIC = Ref("AlertTopic")


def resources(env: Environment) -> list[Resource]:
    """Alertmanager's role publishes by its own policy, and by that may use the key."""
    if not made(env):
        return []
    topic = alert_topic_arn(env)
    budgets = service.acting_for(env, arn(env, "budgets", "*", region=""))
    policy = document(
        tls_only([topic], "sns:Publish"), service.allow("Budgets", "budgets", ("sns:Publish",), topic, budgets)
    )
    return [
        Resource(
            "AlertTopic",
            "AWS::SNS::Topic",
            {"TopicName": alert_topic(env), "KmsMasterKeyId": KEY, "Tags": tags(env)},
        ),
        Resource("AlertTopicPolicy", "AWS::SNS::TopicPolicy", {"Topics": [TOPIC], "PolicyDocument": policy}),
        *(_subscription(address) for address in env.aws.notify),
    ]


def outputs(env: Environment) -> list[Output]:
    return [Output("AlertTopicArn", TOPIC, "where alerts go")] if made(env) else []


def made(env: Environment) -> bool:
    """Whether the topic is made here, and is not somebody else's."""
    return "alertTopicArn" in env.outputs


def _subscription(address: str) -> Resource:
    """Confirmed by a mail to the address.  Named by it, so that a change of the others asks nobody to confirm again."""
    name = f"AlertSubscription{hashlib.sha256(address.encode()).hexdigest()[:8]}"
    return Resource(name, "AWS::SNS::Subscription", {"TopicArn": TOPIC, "Protocol": "email", "Endpoint": address})
