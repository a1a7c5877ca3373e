"""Sections on running the system: `secrets`, `telemetry`, `cost`, `policies`."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from .fields import GoDuration, ModelName, Range, SecretPath, Usd
from .image import Image
from .models import unknown_model
from .openclaw import Resources
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment


@dataclass(frozen=True)
class Secrets:
    """Where secret values live: AWS Secrets Manager, never Git."""

    prefix: SecretPath
    """Secrets Manager names start with it."""
    refresh_interval: GoDuration
    """How often External Secrets reads them again."""


@dataclass(frozen=True)
class Telemetry:
    """The OpenTelemetry Collector that traces, metrics and logs pass through."""

    image: Image
    replicas: Annotated[int, Range(1, 20)]
    """Pods of the collector."""
    resources: Resources
    sample_ratio: Annotated[float, Range(0, 1)]
    """Share of agent turns that are traced."""
    xray: bool
    """Whether traces also go to AWS X-Ray in the Region of the cluster."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        yield from self.image.flaws(("image",), "otel-collector", "0.165.0")


@dataclass(frozen=True)
class Usage:
    """What is used in a month, as far as no manifest says it: assumptions of the estimate, set by whoever knows."""

    model_calls: Annotated[int, Range(0, 1_000_000_000, "calls")]
    """Requests to models; a turn of an agent is several."""
    input_tokens: Annotated[int, Range(0, 10_000_000, "tokens")]
    """Of the prompt of one call, history and tools included."""
    output_tokens: Annotated[int, Range(0, 1_000_000, "tokens")]
    """Of the reply to one call."""
    shares: Mapping[ModelName, Annotated[float, Range(0, 1)]]
    """Share of the calls by model, in sum 1; without any, all calls go to routing.default."""
    cache_hits: Annotated[float, Range(0, 1)]
    """Share of the calls that the cache answers."""
    web_requests: Annotated[int, Range(0, 100_000_000_000, "requests")]
    """Requests to the load balancer."""
    active_users: Annotated[int, Range(0, 100_000_000, "people")]
    """People who sign in at least once."""
    egress_gb: Annotated[float, Range(0, 10_000_000, "GB")]
    """Data that leaves the VPC through NAT gateways."""
    nat_gateways: Annotated[int, Range(0, 100)]
    """NAT gateways that this environment pays for."""
    stored_gb: Annotated[float, Range(0, 100_000_000, "GB")]
    """Data in the S3 buckets."""
    logs_gb: Annotated[float, Range(0, 10_000_000, "GB")]
    """Logs that go to CloudWatch."""
    margin: Annotated[float, Range(0, 0.9)]
    """Share by which all of this may be less, or more."""


@dataclass(frozen=True)
class Cost:
    """What the environment may cost, and what it is used for (docs/cost.md)."""

    monthly_ceiling: Usd
    """USD a month. The budgets of models with nodes at list price must stay below it, and so must the low end of the
    estimate."""
    usage: Usage

    def check(self, env: "Environment") -> Iterator[Flaw]:
        path, shares = ("usage", "shares"), self.usage.shares
        for name in shares:
            yield from unknown_model(name, (*path, name), env)
        total = math.fsum(shares.values())
        if shares and not math.isclose(total, 1, abs_tol=0.001):
            yield Flaw(path, f"the shares sum up to {total:g}", "let them sum up to 1")


@dataclass(frozen=True)
class Policies:
    """The rules of policies/admission, by which the API server judges what reaches our namespaces and node pools."""

    enforcement: Literal["audit", "deny"]
    """`deny` refuses what breaks a rule; `audit` lets it in, warns whoever sent it and writes it to the audit log."""
