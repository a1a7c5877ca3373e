"""A tag at a registry, as the registry's API addresses it."""

from __future__ import annotations

from dataclasses import dataclass

DOCKER_HUB = "docker.io"
_API = {DOCKER_HUB: "registry-1.docker.io", "index.docker.io": "registry-1.docker.io"}
"""Where the API of a registry answers, if not under its own name."""
_LOOPBACK = ("localhost", "127.0.0.1")


@dataclass(frozen=True)
class Reference:
    """`docker.io/library/redis:8.4.2`: registry, name in it, and tag."""

    registry: str
    name: str
    tag: str

    def __str__(self) -> str:
        return f"{self.registry}/{self.name}:{self.tag}"

    @property
    def repository(self) -> str:
        return f"{self.registry}/{self.name}"

    @property
    def api(self) -> str:
        """URL of the repository; without TLS only on this machine."""
        return f"{'http' if is_loopback(self.registry) else 'https'}://{self.host}/v2/{self.name}"

    @property
    def host(self) -> str:
        return _API.get(self.registry, self.registry)


def reference(repository: str, tag: str) -> Reference:
    """A short name means Docker Hub, as every container runtime takes it."""
    first, slash, rest = repository.partition("/")
    if slash and ("." in first or ":" in first or first in _LOOPBACK):
        registry, name = first, rest
    else:
        registry, name = DOCKER_HUB, repository
    return Reference(registry, name if "/" in name or registry != DOCKER_HUB else f"library/{name}", tag)


def is_loopback(host: str) -> bool:
    return host.partition(":")[0] in _LOOPBACK
