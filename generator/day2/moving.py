"""What a promotion takes from one environment to the next, and what stays where it is: every key is in one of the two.

A name of the tables stands for the key and all below it; the longest that fits decides.
"""

from __future__ import annotations

from typing import Literal

from .keys import Keys

Manner = Literal["release", "tried", "named"]
"""`release`: always, wherever the first environment has it from. `tried`: where its own file says it, since only that
was decided there. `named`: like it, and only if --only names the key."""

MOVES: dict[str, Manner] = {
    "openclaw.image": "release",
    "openclaw.drain": "tried",
    "backup.image": "release",
    "llmGateway.images": "release",
    "llmGateway.requestTimeout": "tried",
    "llmGateway.delivery": "tried",
    "cache.image": "release",
    "cache.ttl": "tried",
    "services.<name>.image": "release",
    "services.<name>.variables": "tried",
    "telemetry.image": "release",
    "langfuse.version": "release",
    "network.cilium.version": "release",
    "compute.node.ami": "release",
    "models": "tried",
    "routing": "tried",
    "monitoring.thresholds": "named",
    "monitoring.objective": "named",
    "ingress.tlsPolicy": "tried",
    "ingress.hsts": "tried",
    "ingress.idleTimeout": "tried",
    "secrets.refreshInterval": "named",
    "policies": "named",
}

_CAPACITY = "sized for the load of each environment"
_PLACE = "names something that is there once for each environment"
_MONEY = "somebody agreed to it for one environment"
_PEOPLE = "belongs to the people of one environment"
_INSTALLED = "a migration with steps of its own, not a value"
_PROVIDER = "depends on what the environment has a contract, a network or a Region for"
_DATA = "decides what is kept of an environment's data, or what is read of it"

_REGISTRY = "the registry that one environment pulls from, which may be a mirror"

STAYS: dict[str, str] = {
    "cluster": _PLACE,
    "gitops": "each environment is synced from a branch, by an Argo CD, at times of its own",
    "compute": _CAPACITY,
    "compute.provisioner": _INSTALLED,
    "compute.node": _CAPACITY,
    "compute.node.role": _PLACE,
    "compute.freezes": "nodes are kept at the hours of one environment",
    "network.cni": _INSTALLED,
    "network.cilium": _PLACE,
    "network.cilium.mode": _INSTALLED,
    "network.hubble": "comes with the pod network that one environment has",
    "network.flowMonitor": _INSTALLED,
    "openclaw.image.repository": _REGISTRY,
    "openclaw.gateways": _PEOPLE,
    "openclaw.gatewayDefaults": _CAPACITY,
    "openclaw.gatewayDefaults.auth": _PEOPLE,
    "openclaw.gatewayDefaults.allowUsers": _PEOPLE,
    "openclaw.gatewayDefaults.admins": _PEOPLE,
    "openclaw.gatewayDefaults.tools": _PEOPLE,
    "openclaw.gatewayDefaults.virtualKey": _PEOPLE,
    "backup": _DATA,
    "backup.image.repository": _REGISTRY,
    "backup.resources": _CAPACITY,
    "backup.bucket": _PLACE,
    "backup.prefix": _PLACE,
    "providers": _PROVIDER,
    "providers.<name>.budget": _MONEY,
    "models.<name>.provider": _PROVIDER,
    "models.<name>.id": "an inference profile says in which geography prompts are answered",
    "models.<name>.price": "follows the id, by Region and contract",
    "models.<name>.fallbacks": "names models of providers that one environment has",
    "llmGateway.engine": _INSTALLED,
    "llmGateway.images.bifrost.repository": _REGISTRY,
    "llmGateway.images.litellm.repository": _REGISTRY,
    "llmGateway.database": _PLACE,
    "llmGateway.replicas": _CAPACITY,
    "llmGateway.resources": _CAPACITY,
    "llmGateway.virtualKeys": _MONEY,
    "llmGateway.delivery.prometheus": _PLACE,
    "cache": _PLACE,
    "cache.mode": _INSTALLED,
    "cache.semantic": "works with one engine, and with an embedding model of the Region",
    "cache.image.repository": _REGISTRY,
    "cache.resources": _CAPACITY,
    "services": _CAPACITY,
    "services.<name>.enabled": _INSTALLED,
    "services.<name>.image.repository": _REGISTRY,
    "telemetry": _CAPACITY,
    "telemetry.image.repository": _REGISTRY,
    "telemetry.sampleRatio": _MONEY,
    "telemetry.xray": _MONEY,
    "langfuse": _PLACE,
    "langfuse.enabled": _INSTALLED,
    "langfuse.mode": _INSTALLED,
    "langfuse.replicas": _CAPACITY,
    "langfuse.resources": _CAPACITY,
    "langfuse.storage": _CAPACITY,
    "langfuse.retentionDays": _DATA,
    "langfuse.admin": _PEOPLE,
    "monitoring": _PLACE,
    "monitoring.enabled": _INSTALLED,
    "monitoring.receivers": _PEOPLE,
    "ingress": "the door of one environment: its addresses, and who may come in",
    "ingress.enabled": _INSTALLED,
    "ingress.signIn": _PEOPLE,
    "ingress.machineClients": _PEOPLE,
    "platform": _INSTALLED,
    "aws": "what one account holds",
    "secrets.prefix": _PLACE,
    "cost": _MONEY,
    "cost.usage": "assumptions about one environment",
    "waivers": "an exception is granted to one object of one environment, until a day",
}
"""Why, by key."""


def decides(pattern: Keys) -> str | None:
    """The name of the tables that decides about a key, the longest that fits; None where there is none."""
    heads = (".".join(pattern[:depth]) for depth in range(len(pattern), 0, -1))
    return next((head for head in heads if head in MOVES or head in STAYS), None)
