"""AWS services that act by themselves, without a role: what the policy of a resource says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from generator.environment.model import Environment


def allow(
    sid: str, service: str, actions: Sequence[str], resource: str, condition: Mapping[str, Any]
) -> dict[str, Any]:
    """A statement; `service` is the first part of its name, e.g. `cloudtrail`.

    Without a condition it would serve whoever makes the service act, from any account.
    """
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": sorted(actions),
        "Resource": resource,
        "Condition": dict(condition),
    }


def acting_for(env: Environment, source: str) -> dict[str, Any]:
    """Condition: for a resource of this account, such as `arn:aws:bedrock:us-east-1:111122223333:*`."""
    return {"StringEquals": {"aws:SourceAccount": env.cluster.account}, "ArnLike": {"aws:SourceArn": source}}
