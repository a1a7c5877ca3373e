"""Names that this layer gives, known before anything exists: policies are written, and judged, from them."""

from __future__ import annotations

import hashlib
import re

from generator.environment.model import Environment

from .policy import arn

BUCKET_LENGTH = 63
"""Longest name of a bucket (S3 user guide, bucket naming rules)."""


def own_bucket(env: Environment, purpose: str) -> str:
    """A bucket that the environment file does not name: `openclaw-prod-trail-111122223333`.

    A cluster's name may be longer than a bucket's and hold what a bucket's must not: then a hash keeps it apart.
    """
    cluster, tail = env.cluster.name, f"-{purpose}-{env.cluster.account}"
    plain = re.sub(r"[^a-z0-9]+", "-", cluster.lower()).strip("-")
    if plain != cluster or len(plain + tail) > BUCKET_LENGTH:
        mark = f"-{hashlib.sha256(cluster.encode()).hexdigest()[:6]}"
        plain = plain[: BUCKET_LENGTH - len(tail + mark)].rstrip("-") + mark
    return plain + tail


def bucket_arns(env: Environment, bucket: str) -> tuple[str, str]:
    """Of the bucket, and of all objects in it."""
    found = arn(env, "s3", bucket, region="", account="")
    return found, f"{found}/*"


def trail(env: Environment) -> str:
    """Neither `--` nor `__` may be in it (CloudTrail user guide, trail naming requirements)."""
    return re.sub(r"[-_]+", "-", f"{env.cluster.name}-audit")


def trail_arn(env: Environment) -> str:
    return arn(env, "cloudtrail", f"trail/{trail(env)}")


def alert_topic(env: Environment) -> str:
    return f"{env.cluster.name}-alerts"


def alert_topic_arn(env: Environment) -> str:
    """Of the topic that is made here, whatever the environment's outputs say so far."""
    return arn(env, "sns", alert_topic(env))


def web_acl_logs(env: Environment) -> str:
    """The log group of the web ACL that is made here; none where there is none, or an ARN names somebody else's.

    WAF writes to groups of this prefix alone (WAF developer guide, logging-cw-logs).
    """
    acl = env.ingress.web_acl
    ours = env.ingress.enabled and acl and not acl.startswith("arn:")
    return f"aws-waf-logs-{env.cluster.name}" if ours else ""
