"""What the configuration of an LLM gateway says of time: how long a call may take, and how often it is repeated."""

from __future__ import annotations

from dataclasses import dataclass

from generator.check.objectset import Item, ObjectSet
from generator.check.traffic.addresses import host_port
from generator.check.traffic.configs import Config, of_program
from generator.check.traffic.services import backends, cluster_name, port_of
from generator.check.walk import each, number, table, texts

LITELLM_TIMEOUT, LITELLM_RETRIES = 6000, 2
"""Seconds and repetitions where config.yaml says nothing (LiteLLM 1.109: litellm/constants.py, its Router)."""
BIFROST_TIMEOUT = 300
"""Seconds where config.json says nothing (Bifrost 2: core/schemas/provider.go)."""


@dataclass(frozen=True)
class Patience:
    """The longest that an LLM gateway works on one call."""

    timeout: float
    """Seconds of one attempt."""
    attempts: int
    """How often a call that times out is made: Bifrost repeats only what fails at once, LiteLLM time-outs as well."""
    fallbacks: int
    """Most models that are asked in turn after the first has failed."""

    @property
    def seconds(self) -> float:
        """Of all attempts at one model."""
        return self.timeout * self.attempts


def patience(config: Config) -> Patience | None:
    """What a configuration says; None where it is not an LLM gateway's."""
    if config.program == "litellm":
        router, settings = table(config.value, "router_settings"), table(config.value, "litellm_settings")
        retries = number(router, "num_retries")
        if retries is None:
            retries = number(settings, "num_retries")
        timeout = number(router, "timeout") or number(settings, "request_timeout") or LITELLM_TIMEOUT
        chains = [models for _, one in each(router, "fallbacks") for models in one.values() if isinstance(models, list)]
        attempts = 1 + int(LITELLM_RETRIES if retries is None else retries)
        return Patience(timeout, attempts, max(map(len, chains), default=0))
    if config.program == "bifrost":
        networks = [table(one, "network_config") for one in table(config.value, "providers").values()]
        timeouts = [number(one, "default_request_timeout_in_seconds") or BIFROST_TIMEOUT for one in networks]
        rules = each(config.value, "governance", "routing_rules")
        return Patience(max(timeouts), 1, max((len(texts(rule, "fallbacks")) for _, rule in rules), default=0))
    return None


def behind(objects: ObjectSet, item: Item, url: str) -> tuple[Item, Config, Patience] | None:
    """The LLM gateway of the set that a pod calls by a URL: its workload, configuration and patience."""
    address = host_port(url)
    name = cluster_name(objects, address[0], item.namespace) if address else None
    service = objects.get("Service", *name) if name else None
    port = port_of(service, address[1]) if service and address else None
    for backend in backends(objects, service, port) if service and port else ():
        for program in ("litellm", "bifrost"):
            for config in of_program(objects, backend.item, program):
                found = patience(config)
                if found:
                    return backend.item, config, found
    return None
