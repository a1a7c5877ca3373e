"""IAM policy documents: statements, and who may take a role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.environment.model import Environment
from generator.tags import tag_map

VERSION = "2012-10-17"
"""The current language of IAM policies (IAM user guide, Version)."""


@dataclass(frozen=True)
class Allow:
    """What may be done with what; least privilege is in the caller's hands."""

    actions: Sequence[str]
    resources: Sequence[Any]
    conditions: dict[str, Any] = field(default_factory=dict)

    def statement(self) -> dict[str, Any]:
        made: dict[str, Any] = {"Effect": "Allow", "Action": sorted(self.actions), "Resource": list(self.resources)}
        return made | ({"Condition": self.conditions} if self.conditions else {})


def document(*statements: Allow | dict[str, Any]) -> dict[str, Any]:
    made = [one.statement() if isinstance(one, Allow) else one for one in statements]
    return {"Version": VERSION, "Statement": made}


def service_trust(service: str, account: str) -> dict[str, Any]:
    """A role for an AWS service acting for this account, and for no other's."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        }
    )


def tls_only(resource_arns: Sequence[Any], action: str) -> dict[str, Any]:
    """Refuses whoever does not use TLS, e.g. `tls_only([bucket, objects], "s3:*")`."""
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": list(resource_arns),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def arn(env: Environment, service: str, resource: str, *, region: str | None = None, account: str | None = None) -> str:
    """An ARN in the environment's partition, Region and account, unless told otherwise (`""` leaves a part out)."""
    where = env.cluster.region if region is None else region
    whose = env.cluster.account if account is None else account
    return f"arn:{env.cluster.partition}:{service}:{where}:{whose}:{resource}"


def tags(env: Environment) -> list[dict[str, str]]:
    """The tags of an environment in the form that most resource types want."""
    return [{"Key": key, "Value": value} for key, value in tag_map(env).items()]
