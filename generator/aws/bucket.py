"""An S3 bucket as each of ours is: private, encrypted, versioned, reached by TLS alone, emptied by its own rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.environment.model import Environment

from .keys import KEY
from .names import bucket_arns
from .policy import document, tags, tls_only
from .resource import Ref, Resource

UNDO_DAYS = 7
"""How long what was deleted or overwritten can be brought back; then it is gone, as who deletes it wants in the end."""
MULTIPART_DAYS = 1
"""After which the parts of an upload that never ended are removed: they cost, and no listing shows them."""


@dataclass(frozen=True)
class Bucket:
    """What a bucket is for, and who else may use it."""

    name: str
    """Of the resource: `Backup` makes `BackupBucket` and `BackupBucketPolicy`."""
    bucket: str
    """Its name in S3."""
    expire: Mapping[str, int] = field(default_factory=dict)
    """Days after which objects go, by prefix; what no prefix matches stays."""
    statements: Sequence[Mapping[str, Any]] = ()
    """Of its policy, beside the one on TLS."""
    kms: bool = True
    """Encrypted by our key; `False`, by S3's own, for writers that can do no other."""
    locked_days: int = 0
    """Nobody deletes or overwrites a version before that, but who may bypass governance."""


def resources(env: Environment, made: Bucket) -> list[Resource]:
    """The bucket and its policy.  Both stay when the stack goes: what was private must not become less so."""
    name = f"{made.name}Bucket"
    statements = [tls_only(bucket_arns(env, made.bucket), "s3:*"), *map(dict, made.statements)]
    policy = {"Bucket": Ref(name), "PolicyDocument": document(*statements)}
    return [
        Resource(name, "AWS::S3::Bucket", _properties(env, made), retain=True),
        Resource(f"{name}Policy", "AWS::S3::BucketPolicy", policy, retain=True),
    ]


def our_key_only(env: Environment, bucket: str) -> list[dict[str, Any]]:
    """Refuses uploads that ask for another encryption than the bucket's.  Who asks for none gets the bucket's."""
    asked = "s3:x-amz-server-side-encryption"
    return [
        {
            "Sid": sid,
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:PutObject",
            "Resource": bucket_arns(env, bucket)[1],
            # Without `Null` an upload that names nothing would differ, too.
            "Condition": {"Null": {header: "false"}, "StringNotEquals": {header: value}},
        }
        for sid, header, value in (("KmsOnly", asked, "aws:kms"), ("OurKeyOnly", f"{asked}-aws-kms-key-id", KEY))
    ]


def _properties(env: Environment, made: Bucket) -> dict[str, Any]:
    encryption: dict[str, Any] = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    if made.kms:
        ours = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
        encryption = {"ServerSideEncryptionByDefault": ours, "BucketKeyEnabled": True}
    closed = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    properties: dict[str, Any] = {
        "BucketName": made.bucket,
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
        "PublicAccessBlockConfiguration": dict.fromkeys(closed, True),
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "VersioningConfiguration": {"Status": "Enabled"},
        "LifecycleConfiguration": {"Rules": _rules(made)},
        "Tags": tags(env),
    }
    if made.locked_days:
        retention = {"Mode": "GOVERNANCE", "Days": made.locked_days}
        lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
        properties |= {"ObjectLockEnabled": True, "ObjectLockConfiguration": lock}
    return properties


def _rules(made: Bucket) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = [
        {"Id": f"expire-{prefix.strip('/').replace('/', '-') or 'all'}", "Status": "Enabled", "ExpirationInDays": days}
        | ({"Prefix": prefix} if prefix else {})
        for prefix, days in made.expire.items()
    ]
    # An expired version is only hidden at first; a locked one is not removed before its lock ends.
    leftovers = {
        "Id": "leftovers",
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": MULTIPART_DAYS},
        "ExpiredObjectDeleteMarker": True,
        "NoncurrentVersionExpiration": {"NoncurrentDays": UNDO_DAYS},
    }
    return [*rules, leftovers]
