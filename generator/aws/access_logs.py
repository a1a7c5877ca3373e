"""The bucket of the load balancer's access logs."""

from __future__ import annotations

from generator.environment.model import Environment

from . import bucket, service
from .names import bucket_arns
from .policy import arn
from .resource import Resource
from .stack import Output


def resources(env: Environment) -> list[Resource]:
    """Written by Elastic Load Balancing's own service in every Region; the accounts that it once wrote from, one a
    Region, are its legacy (Application Load Balancer user guide, enable-access-logging)."""
    name = env.ingress.access_logs_bucket
    if not (env.ingress.enabled and name):
        return []
    written = f"{bucket_arns(env, name)[0]}/{env.cluster.name}/AWSLogs/{env.cluster.account}/*"
    ours = {"ArnLike": {"aws:SourceArn": arn(env, "elasticloadbalancing", "loadbalancer/*")}}
    deliver = service.allow("Deliver", "logdelivery.elasticloadbalancing", ("s3:PutObject",), written, ours)
    kept = {"": env.aws.audit.retention_days}
    # Delivery knows no encryption but S3's own (same page).
    return bucket.resources(env, bucket.Bucket("AccessLogs", name, expire=kept, statements=(deliver,), kms=False))


def outputs(env: Environment) -> list[Output]:
    return []
