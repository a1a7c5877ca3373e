"""AWS Config rules on what the stacks made: rules that AWS manages, each offered in every Region.

They need the account's configuration recorder.  A change triggers those that look at what bears the environment's tag;
those on the trail and on keys look at the whole account, once a day (AWS Config developer guide, managed rules).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from generator.environment.model import Environment
from generator.tags import ENVIRONMENT_TAG

from . import alert_topic, trail
from .resource import Resource
from .stack import Output


@dataclass(frozen=True)
class Rule:
    """One managed rule."""

    identifier: str
    """As AWS spells it: `SNS_ENCRYPTED_KMS`."""
    said: str
    scope: dict[str, Any] = field(default_factory=dict)
    """What it looks at; a periodic rule takes none."""
    parameters: dict[str, str] = field(default_factory=dict)


def resources(env: Environment) -> list[Resource]:
    return [_resource(rule) for rule in rules(env)] if env.aws.audit.config_rules else []


def outputs(env: Environment) -> list[Output]:
    return []


def rules(env: Environment) -> Iterator[Rule]:
    ours = {"TagKey": ENVIRONMENT_TAG, "TagValue": env.name}
    yield Rule("S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED", "no bucket is public", ours)
    yield Rule("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", "buckets are encrypted", ours)
    yield Rule("S3_BUCKET_SSL_REQUESTS_ONLY", "buckets answer by TLS alone", ours)
    yield Rule("S3_BUCKET_VERSIONING_ENABLED", "what was deleted can be brought back", ours)
    if env.backup.enabled and env.backup.bucket:
        archives = {"ComplianceResourceTypes": ["AWS::S3::Bucket"], "ComplianceResourceId": env.backup.bucket}
        yield Rule("S3_BUCKET_DEFAULT_LOCK_ENABLED", "archives are locked", archives)
    yield Rule("SECRETSMANAGER_USING_CMK", "secrets are encrypted by a key of our own", ours)
    if alert_topic.made(env):
        yield Rule("SNS_ENCRYPTED_KMS", "alerts are encrypted", ours)
    yield Rule("EC2_IMDSV2_CHECK", "nodes hand out their role by IMDSv2 alone", ours)
    yield Rule("ENCRYPTED_VOLUMES", "volumes are encrypted", ours)
    yield Rule("CMK_BACKING_KEY_ROTATION_ENABLED", "keys are rotated")
    if env.aws.audit.trail:
        bucket = {"s3BucketName": trail.bucket_name(env)}
        yield Rule("CLOUD_TRAIL_ENABLED", "the trail is on, and writes to its bucket", parameters=bucket)
        yield Rule("CLOUD_TRAIL_ENCRYPTION_ENABLED", "the trail is encrypted")
        yield Rule("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", "a change of the trail's files would show")


def _resource(rule: Rule) -> Resource:
    """Without a name of its own: CloudFormation's begins with the stack's, which tells environments apart."""
    properties: dict[str, Any] = {
        "Description": rule.said,
        "Source": {"Owner": "AWS", "SourceIdentifier": rule.identifier},
    }
    if rule.scope:
        properties["Scope"] = rule.scope
    if rule.parameters:
        properties["InputParameters"] = rule.parameters
    return Resource(f"Rule{rule.identifier.title().replace('_', '')}", "AWS::Config::ConfigRule", properties)
