"""The AWS identities of the managed controllers that call EC2 and its load balancers, by Pod Identity."""

from __future__ import annotations

from generator.components import cilium, platform, platform_aws
from generator.environment.model import Environment

from . import cilium_access, identity, karpenter_access, load_balancer_access
from .identity import Identity
from .resource import Resource
from .stack import Output


def resources(env: Environment) -> list[Resource]:
    return [resource for one in identities(env) for resource in identity.resources(env, one)]


def outputs(env: Environment) -> list[Output]:
    return []


def identities(env: Environment) -> list[Identity]:
    """Those of an existing controller are somebody else's."""
    made = []
    if env.network.manages_cilium:
        made.append(Identity("CiliumOperator", cilium.NAMESPACE, "cilium-operator", cilium_access.allowed(env)))
    if platform.managed(env, "karpenter"):
        made.append(Identity("Karpenter", platform_aws.NAMESPACE, "karpenter", karpenter_access.allowed(env)))
    if platform.managed(env, "load_balancer_controller"):
        name, allowed = "aws-load-balancer-controller", load_balancer_access.allowed(env)
        made.append(Identity("LoadBalancerController", platform_aws.NAMESPACE, name, allowed))
    return made
