"""Section `openclaw`: the agent gateways."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from .fields import Cpu, DnsLabel, Match, Quantity, Range, Seconds, Size
from .image import Image
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment

Subject = Annotated[
    str,
    Match(
        r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._:/@+=,|-]*",
        "the `sub` by which a provider knows somebody, without spaces",
        255,
    ),
]

SPOT_NOTICE = 120
"""Seconds between the interruption notice and the end of a Spot instance (EC2 user guide, best effort)."""
DETECTION_MARGIN = 10
"""Seconds kept for EventBridge, SQS, Karpenter and the eviction to reach the pod; none of them is guaranteed."""


@dataclass(frozen=True)
class Resources:
    """What one pod asks for and may use."""

    cpu: Cpu
    """CPU request; there is no CPU limit, throttling would slow start-up and drains."""
    memory: Quantity
    """Memory request."""
    memory_limit: Quantity
    """Memory limit: above it the kernel kills the container."""


@dataclass(frozen=True)
class Drain:
    """How a gateway ends: SIGTERM, running turns finish, exit."""

    run_timeout: Seconds
    """Longest agent turn. OpenClaw drains for as long as a turn runs (up to 315 s), so this bounds the drain."""
    model_timeout: Seconds
    """Longest single model call inside a turn; shorter than the turn, so that the agent can still say so."""
    pre_stop: Annotated[int, Range(0, 60, "seconds")]
    """Pause before SIGTERM, in which the load balancer stops sending new requests."""
    grace_period: Seconds
    """`terminationGracePeriodSeconds`: preStop, drain and exit must fit, and on Spot so must the notice."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        if self.model_timeout >= self.run_timeout:
            fix = f"set modelTimeout below {self.run_timeout}"
            message = f"{self.model_timeout} s is not shorter than the turn around it"
            yield Flaw(("modelTimeout",), message, fix, also=(("openclaw", "drain", "runTimeout"),))
        needed = self.pre_stop + self.run_timeout
        if self.grace_period <= needed:
            yield Flaw(
                ("gracePeriod",),
                f"{self.grace_period} s ends turns early: preStop {self.pre_stop} s and a turn of {self.run_timeout} s "
                f"need {needed} s and time to exit",
                f"set gracePeriod above {needed}, or shorten runTimeout",
                also=(("openclaw", "drain", "runTimeout"), ("openclaw", "drain", "preStop")),
            )
        longest = SPOT_NOTICE - DETECTION_MARGIN
        margin = f"{SPOT_NOTICE} s less {DETECTION_MARGIN} s to detect it"
        spot = any(gateway.capacity == "spot-first" for gateway in env.openclaw.gateways.values())
        if self.grace_period > longest and spot and env.compute.capacity == "spot-first":
            yield Flaw(
                ("gracePeriod",),
                f"{self.grace_period} s does not fit the Spot notice: {margin}",
                f"set gracePeriod to {longest} or less, or run every gateway on-demand",
            )


@dataclass(frozen=True)
class Gateway:
    """One gateway: a team or tenant with its own state, credentials and host name."""

    auth: Literal["sso", "jwt", "token"]
    """Who lets callers in. `sso`: people sign in at the load balancer. `jwt`: programs send tokens that it checks.
    `token`: OpenClaw itself wants a token of its own, which never expires; such a gateway is not behind the load
    balancer, but reached by port-forward."""
    capacity: Literal["spot-first", "on-demand"]
    """`on-demand` keeps this gateway off Spot nodes."""
    storage: Quantity
    """Encrypted gp3 volume for sessions, transcripts and the workspace; it ties the gateway to one zone."""
    resources: Resources
    virtual_key: DnsLabel
    """Which of `llmGateway.virtualKeys` the gateway calls models with."""
    tools: Literal["none", "web"]
    """`none`: the agent only answers; `web`: it may also fetch pages (opens egress to public HTTPS)."""
    allow_users: tuple[Subject, ...] = ()
    """For `sso`: subjects (`sub`) that may sign in; empty admits everybody whom the provider signs in."""
    admins: tuple[Subject, ...] = ()
    """For `sso`: subjects that hold `operator.admin`."""


@dataclass(frozen=True)
class OpenClaw:
    """The agent gateways: single-writer servers, one StatefulSet of one replica each."""

    image: Image
    drain: Drain
    gateways: Annotated[Mapping[DnsLabel, Gateway], Size(1)]
    """One entry a gateway; keys that an entry leaves out come from `gatewayDefaults`."""
    gateway_defaults: Gateway
    """What every gateway starts from."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        yield from self.image.flaws(("image",), "openclaw", "2026.9.6")
        yield from (Flaw(("drain", *flaw.path), flaw.message, flaw.fix, flaw.also) for flaw in self.drain.check(env))
        for name, gateway in self.gateways.items():
            path = ("gateways", name)
            if len(name) > 40:
                yield Flaw(path, f"«{name}» is longer than 40 characters", "object names are made from it; shorten it")
            if gateway.auth != "token" and not env.ingress.enabled:
                fix = "set ingress.enabled: true, or auth: token"
                work = {"sso": "signs people in", "jwt": "checks the tokens"}[gateway.auth]
                message = f"{gateway.auth} needs the load balancer that {work}"
                yield Flaw((*path, "auth"), message, fix, also=(("ingress", "enabled"),))
            if gateway.auth != "sso" and (gateway.allow_users or gateway.admins):
                field = "allowUsers" if gateway.allow_users else "admins"
                message = f"names people, but {gateway.auth} auth knows none"
                yield Flaw((*path, field), message, "set auth: sso, or remove it")
            if gateway.virtual_key not in env.llm_gateway.virtual_keys:
                known = ", ".join(env.llm_gateway.virtual_keys)
                fix = f"the keys are {known}"
                yield Flaw((*path, "virtualKey"), f"no virtual key «{gateway.virtual_key}»", fix, also=(path,))
                continue
            allowed = env.llm_gateway.virtual_keys[gateway.virtual_key].models
            if allowed and env.routing.default not in allowed:
                message = (
                    f"key «{gateway.virtual_key}» may not call {env.routing.default}, the model of every prompt "
                    "that no route claims"
                )
                key = ("llmGateway", "virtualKeys", gateway.virtual_key, "models")
                fix = f"add it to {'.'.join(key)}, or use another key"
                yield Flaw((*path, "virtualKey"), message, fix, also=(key, ("routing", "default")))
