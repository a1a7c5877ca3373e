"""Which addresses the rendered configs name, read from the configs themselves: an environment may change them."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import yaml

from tests.real import manifests


def origin(url: str) -> str:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def config(env_name: str, component: str, suffix: str) -> Any:
    """The one mounted file of a component whose path ends so, parsed: JSON is YAML, too."""
    [text] = [text for path, text in manifests.mounted(env_name, component).items() if path.endswith(suffix)]
    return json.loads(text) if suffix.endswith(".json") else yaml.load(text, yaml.CSafeLoader)


def providers(env_name: str) -> set[str]:
    """Origins of every provider but Bedrock, in the LLM gateway's config of either engine."""
    if engine(env_name) == "litellm":
        models = config(env_name, "llm-gateway", "/config.yaml")["model_list"]
        return {origin(base) for model in models if (base := model["litellm_params"].get("api_base"))}
    return {origin(url) for url in _urls(config(env_name, "llm-gateway", "/config.json")["providers"])}


def cache(env_name: str) -> tuple[str, int]:
    """Host and port of Redis."""
    if engine(env_name) == "litellm":
        found = config(env_name, "llm-gateway", "/config.yaml")["litellm_settings"]["cache_params"]
        return found["host"], found["port"]
    host, _, port = config(env_name, "llm-gateway", "/config.json")["vector_store"]["config"]["addr"].partition(":")
    return host, int(port)


def collector(env_name: str) -> str:
    """Origin of the collector, as OpenClaw's config has it."""
    return origin(openclaw(env_name, gateways(env_name)[0])["diagnostics"]["otel"]["endpoint"])


def openclaw(env_name: str, component: str) -> Any:
    """openclaw.json of one gateway."""
    return config(env_name, component, "/openclaw.json")


def gateways(env_name: str) -> list[str]:
    """Components of the OpenClaw gateways; those for programs, which take a token, first."""
    found = manifests.components(env_name, "openclaw-")
    return sorted(found, key=lambda name: openclaw(env_name, name)["gateway"]["auth"]["mode"] != "token")


def engine(env_name: str) -> str:
    """`litellm` or `bifrost`: the name of the LLM gateway's container."""
    found: str = manifests.container(env_name, "llm-gateway")["name"]
    return found


def _urls(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _urls(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _urls(inner)
    elif isinstance(value, str) and value.startswith(("http://", "https://")):
        yield value
