"""Redis: answers to equal prompts, and the counters that LiteLLM's replicas share.

Nothing in it is worth a disk: it is not persisted, and at its memory limit the least recently used entry goes.  Bifrost
calls FT.* commands even where it only compares hashes; the entry point of the image loads the search module for them.
"""

from __future__ import annotations

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj, host, service
from generator.kubernetes.pod import ConfigDir, Grace, Probes, SecretKey
from generator.kubernetes.quantity import mebibytes
from generator.kubernetes.secret import Remote, Secret
from generator.kubernetes.workload import workload

from .component import Component

NAME = "cache"
NAMESPACE = "llm-gateway"
PORT = 6379
PASSWORD = "password"
"""Key of the Secret `cache`; Redis in the cluster takes the password, ElastiCache has it as its AUTH token."""

USER = 999
"""`redis` in the Debian variant of the image."""
CONFIG = "/etc/redis"
PASSWORD_VARIABLE = "REDISCLI_AUTH"
"""Where redis-cli, the probe, looks for the password."""
MEMORY_SHARE = 75
"""Percent of the memory limit for data; the rest is for buffers of clients, fragmentation and the search module."""

DENIED = (
    "-acl -bgrewriteaof -bgsave -cluster -config -debug -failover -flushall -flushdb -keys -migrate -module -monitor "
    "-psync -replconf -replicaof -save -shutdown -slaveof -swapdb -sync"
)
"""ACL rules against commands that reconfigure, copy, empty or block the server.  No gateway needs them: LiteLLM uses
INFO and EVAL, Bifrost FT.CREATE, FT.INFO, FT.SEARCH, FT.DROPINDEX and SCAN."""

START = f"""\
# The user comes over standard input, its password as a hash: so neither the arguments, which every process monitor on
# the node records, nor a file hold the password, and no character in it needs quoting.
set -eu
: "${{{PASSWORD_VARIABLE}:?is empty}}"
hash=$(printf %s "${PASSWORD_VARIABLE}" | sha256sum)
exec docker-entrypoint.sh redis-server - --include {CONFIG}/redis.conf <<END
user default on #${{hash%% *}} ~* &* +@all {DENIED}
END
"""


def address(env: Environment) -> tuple[str, int, bool]:
    """Host, port and whether to speak TLS; raises ValueError without a cache."""
    if env.cache.mode == "in-cluster":
        return host(NAME, NAMESPACE), PORT, False
    if env.cache.endpoint is None:
        raise ValueError(f"cache.mode is {env.cache.mode}: there is no address")
    return env.cache.endpoint, PORT, True


def objects(env: Environment) -> list[Obj]:
    if env.cache.mode != "in-cluster":
        return []
    ping = {"exec": {"command": ["redis-cli", "-e", "ping"]}}
    return [
        *workload(
            env,
            name=NAME,
            namespace=NAMESPACE,
            image=env.cache.image,
            user=USER,
            container="redis",
            command=["sh", f"{CONFIG}/start.sh"],
            ports={"redis": PORT},
            environ={PASSWORD_VARIABLE: SecretKey(NAME, PASSWORD)},
            configs=[ConfigDir("config", CONFIG, {"redis.conf": redis_conf(env), "start.sh": START})],
            resources=env.cache.resources,
            # The kernel accepts connections for a server that hangs, so only an answer counts.
            probes=Probes(startup=ping, readiness=ping, liveness=ping, startup_seconds=60),
            grace=Grace(pre_stop=2, drain=3, exit=5),
        ),
        service(NAME, NAMESPACE, {"redis": PORT}, NAME, NAME),
    ]


def redis_conf(env: Environment) -> str:
    memory = mebibytes(env.cache.resources.memory_limit) * MEMORY_SHARE // 100
    lines = (
        "bind * -::*",
        f"port {PORT}",
        "protected-mode yes",
        "tcp-keepalive 60",
        'save ""',
        "appendonly no",
        f"maxmemory {memory}mb",
        "maxmemory-policy allkeys-lru",
        # Large answers are freed by a thread of their own.
        "lazyfree-lazy-eviction yes",
        "lazyfree-lazy-expire yes",
    )
    return "\n".join(lines) + "\n"


def secrets(env: Environment) -> list[Secret]:
    """The password, for Redis itself and for the LLM gateway, which lives in the same namespace."""
    return [] if env.cache.mode == "none" else [Secret(NAME, NAMESPACE, {PASSWORD: Remote("cache", PASSWORD)})]


COMPONENT = Component(
    name=NAME,
    wave=0,
    purpose="answers to equal prompts, counters that LiteLLM's pods share",
    objects=objects,
    namespace=NAMESPACE,
    secrets=secrets,
)
