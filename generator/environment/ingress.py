"""Section `ingress`: the door from outside the cluster."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING, Annotated, Literal

from .callers import MachineClients, SignIn
from .fields import BucketName, Cidr, Host, Match, Range, Size, Subnet
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment

Certificate = Annotated[
    str, Match(r"arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[\w-]+", "the ARN of a certificate")
]
TlsPolicy = Annotated[
    str,
    Match(
        r"ELBSecurityPolicy-TLS13-1-[23](-Res|-Ext[012])?(-FIPS)?(-PQ)?-20\d\d-\d\d",
        "a security policy of TLS 1.2 and newer, e.g. ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    ),
]
WebAcl = Annotated[
    str,
    Match(
        r"\w[\w-]{0,127}|arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional/webacl/[\w/-]+",
        "name or ARN of a regional web ACL",
    ),
]

PING = 15
"""Seconds between the ticks that OpenClaw sends over an idle WebSocket (its gateway protocol)."""


@dataclass(frozen=True)
class Ingress:
    """The door: one Application Load Balancer, and behind it each gateway at <gateway>.<domain>."""

    enabled: bool
    """Whether gateways are reached from outside the cluster; those with `auth: token` never are."""
    scheme: Literal["internal", "internet-facing"]
    """Whether the load balancer has public addresses. Changing it makes a new load balancer."""
    inbound_cidrs: Annotated[tuple[Cidr, ...], Size(1)]
    """Who may connect at all, e.g. the company's networks; everybody who can reach it: 0.0.0.0/0."""
    tls_policy: TlsPolicy
    """Security policy of the HTTPS listener: protocols and ciphers. AWS's own default admits TLS 1.0."""
    hsts: Annotated[int, Range(0, 63_072_000, "seconds")]
    """How long browsers insist on HTTPS (Strict-Transport-Security: max-age); 0 makes them forget."""
    idle_timeout: Annotated[int, Range(1, 4000, "seconds")]
    """How long a connection may be silent: longer than a turn, since an answer may come in one piece at its end."""
    sign_in: SignIn
    domain: Host | None = None
    """Parent domain: gateway `main` answers at main.<domain>."""
    alb_subnets: tuple[Cidr, ...] = ()
    """CIDRs of the load balancer's own subnets, without nodes or pods: gateways trust whoever calls from there."""
    subnet_ids: tuple[Subnet, ...] = ()
    """Ids of the same subnets; without them the load balancer goes where tags of subnets ask for one."""
    certificates: tuple[Certificate, ...] = ()
    """ACM certificates; without them those are found that carry the hosts' names."""
    web_acl: WebAcl | None = None
    """AWS WAF web ACL with a rate limit and managed rules. Removing the key keeps what is associated."""
    access_logs_bucket: BucketName | None = None
    """S3 bucket for access logs, below the prefix <cluster>."""
    machine_clients: MachineClients | None = None

    def check(self, env: "Environment") -> Iterator[Flaw]:
        if not self.enabled:
            return
        if not self.domain:
            yield Flaw(("domain",), "required when ingress is enabled", "add domain: agents.example.com")
        yield from self._subnets(env)
        yield from (Flaw(("signIn", *flaw.path), flaw.message, flaw.fix, flaw.also) for flaw in self.sign_in.check(env))
        yield from self._machine_clients(env)
        if self.scheme == "internet-facing" and not self.web_acl:
            message = "a door to the Internet without a web ACL has no rate limit"
            yield Flaw(("webAcl",), message, "name a web ACL, or use scheme: internal", also=(("ingress", "scheme"),))
        for index, arn in enumerate(self.certificates):
            if arn.split(":")[3] != env.cluster.region:
                message = f"the certificate is in {arn.split(':')[3]}, the load balancer in {env.cluster.region}"
                yield Flaw(("certificates", index), message, f"request one in {env.cluster.region}")
        longest = max(env.openclaw.drain.run_timeout, PING)
        if self.idle_timeout <= longest:
            message = f"{self.idle_timeout} s cuts answers off: a turn may be silent for {longest} s"
            fix = f"set idleTimeout above {longest}"
            yield Flaw(("idleTimeout",), message, fix, also=(("openclaw", "drain", "runTimeout"),))

    def _subnets(self, env: "Environment") -> Iterator[Flaw]:
        if not self.alb_subnets:
            fix = "list the CIDRs of the load balancer's subnets"
            yield Flaw(("albSubnets",), "gateways must know whom to trust as a proxy", fix)
        elif len(self.alb_subnets) == 1:
            yield Flaw(("albSubnets",), "a load balancer has subnets in two zones or more", "list them all")
        vpc = ip_network(env.cluster.vpc_cidr, strict=False)
        for index, cidr in enumerate(self.alb_subnets):
            if vpc.subnet_of(ip_network(cidr, strict=False)):  # type: ignore[arg-type]  # both are IPv4
                message = f"{cidr} holds the whole VPC: every pod could pass for a signed-in user"
                fix = "give the load balancer subnets of its own and list those"
                yield Flaw(("albSubnets", index), message, fix, also=(("cluster", "vpcCidr"),))
        if self.subnet_ids and len(self.subnet_ids) != len(self.alb_subnets):
            message = f"{len(self.subnet_ids)} ids, but {len(self.alb_subnets)} CIDRs in albSubnets"
            fix = "name the same subnets twice: what comes from another one is refused"
            yield Flaw(("subnetIds",), message, fix, also=(("ingress", "albSubnets"),))

    def _machine_clients(self, env: "Environment") -> Iterator[Flaw]:
        if self.machine_clients:
            for flaw in self.machine_clients.check(env):
                yield Flaw(("machineClients", *flaw.path), flaw.message, flaw.fix, flaw.also)
        name = next((name for name, gateway in env.openclaw.gateways.items() if gateway.auth == "jwt"), "")
        if not name:
            return
        used = ("openclaw", "gateways", name, "auth")
        if not self.machine_clients:
            message = f"gateway {name} has auth: jwt, but no issuer of tokens is known"
            yield Flaw(
                ("machineClients",), message, "add machineClients: with issuer, jwksUrl and claims", also=(used,)
            )
