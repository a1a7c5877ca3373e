"""S3 buckets of state: archives of the gateways, files of Langfuse (docs/backup.md, docs/langfuse.md)."""

from __future__ import annotations

from generator.environment.model import Environment

from . import bucket
from .resource import Resource
from .stack import Output


def resources(env: Environment) -> list[Resource]:
    return [resource for made in state(env) for resource in bucket.resources(env, made)]


def outputs(env: Environment) -> list[Output]:
    return []


def state(env: Environment) -> list[bucket.Bucket]:
    """Every bucket that holds state, under the name that the environment file gives it."""
    found = []
    if env.backup.enabled and env.backup.bucket:
        days = env.backup.retention_days
        found.append(
            bucket.Bucket(
                "Backup",
                env.backup.bucket,
                expire={f"{env.backup.prefix}/{env.name}/": days},
                statements=bucket.our_key_only(env, env.backup.bucket),
                # As long as an archive is wanted: a pod may overwrite it, and whoever takes over the pod would.
                locked_days=days,
            )
        )
    if env.langfuse.managed and env.langfuse.bucket:
        days = env.langfuse.retention_days
        found.append(
            bucket.Bucket(
                "Langfuse",
                env.langfuse.bucket,
                # Not media/: traces refer to it for as long as they live.
                expire={"events/": days, "exports/": days},
                statements=bucket.our_key_only(env, env.langfuse.bucket),
            )
        )
    return found
