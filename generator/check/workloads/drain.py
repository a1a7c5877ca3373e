"""How long programs take to end after SIGTERM, as their own configuration bounds it.

Measured with the real programs by `make drain` on 2026-11-22 (docs/decisions/drain.md): OpenClaw 2026.9.6 ends 80 to
85 s after the signal with turns of 90 s; LiteLLM 1.109.1 cuts an endless stream 0.5 s after its limit; the collector
takes 7 s where its target hangs, Redis 0.1 s.  Nothing bounds a stream through Bifrost that goes on: the kubelet does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from generator.check.objectset import Item, ObjectSet
from generator.check.traffic import configs
from generator.check.walk import each, number, table, text, texts
from generator.check.workloads.pods import Container, containers

OPENCLAW_LONGEST = 315
"""OpenClaw waits so long for running turns, and no setting shortens it (2026.9, gateway-shutdown-budget.mjs)."""
LITELLM_DEFAULT = 30
"""LiteLLM's default of GRACEFUL_SHUTDOWN_TIMEOUT (litellm 1.109, proxy/shutdown)."""
BIFROST_DEFAULT = 300
"""Bifrost's default of `default_request_timeout_in_seconds` (2.6, core/schemas/provider.go); it waits for connections
without a limit of its own."""
COLLECTOR = 10
"""The collector stops its receivers, then sends what is queued: one more request, of at most so long."""
REDIS = 3
"""Redis without save points and replicas exits at once (redis.conf, shutdown-timeout); the rest is for a busy node."""

_IMAGES: Mapping[configs.Program | Literal["redis"], str] = {
    "openclaw": "openclaw",
    "litellm": "litellm",
    "bifrost": "bifrost",
    "collector": "opentelemetry-collector|otelcol",
    "redis": "(redis|valkey)$",
}
"""Programs, and how the names of their images begin."""

_SLEEP = re.compile(r"\bsleep\s+(\d+(?:\.\d+)?)([smh]?)(?![\w.])")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Drain:
    """Seconds from SIGTERM to the exit; `source` says what bounds them."""

    seconds: float
    source: str


def running(item: Item) -> list[Container]:
    """The containers that run when a pod ends: not those that only prepare it."""
    return [
        one for one in containers(item) if "initContainers" not in one.path or one.spec.get("restartPolicy") == "Always"
    ]


def pre_stop(container: Container) -> float:
    """Seconds of a container's preStop hook: its sleeps; what else a command does is not known."""
    hook = table(container.spec, "lifecycle", "preStop")
    command = " ".join(texts(hook, "exec", "command"))
    slept = sum(float(seconds) * _UNITS[unit] for seconds, unit in _SLEEP.findall(command))
    return slept + (number(hook, "sleep", "seconds") or 0)


def drain(objects: ObjectSet, container: Container) -> Drain | None:
    """The drain of a known program; None for any other, and where its configuration is not among the objects."""
    found = program(container)
    return _BOUNDS[found](objects, container) if found else None


def program(container: Container) -> configs.Program | Literal["redis"] | None:
    """What runs in a container, told by the name of its image: the last part, without registry and tag."""
    image = text(container.spec, "image").partition("@")[0].rpartition("/")[2].partition(":")[0]
    return next((name for name, pattern in _IMAGES.items() if re.match(pattern, image)), None)


def _openclaw(objects: ObjectSet, container: Container) -> Drain | None:
    for config in configs.of_program(objects, container.item, "openclaw"):
        turn = number(config.value, "agents", "defaults", "timeoutSeconds")
        if turn is None:
            return Drain(OPENCLAW_LONGEST, f"no agents.defaults.timeoutSeconds in {config.name}: turns last for hours")
        if not any(_asks_once(other) for other in configs.configs(objects, container.item)):
            repeated = (
                "OpenClaw repeats a model call that fails, with a turn's time anew (no settings.json turns it off)"
            )
            return Drain(OPENCLAW_LONGEST, repeated)
        return Drain(min(turn, OPENCLAW_LONGEST), f"agents.defaults.timeoutSeconds in {config.name}")
    return None


def _asks_once(config: configs.Config) -> bool:
    """Whether a bundle's settings.json tells OpenClaw to leave failed model calls alone."""
    return config.name == "settings.json" and number(config.value, "retry", "provider", "maxRetries") == 0


def _litellm(objects: ObjectSet, container: Container) -> Drain | None:
    for config in configs.configs(objects, container.item):
        if not config.name and (found := number(config.value, "GRACEFUL_SHUTDOWN_TIMEOUT")) is not None:
            return Drain(found, "GRACEFUL_SHUTDOWN_TIMEOUT")
    return Drain(LITELLM_DEFAULT, "LiteLLM's default of GRACEFUL_SHUTDOWN_TIMEOUT")


def _bifrost(objects: ObjectSet, container: Container) -> Drain | None:
    key = "default_request_timeout_in_seconds"
    for config in configs.of_program(objects, container.item, "bifrost"):
        found = {
            name: number(provider, "network_config", key) for name, provider in table(config.value, "providers").items()
        }
        longest = [(BIFROST_DEFAULT if seconds is None else seconds, name) for name, seconds in found.items()]
        if longest:
            seconds, name = max(longest)
            rules = (rule for _, rule in each(config.value, "governance", "routing_rules"))
            if any(rule.get("fallbacks") for rule in rules):
                return Drain(2 * seconds, f"a call and its fallback, {key} of {name} in {config.name}")
            return Drain(seconds, f"the longest request, {key} of {name} in {config.name}")
    return None


def _collector(objects: ObjectSet, container: Container) -> Drain | None:
    return Drain(COLLECTOR, "the collector's last request")


def _redis(objects: ObjectSet, container: Container) -> Drain | None:
    return Drain(REDIS, "Redis, without save points")


_BOUNDS: Mapping[str, Callable[[ObjectSet, Container], Drain | None]] = {
    "openclaw": _openclaw,
    "litellm": _litellm,
    "bifrost": _bifrost,
    "collector": _collector,
    "redis": _redis,
}
