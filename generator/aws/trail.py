"""CloudTrail: who called what in the account, with the data events that an audit of Bedrock and the archives needs.

InvokeModel, Converse and their streaming forms are management events (Bedrock user guide, logging-using-cloudtrail), as
is every reading of a secret; data events of models are the asynchronous and bidirectional calls.
"""

from __future__ import annotations

from typing import Any

from generator.environment.model import Environment

from . import bucket, buckets, names, service
from .keys import KEY
from .policy import tags
from .resource import Ref, Resource
from .stack import Output


def resources(env: Environment) -> list[Resource]:
    if not env.aws.audit.trail:
        return []
    name = bucket_name(env)
    container, _ = names.bucket_arns(env, name)
    ours = {"StringEquals": {"aws:SourceArn": names.trail_arn(env)}}
    # CloudTrail user guide, S3 bucket policy: it asks for this ACL also where ACLs are off.
    owned = {"StringEquals": {**ours["StringEquals"], "s3:x-amz-acl": "bucket-owner-full-control"}}
    written = f"{container}/AWSLogs/{env.cluster.account}/*"
    statements = (
        service.allow("Look", "cloudtrail", ("s3:GetBucketAcl",), container, ours),
        service.allow("Write", "cloudtrail", ("s3:PutObject",), written, owned),
    )
    kept = {"": env.aws.audit.retention_days}
    trail = {
        "TrailName": names.trail(env),
        "S3BucketName": Ref("TrailBucket"),
        "KMSKeyId": KEY,
        "IsLogging": True,
        # Whoever misuses a key of this Region may do so from another one.
        "IsMultiRegionTrail": True,
        "IncludeGlobalServiceEvents": True,
        "EnableLogFileValidation": True,
        "AdvancedEventSelectors": _selectors(env),
        "Tags": tags(env),
    }
    return [
        *bucket.resources(env, bucket.Bucket("Trail", name, expire=kept, statements=statements)),
        Resource("Trail", "AWS::CloudTrail::Trail", trail, depends=("TrailBucketPolicy",)),
    ]


def outputs(env: Environment) -> list[Output]:
    return []


def bucket_name(env: Environment) -> str:
    return names.own_bucket(env, "trail")


def _selectors(env: Environment) -> list[dict[str, Any]]:
    kept = [f"{names.bucket_arns(env, one.bucket)[0]}/" for one in buckets.state(env)]
    found = [
        _selector("management", _equals("eventCategory", "Management")),
        _selector("models", _equals("eventCategory", "Data"), _equals("resources.type", "AWS::Bedrock::Model")),
    ]
    if kept:
        objects = {"Field": "resources.ARN", "StartsWith": kept}
        data = (_equals("eventCategory", "Data"), _equals("resources.type", "AWS::S3::Object"))
        found.append(_selector("state", *data, objects))
    return found


def _selector(name: str, *fields: dict[str, Any]) -> dict[str, Any]:
    return {"Name": name, "FieldSelectors": list(fields)}


def _equals(field: str, value: str) -> dict[str, Any]:
    return {"Field": field, "Equals": [value]}
