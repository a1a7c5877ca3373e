"""Sections on running the system: `ingress`, `secrets`, `telemetry`, `langfuse`, `monitoring`, `cost`, `policies`."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING, Annotated, Literal

from .fields import Cidr, DnsLabel, GoDuration, Host, HttpUrl, Range, SecretPath, Usd
from .image import Image
from .openclaw import Resources
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment


@dataclass(frozen=True)
class Ingress:
    """The door: an Application Load Balancer in front of the gateways."""

    enabled: bool
    """Whether gateways are reached from outside the cluster."""
    domain: Host | None = None
    """Parent domain: gateway `main` answers at main.<domain>."""
    alb_subnets: tuple[Cidr, ...] = ()
    """CIDRs of the load balancer's own subnets, without nodes or pods: gateways trust whoever calls from there."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        if self.enabled and not self.domain:
            yield Flaw(("domain",), "required when ingress is enabled", "add domain: agents.example.com")
        if self.enabled and not self.alb_subnets:
            fix = "list the CIDRs of the load balancer's subnets"
            yield Flaw(("albSubnets",), "gateways must know whom to trust as a proxy", fix)
        vpc = ip_network(env.cluster.vpc_cidr, strict=False)
        for index, cidr in enumerate(self.alb_subnets):
            if vpc.subnet_of(ip_network(cidr, strict=False)):  # type: ignore[arg-type]  # both are IPv4
                message = f"{cidr} holds the whole VPC: every pod could pass for a signed-in user"
                fix = "give the load balancer subnets of its own and list those"
                yield Flaw(("albSubnets", index), message, fix, also=(("cluster", "vpcCidr"),))


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
class Langfuse:
    """The LLM trace store."""

    enabled: bool
    """Whether traces go to Langfuse."""
    url: HttpUrl | None = None
    """Its address; inside the cluster the Service of langfuse-web."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        if self.enabled and not self.url:
            yield Flaw(("url",), "required when Langfuse is enabled", "add url: https://langfuse.example.com")


@dataclass(frozen=True)
class Monitoring:
    """The Prometheus that scrapes the components."""

    namespace: DnsLabel
    """Namespace of Prometheus: scrapes are admitted from there alone."""


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
