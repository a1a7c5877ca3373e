"""Where Bedrock writes prompts and replies: a bucket.  The setting itself is no resource of CloudFormation's."""

from __future__ import annotations

import json

from generator.environment.model import Environment

from . import bucket, names, service
from .policy import arn
from .resource import Resource
from .stack import Output


def resources(env: Environment) -> list[Resource]:
    """Bedrock writes by itself; a role is for CloudWatch Logs alone (Bedrock user guide, model-invocation-logging)."""
    if not env.aws.audit.invocation_logs:
        return []
    name = bucket_name(env)
    written = f"{names.bucket_arns(env, name)[0]}/AWSLogs/{env.cluster.account}/BedrockModelInvocationLogs/*"
    ours = service.acting_for(env, arn(env, "bedrock", "*"))
    statements = (service.allow("Write", "bedrock", ("s3:PutObject",), written, ours),)
    kept = {"": env.aws.audit.retention_days}
    return bucket.resources(env, bucket.Bucket("InvocationLogs", name, expire=kept, statements=statements))


def outputs(env: Environment) -> list[Output]:
    return []


def command(env: Environment) -> list[str]:
    """What turns the logs on, for the account and Region; bucket and key must be there."""
    kinds = ("text", "image", "embedding")
    config = {"s3Config": {"bucketName": bucket_name(env)}} | {f"{kind}DataDeliveryEnabled": True for kind in kinds}
    call = ["aws", "bedrock", "put-model-invocation-logging-configuration", "--region", env.cluster.region]
    return [*call, "--logging-config", json.dumps(config, sort_keys=True)]


def bucket_name(env: Environment) -> str:
    return names.own_bucket(env, "invocations")
