"""aws-encrypted: what is kept is encrypted, with a key of this account's where the service can use one.

Who reads a copy of the disk reads nothing, and who may read a bucket, a secret or a log group needs the key as well:
two policies must be wrong before something leaks, and each use of the key is in CloudTrail.

Looked at: buckets, queues, topics, secrets, log groups, trails, and the volumes of EC2, in launch templates too.  A
bucket that load balancers or S3 itself write access logs to may have S3's own key: they can use no other (ELB user
guide, access logs; S3 user guide, server access logging).  A queue may have SQS's own.

Limits: a value that comes from a parameter is believed; whether the key's policy admits who needs it is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.check.aws.account import Account, Resource
from generator.check.aws.policies import statements
from generator.check.objectset import Breach, dig
from generator.check.rules import Severity
from generator.check.walk import each, table, text
from generator.environment.problem import Path

ID, SEVERITY = "aws-encrypted", Severity.ERROR
REMEDIATION = "name the environment's KMS key"

KEYS = {
    "AWS::CloudTrail::Trail": ("KMSKeyId", "who may read the trail's bucket reads every call of the account"),
    "AWS::Logs::LogGroup": ("KmsKeyId", "who may read the log group needs no key"),
    "AWS::SNS::Topic": ("KmsMasterKeyId", "SNS keeps messages as plain text until they are delivered"),
    "AWS::SecretsManager::Secret": ("KmsKeyId", "every role of the account that may read secrets may decrypt it"),
}
"""The property that names the key of a type, and what happens without it."""

LOGS_WITHOUT_KMS = ("logdelivery.elasticloadbalancing.amazonaws.com", "logging.s3.amazonaws.com")
"""Services that deliver access logs only to buckets with S3's own key."""

VOLUMES: dict[str, Path] = {
    "AWS::EC2::Instance": ("BlockDeviceMappings",),
    "AWS::EC2::LaunchTemplate": ("LaunchTemplateData", "BlockDeviceMappings"),
}
"""Where a type lists volumes."""


def check(account: Account) -> Iterator[Breach]:
    for resource in account.resources:
        if resource.type in KEYS:
            key, consequence = KEYS[resource.type]
            if not resource.properties.get(key):
                yield Breach(resource, resource.path(key), f"names no KMS key: {consequence}")
        elif resource.type == "AWS::S3::Bucket":
            yield from _bucket(account, resource)
        elif resource.type == "AWS::SQS::Queue":
            own = resource.properties.get("SqsManagedSseEnabled")
            if not resource.properties.get("KmsMasterKeyId") and (own is None or _is_off(own)):
                message = "encryption is off, or left to what SQS does by default: messages may lie there as plain text"
                yield Breach(resource, resource.path("SqsManagedSseEnabled"), message)
        elif resource.type == "AWS::EC2::Volume":
            yield from _volume(resource, (), resource.properties)
        elif resource.type in VOLUMES:
            path = VOLUMES[resource.type]
            for index, one in each(resource.properties, *path):
                if "Ebs" in one:
                    yield from _volume(resource, (*path, index, "Ebs"), table(one, "Ebs"))


def _bucket(account: Account, bucket: Resource) -> Iterator[Breach]:
    path = ("BucketEncryption", "ServerSideEncryptionConfiguration")
    rules = [table(one, "ServerSideEncryptionByDefault") for _, one in each(bucket.properties, *path)]
    if not rules:
        message = "says nothing of encryption: objects get S3's own key, which everybody who may read them may use"
        yield Breach(bucket, bucket.path("BucketEncryption"), message)
    for index, rule in enumerate(rules):
        by_kms = text(rule, "SSEAlgorithm").startswith("aws:kms")
        if by_kms and rule.get("KMSMasterKeyID"):
            continue
        if not by_kms and _takes_access_logs(account, bucket):
            continue
        message = "uses no KMS key of this account: whoever may read the bucket may decrypt what is in it"
        yield Breach(bucket, bucket.path(*path, index, "ServerSideEncryptionByDefault"), message)


def _takes_access_logs(account: Account, bucket: Resource) -> bool:
    return any(
        statement.allows
        and account.means(statement.resource.template, statement.resource.properties.get("Bucket"), bucket)
        and dig(statement.obj, ("Principal", "Service")) in LOGS_WITHOUT_KMS
        for statement in statements(account)
        if statement.resource.type == "AWS::S3::BucketPolicy"
    )


def _volume(resource: Resource, path: Path, volume: dict[str, Any]) -> Iterator[Breach]:
    encrypted = volume.get("Encrypted")
    if encrypted is None or _is_off(encrypted):
        message = "is not encrypted: a snapshot of it is readable wherever it is copied"
        yield Breach(resource, resource.path(*path, "Encrypted"), message)


def _is_off(value: Any) -> bool:
    return value is False or (isinstance(value, str) and value.lower() == "false")
