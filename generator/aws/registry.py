"""The stacks of an environment, in the order in which they are deployed: an explicit list, no discovery."""

from __future__ import annotations

from types import ModuleType

from generator.environment.model import Environment

from . import (
    access_logs,
    addons,
    alert_topic,
    buckets,
    budget,
    cognito,
    config_rules,
    controllers,
    endpoints,
    identities,
    interruption,
    invocation_logs,
    keys,
    nodes,
    secret_entries,
    trail,
    web_acl,
)
from .stack import Stack

STACKS: tuple[tuple[str, str, tuple[ModuleType, ...]], ...] = (
    ("state", "keys, buckets, secrets: what outlives the cluster", (keys, buckets, secret_entries, alert_topic)),
    ("cluster", "add-ons, nodes and the controllers' identities", (addons, interruption, nodes, controllers)),
    ("identities", "what our pods may do", (identities,)),
    ("network", "private ways to the services of AWS", (endpoints,)),
    ("door", "sign-in and web ACL of the load balancer", (access_logs, cognito, web_acl)),
    ("audit", "who called what, what drifted, what it costs", (trail, invocation_logs, config_rules, budget)),
)
"""Name, purpose, and the modules whose `resources(env)` and `outputs(env)` it holds; one without any is left out."""


def stacks(env: Environment) -> list[Stack]:
    """Nothing where the account belongs to somebody else (`aws.managed: false`)."""
    if not env.aws.managed:
        return []
    made = [
        Stack(
            name,
            f"OpenClaw {env.name}: {purpose}",
            tuple(resource for module in modules for resource in module.resources(env)),
            tuple(output for module in modules for output in module.outputs(env)),
        )
        for name, purpose, modules in STACKS
    ]
    return [stack for stack in made if stack.resources]
