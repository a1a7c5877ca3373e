"""Section `ingress`: the door from outside the cluster."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING

from .fields import Cidr, Host
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
