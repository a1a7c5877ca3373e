"""Hosts and ports that configurations name: URLs, `host:port`, and pairs of a host and a port key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from generator.check.traffic.configs import Config
from generator.check.walk import each, table, text
from generator.environment.problem import Path, dotted

PORTS = {
    "grpc": 443,
    "http": 80,
    "https": 443,
    "postgres": 5432,
    "postgresql": 5432,
    "redis": 6379,
    "rediss": 6379,
    "ws": 80,
    "wss": 443,
}
"""Ports of URLs that name none (IANA service names; 443 for gRPC as its libraries take it)."""

REGISTERED = {443: "https", 5432: "postgresql", 6379: "redis"}
"""What is spoken on a port where nothing else is said (IANA service names)."""

NOT_HTTP = {"https", "postgres", "postgresql", "redis", "rediss", "wss"}
"""Schemes that a proxy cannot read as HTTP: encrypted, or another protocol."""

NAMES_OF_OTHERS = {"$schema", "allowedOrigins", "publicOrigin"}
"""Keys whose URLs are never called: the identity of a schema, and what browsers call the gateway itself."""

_URL = re.compile(r"([a-z][a-z0-9+.-]*)://([^\s/?#]+)", re.IGNORECASE)
_HOST = re.compile(r"(?!env\.)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.?", re.IGNORECASE)
_ADDRESS_KEY = re.compile(r"(addr|address|endpoint|host|server|target|ur[il])(e?s)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """A host and a port, and where a configuration names them."""

    host: str
    port: int
    config: Config
    where: str
    """The key inside the file, or the variable."""
    scheme: str = ""
    """What is spoken: of a URL what it says, else what the port is known for; empty where neither tells."""

    @property
    def is_opaque(self) -> bool:
        """Whether what is spoken is surely no plain HTTP."""
        return self.scheme in NOT_HTTP

    @property
    def is_ip(self) -> bool:
        return _is_ip(self.host)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def addresses(config: Config) -> Iterator[Address]:
    """The addresses that a configuration names or implies, but for those of the pod itself."""
    for where, host, port, scheme in (*_walk(config.value, (), []), *_bedrock(config)):
        if not _is_own(host):
            yield Address(host.lower().rstrip("."), port, config, dotted(where), scheme)


def host_port(value: str) -> tuple[str, int] | None:
    """Host and port of a URL; None for what is no URL of a known or given port."""
    match = _URL.match(value)
    if not match:
        return None
    host, port = _split(match[2].rpartition("@")[2])
    number = port or PORTS.get(match[1].lower(), 0)
    return (host, number) if number and _is_host(host) else None


_Named = tuple[Path, str, int, str]
"""Where an address is named, its host, port and scheme."""


def _walk(node: Any, path: Path, found: list[_Named]) -> list[_Named]:
    """Fills a list: generators inside generators take twice the time."""
    if isinstance(node, dict):
        found += _pairs(node, path)
        for key, value in node.items():
            if key not in NAMES_OF_OTHERS:
                _walk(value, (*path, str(key)), found)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            _walk(value, (*path, index), found)
    elif isinstance(node, str) and ":" in node:
        if named := host_port(node):
            found.append((path, *named, node.partition(":")[0].lower()))
        elif named := _bare(node, next((step for step in reversed(path) if isinstance(step, str)), "")):
            found.append((path, *named, REGISTERED.get(named[1], "")))
    return found


def _pairs(node: dict[str, Any], path: Path) -> Iterator[_Named]:
    """`redis_host` beside `redis_port`, `host` beside `port`, `DB_HOST` beside `DB_PORT`."""
    spelled = {str(key).lower(): value for key, value in node.items()}
    for key, host in node.items():
        lower = str(key).lower()
        if not lower.endswith("host"):
            continue
        port = spelled.get(lower.removesuffix("host") + "port")
        if isinstance(host, str) and str(port).isdigit() and _is_host(host):
            yield (*path, str(key)), host, int(str(port)), REGISTERED.get(int(str(port)), "")


def _bare(value: str, key: str) -> tuple[str, int] | None:
    """`host:port` without a scheme, below a key that speaks of addresses."""
    host, port = _split(value)
    return (host, port) if port and _ADDRESS_KEY.search(key) and _is_host(host) else None


def _bedrock(config: Config) -> Iterator[_Named]:
    """Amazon Bedrock, which gateways call by Region: no key names its host."""
    if config.program == "litellm":
        for index, model in each(config.value, "model_list"):
            params = table(model, "litellm_params")
            region = text(params, "aws_region_name")
            if text(params, "model").startswith("bedrock/") and region:
                yield ("model_list", index, "litellm_params", "aws_region_name"), _bedrock_host(region), 443, "https"
    if config.program == "bifrost":
        for index, key in each(config.value, "providers", "bedrock", "keys"):
            region = text(key, "bedrock_key_config", "region")
            if region and not table(key, "bedrock_key_config", "endpoints"):
                where = ("providers", "bedrock", "keys", index, "bedrock_key_config", "region")
                yield where, _bedrock_host(region), 443, "https"


def _bedrock_host(region: str) -> str:
    return f"bedrock-runtime.{region}.amazonaws.com"


def _split(value: str) -> tuple[str, int]:
    """Host and port; port 0 where there is none."""
    if value.startswith("["):
        host, _, rest = value[1:].partition("]")
        port = rest.removeprefix(":")
    else:
        host, _, port = value.partition(":")
    return host, int(port) if port.isdigit() and 0 < int(port) < 65536 else 0


def _is_host(host: str) -> bool:
    return _is_ip(host) or _HOST.fullmatch(host) is not None


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_own(host: str) -> bool:
    if _is_ip(host):
        address = ip_address(host)
        return address.is_loopback or address.is_unspecified
    return host.lower() == "localhost" or host.lower().endswith(".localhost")
