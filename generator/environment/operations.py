"""Sections on running the system: `secrets`, `telemetry`, `cost`, `policies`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from .fields import GoDuration, Range, SecretPath, Usd
from .image import Image
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
        yield from self.image.flaws(("image",), "0.165.0")


@dataclass(frozen=True)
class Cost:
    """What the environment may cost."""

    monthly_ceiling: Usd
    """USD a month. Nodes at list price and the budgets of models must stay below it."""


@dataclass(frozen=True)
class Policies:
    """The rules of policies/admission, by which the API server judges what reaches our namespaces and node pools."""

    enforcement: Literal["audit", "deny"]
    """`deny` refuses what breaks a rule; `audit` lets it in, warns whoever sent it and writes it to the audit log."""
