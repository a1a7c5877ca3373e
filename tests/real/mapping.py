"""From rendered addresses and credentials to loopback: all that a config differs by, when a real program reads it here.

Everything else is given to the programs byte for byte.
"""

import re
from collections.abc import Mapping

SECRETS = {
    "BIFROST_ADMIN_PASSWORD": "admin-password-of-the-tests",
    "BIFROST_ADMIN_USERNAME": "admin",
    "BIFROST_ENCRYPTION_KEY": "encryption-key-of-the-tests-0123",
    "LITELLM_MASTER_KEY": "sk-master-key-of-the-tests",
    "LITELLM_METRICS_KEY": "metrics-key-of-the-tests",
    "PROVIDER_ANTHROPIC_KEY": "anthropic-key-of-the-tests",
    "PROVIDER_OPENAI_KEY": "openai-key-of-the-tests",
    "PROVIDER_UPSTAGE_KEY": "upstage-key-of-the-tests",
    "VIRTUAL_KEY_OPENCLAW": "sk-bf-virtual-key-openclaw-of-the-tests",
    "VIRTUAL_KEY_RESEARCH": "sk-bf-virtual-key-research-of-the-tests",
    "VIRTUAL_KEY_SUPPORT": "sk-bf-virtual-key-support-of-the-tests",
    "password": "redis-password-of-the-tests",
    "public-key": "pk-lf-of-the-tests",
    "secret-key": "sk-lf-of-the-tests",
    "token": "gateway-token-of-the-tests-0123456789",
}
"""Key of a Kubernetes Secret -> its value in the tests."""

FIELDS = {"status.podIP": "127.0.0.1"}
"""Field of the downward API -> its value in the tests."""

NAMES = frozenset({"www.getbifrost.ai"})
"""Hosts that a config names without anybody connecting to them: here, the `$schema` of Bifrost's file."""

_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://(?P<host>\[[^]]*\]|[^\s/:\"'\\$]+)", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"\b(?P<host>(?:\d+\.){3}\d+|(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*):\d{2,5}\b", re.IGNORECASE)
_CLUSTER_OR_AWS = re.compile(r"\b(?P<host>(?:[a-z0-9-]+\.)+(?:svc\.cluster\.local|amazonaws\.com))\b", re.IGNORECASE)
_HERE = re.compile(r"127\.\d+\.\d+\.\d+|localhost|\[::1\]|(.+\.)?example\.com", re.IGNORECASE)


class NotMapped(AssertionError):
    """A config does not hold an address that was to be replaced, or leads away from this machine after all."""


def on_loopback(text: str, addresses: Mapping[str, str]) -> str:
    """The text with each rendered address replaced, in one pass, the longest first.

    Raises NotMapped when one of them is not in the text, and when the result still names a host that is not this
    machine.  Hosts below example.com, which exist nowhere, and NAMES may stay.
    """
    missing = [address for address in addresses if address not in text]
    if missing:
        raise NotMapped(f"not in the rendered text: {', '.join(missing)}")
    result = text
    if addresses:
        pattern = "|".join(re.escape(address) for address in sorted(addresses, key=len, reverse=True))
        result = re.sub(pattern, lambda match: addresses[match[0]], text)
    away = sorted(hosts(result))
    if away:
        raise NotMapped(f"leads away from this machine: {', '.join(away)}")
    return result


def hosts(text: str) -> set[str]:
    """The hosts of a config that are neither this machine nor mere names."""
    found = {match["host"] for pattern in (_URL, _HOST_AND_PORT, _CLUSTER_OR_AWS) for match in pattern.finditer(text)}
    return {host for host in found if not _HERE.fullmatch(host) and host not in NAMES}
