"""Prompts and replies: off unless asked for; then a bucket that Bedrock writes to, and the command that turns it on."""

from __future__ import annotations

import json
from dataclasses import replace

from generator.aws import invocation_logs
from generator.environment.model import Environment


def asked(env: Environment) -> Environment:
    return replace(env, aws=replace(env.aws, audit=replace(env.aws.audit, invocation_logs=True)))


def test_bedrock_may_write_for_the_account_and_region(environments: dict[str, Environment]) -> None:
    _, policy = invocation_logs.resources(asked(environments["prod"]))
    _, write = policy.properties["PolicyDocument"]["Statement"]
    assert write["Principal"] == {"Service": "bedrock.amazonaws.com"}
    assert write["Action"] == ["s3:PutObject"]
    folder = "openclaw-prod-invocations-111122223333/AWSLogs/111122223333/BedrockModelInvocationLogs"
    assert write["Resource"] == f"arn:aws:s3:::{folder}/*"
    assert write["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "111122223333"},
        "ArnLike": {"aws:SourceArn": "arn:aws:bedrock:eu-central-1:111122223333:*"},
    }


def test_the_command_names_the_bucket_that_is_made(environments: dict[str, Environment]) -> None:
    env = asked(environments["prod"])
    container, _ = invocation_logs.resources(env)
    command = invocation_logs.command(env)
    assert command[:3] == ["aws", "bedrock", "put-model-invocation-logging-configuration"]
    assert command[command.index("--region") + 1] == "eu-central-1"
    config = json.loads(command[command.index("--logging-config") + 1])
    assert config["s3Config"] == {"bucketName": container.properties["BucketName"]}
    assert config["textDataDeliveryEnabled"] is True


def test_nothing_is_written_down_unless_asked_for(environments: dict[str, Environment]) -> None:
    assert all(invocation_logs.resources(env) == [] for env in environments.values())
