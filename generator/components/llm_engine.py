"""What an engine says of its container, and the names that both engines and their callers share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.environment.image import Image
from generator.environment.model import Environment
from generator.kubernetes.objects import host
from generator.kubernetes.pod import ConfigDir, Probes
from generator.kubernetes.secret import Remote

from . import otel_collector, providers

AUTO = "auto"
"""The model name that asks for content-based routing."""


@dataclass(frozen=True)
class Engine:
    """The part of the pod that differs between engines."""

    image: Image
    user: int
    group: int
    args: Sequence[str]
    environ: Mapping[str, str]
    """Variables without secrets."""
    secrets: Mapping[str, Remote]
    """Variables from the Secret `llm-gateway`, in which each is a key under its own name."""
    configs: Sequence[ConfigDir]
    scratch: Mapping[str, str]
    probes: Probes


def keys(env: Environment) -> dict[str, Remote]:
    """Variables with the keys of callers, and of the providers that are in use."""
    callers = {key_variable(name): Remote("virtual-keys", name) for name in env.llm_gateway.virtual_keys}
    in_use = {
        variable: Remote("providers", name)
        for name, variable in providers.KEY_VARIABLES.items()
        if name in providers.in_use(env)
    }
    return callers | in_use


def key_variable(virtual_key: str) -> str:
    """Environment variable of a virtual key: `team-a` is in VIRTUAL_KEY_TEAM_A."""
    return f"VIRTUAL_KEY_{virtual_key.upper().replace('-', '_')}"


def callable_models(env: Environment, virtual_key: str) -> list[str]:
    """Models that a virtual key may call, with `auto` where it may call every model that `auto` may choose.

    The keys of OpenClaw's gateways may also call the embedding model by which their plugin routes.
    """
    allowed = env.llm_gateway.virtual_keys[virtual_key].models
    found = [name for name in env.models if name in allowed or not allowed]
    if auto_models(env) <= set(found):
        found.append(AUTO)
    gateways = (env.openclaw.gateway_defaults, *env.openclaw.gateways.values())
    if env.routing.embedding and any(gateway.virtual_key == virtual_key for gateway in gateways):
        found.append(env.routing.embedding.model)
    return found


def auto_models(env: Environment) -> set[str]:
    """The models that `auto` may choose."""
    return {env.routing.default, *(route.model for route in env.routing.routes)}


def collector() -> str:
    """Base URL of OTLP over HTTP."""
    return f"http://{host(otel_collector.NAME, otel_collector.NAMESPACE)}:{otel_collector.HTTP}"
