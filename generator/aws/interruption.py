"""The queue that tells a managed Karpenter of Spot interruptions; an existing Karpenter has one of its own.

Messages are old news after minutes, and hold no more than the ids of instances.
"""

from __future__ import annotations

from generator.components import platform
from generator.environment.model import Environment

from .policy import arn, document, tags, tls_only
from .resource import Att, Ref, Resource
from .stack import Output

RETENTION = 300
"""Seconds for which a message is kept (Karpenter reference, CloudFormation)."""

EVENTS = {
    "Health": ("aws.health", "AWS Health Event"),
    "SpotInterruption": ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    "Rebalance": ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    "StateChange": ("aws.ec2", "EC2 Instance State-change Notification"),
    "ReservationInterruption": ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
}
"""Source and detail type of what Karpenter reads (Karpenter reference, CloudFormation)."""


def resources(env: Environment) -> list[Resource]:
    if not platform.managed(env, "karpenter"):
        return []
    name = env.platform.queue(env.cluster.name)
    queue = arn(env, "sqs", name)
    rules = [rule(env, f"{event}Rule", source, kind) for event, (source, kind) in EVENTS.items()]
    sending = {
        "Sid": "EventsOfTheRules",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": [Att(one.name, "Arn") for one in rules]}},
    }
    settings = {
        "QueueName": name,
        "MessageRetentionPeriod": RETENTION,
        "SqsManagedSseEnabled": True,
        "Tags": tags(env),
    }
    policy = {"Queues": [Ref("InterruptionQueue")], "PolicyDocument": document(sending, tls_only([queue], "sqs:*"))}
    return [
        Resource("InterruptionQueue", "AWS::SQS::Queue", settings),
        *rules,
        Resource("InterruptionQueuePolicy", "AWS::SQS::QueuePolicy", policy),
    ]


def outputs(env: Environment) -> list[Output]:
    if not platform.managed(env, "karpenter"):
        return []
    return [Output("InterruptionQueueName", Att("InterruptionQueue", "QueueName"), "Karpenter's settings name it")]


def rule(env: Environment, name: str, source: str, kind: str) -> Resource:
    return Resource(
        name,
        "AWS::Events::Rule",
        {
            "Description": f"{kind}, for Karpenter on {env.cluster.name}",
            "EventPattern": {"source": [source], "detail-type": [kind]},
            "Targets": [{"Id": "karpenter", "Arn": Att("InterruptionQueue", "Arn")}],
        },
    )
