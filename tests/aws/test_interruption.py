"""Spot notices reach the queue that Karpenter reads, and nobody else may write to it."""

from __future__ import annotations

from typing import Any

import pytest

from generator.aws import interruption
from generator.components import platform_aws
from generator.environment.model import Environment

from .account import changed, plain
from .evaluate import Call, allowed

QUEUE = "arn:aws:sqs:us-east-1:111122223333:openclaw-staging"


@pytest.fixture
def env(environments: dict[str, Environment]) -> Environment:
    return environments["staging"]


@pytest.fixture
def made(env: Environment) -> dict[str, Any]:
    return {one.name: plain(one.properties) for one in interruption.resources(env)}


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_an_existing_karpenter_has_a_queue_already(environments: dict[str, Environment], name: str) -> None:
    assert interruption.resources(environments[name]) == []
    assert interruption.outputs(environments[name]) == []


def test_the_queue_is_the_one_that_karpenter_is_told_of(env: Environment) -> None:
    for one in (env, changed(env, "platform.interruption_queue", "notices")):
        controller = platform_aws.karpenter(one)[-1]
        named = controller.values["settings"]["interruptionQueue"]
        assert interruption.resources(one)[0].properties["QueueName"] == named
        policy = next(found for found in interruption.resources(one) if found.type == "AWS::SQS::QueuePolicy")
        assert policy.properties["PolicyDocument"]["Statement"][0]["Resource"].endswith(f":{named}")


def test_messages_are_encrypted_and_short_lived(made: dict[str, Any]) -> None:
    assert made["InterruptionQueue"]["SqsManagedSseEnabled"] is True
    assert made["InterruptionQueue"]["MessageRetentionPeriod"] == 300


def test_all_five_events_reach_the_queue(made: dict[str, Any]) -> None:
    rules = [one for one in made.values() if "EventPattern" in one]
    assert {one["EventPattern"]["detail-type"][0] for one in rules} == {
        "AWS Health Event",
        "EC2 Capacity Reservation Instance Interruption Warning",
        "EC2 Instance Rebalance Recommendation",
        "EC2 Instance State-change Notification",
        "EC2 Spot Instance Interruption Warning",
    }
    assert {one["EventPattern"]["source"][0] for one in rules} == {"aws.ec2", "aws.health"}
    assert [one["Targets"][0]["Arn"] for one in rules] == ["InterruptionQueue.Arn"] * 5


def test_only_the_rules_write_and_only_with_tls(made: dict[str, Any]) -> None:
    policy = [made["InterruptionQueuePolicy"]["PolicyDocument"]]

    def send(source: str, tls: str = "true", service: str = "events.amazonaws.com") -> bool:
        context = {"aws:SourceArn": source, "aws:SecureTransport": tls}
        return allowed(policy, Call("sqs:SendMessage", QUEUE, context, service))

    assert all(send(f"{name}.Arn") for name, one in made.items() if "EventPattern" in one)
    assert not send("OtherRule.Arn")
    assert not send("RebalanceRule.Arn", tls="false")
    assert not send("RebalanceRule.Arn", service="sns.amazonaws.com")
    assert not allowed(policy, Call("sqs:ReceiveMessage", QUEUE, {}, "events.amazonaws.com"))


def test_the_stack_tells_the_queues_name(env: Environment) -> None:
    assert [one.name for one in interruption.outputs(env)] == ["InterruptionQueueName"]
