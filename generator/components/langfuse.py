"""Langfuse, where `langfuse.mode` is `managed`: the official chart, with stores outside the cluster or bundled.

The chart makes up a key wherever none is given, anew on each render: a new salt would void every API key, a new
encryption key would make data unreadable.  So every key comes from Secrets Manager, in one Secret that its stores read
too.  Traces come through the collector alone.
"""

from __future__ import annotations

from generator.environment.model import Environment
from generator.kubernetes.network import Addresses, Edge, Hosts, Namespace, PodIdentityAgent, Pods
from generator.kubernetes.objects import Obj
from generator.kubernetes.secret import Remote, Secret

from . import charts, langfuse_values, otel_collector
from .charts import Chart, Release

NAME = "langfuse"
NAMESPACE = "langfuse"
PORT = 3000
CHART = Chart(NAME, "https://langfuse.github.io/langfuse-k8s", NAME, "2.0.0", NAMESPACE)

PODS = Pods(NAME, NAMESPACE)
"""Web server and worker: the chart tells them apart by a label that is not in use for this here."""
POSTGRES, REDIS = Pods("postgresql", NAMESPACE), Pods("redis", NAMESPACE)
CLICKHOUSE, KEEPER = Pods("clickhouse-server", NAMESPACE), Pods("clickhouse-keeper", NAMESPACE)
OPERATOR = Namespace("clickhouse-operator")

HTTP, NATIVE, MANAGEMENT, INTERSERVER = 8123, 9000, 9001, 9009
KEEPER_CLIENT, KEEPER_RAFT, KEEPER_CONTROL = 2181, 9234, 9123
"""Ports of ClickHouse and of its Keeper, as the operator gives them."""
POSTGRES_PORT, REDIS_PORT, HTTPS, AGENT_PORT = 5432, 6379, 443, 80


def releases(env: Environment) -> list[Release]:
    """After the Secrets, and after the operator that runs its ClickHouse."""
    return [Release(CHART, langfuse_values.values(env), -4)] if env.langfuse.managed else []


def namespaces(env: Environment) -> list[Obj]:
    """ClickHouse asks for capabilities (IPC_LOCK, PERFMON, SYS_PTRACE) that no profile but `privileged` allows."""
    if not env.langfuse.managed:
        return []
    return charts.closed_namespace(NAMESPACE, "privileged" if env.langfuse.bundles_clickhouse else "restricted")


def pods(env: Environment) -> list[Pods]:
    """The pods that the chart makes, each of which gets a network policy."""
    langfuse = env.langfuse
    if not langfuse.managed:
        return []
    bundled = [] if langfuse.postgres else [POSTGRES]
    bundled += [] if langfuse.redis else [REDIS]
    return [PODS, *bundled, *([CLICKHOUSE, KEEPER] if langfuse.bundles_clickhouse else [])]


def edges(env: Environment) -> list[Edge]:
    """From the collector and the load balancer; to the stores, and to S3 with the rights of the pod."""
    langfuse, vpc = env.langfuse, env.cluster.vpc_cidr
    if not langfuse.managed:
        return []
    found = [
        Edge(Pods(otel_collector.NAME, otel_collector.NAMESPACE), PODS, PORT, "http"),
        Edge(PODS, Hosts(buckets(env), vpc), HTTPS, "https"),
        Edge(PODS, PodIdentityAgent(), AGENT_PORT, "http"),
    ]
    if langfuse.host:
        found.append(Edge(Addresses(env.ingress.alb_subnets), PODS, PORT, "http"))
    # By address: a cluster answers with the names of its nodes, which are not the endpoint's.
    if langfuse.postgres:
        found.append(Edge(PODS, Hosts((langfuse.postgres.host,), vpc), langfuse.postgres.port, "postgresql"))
    else:
        found.append(Edge(PODS, POSTGRES, POSTGRES_PORT, "postgresql"))
    if langfuse.redis:
        found.append(Edge(PODS, Addresses((vpc,)), langfuse.redis.port, "rediss"))
    else:
        found.append(Edge(PODS, REDIS, REDIS_PORT, "redis"))
    return found + clickhouse_edges(env)


def clickhouse_edges(env: Environment) -> list[Edge]:
    """Of the one outside, both its ports; of the bundled one, also Keeper's, and those by which the operator rules."""
    outside = env.langfuse.clickhouse
    if outside:
        hosts = Hosts((outside.host,), env.cluster.vpc_cidr)
        return [Edge(PODS, hosts, outside.http_port, "https"), Edge(PODS, hosts, outside.native_port)]
    return [
        *(Edge(PODS, CLICKHOUSE, port) for port in (HTTP, NATIVE)),
        *(Edge(OPERATOR, CLICKHOUSE, port) for port in (HTTP, NATIVE, MANAGEMENT)),
        *(Edge(OPERATOR, KEEPER, port) for port in (KEEPER_CLIENT, KEEPER_CONTROL)),
        Edge(CLICKHOUSE, CLICKHOUSE, INTERSERVER),
        Edge(CLICKHOUSE, KEEPER, KEEPER_CLIENT),
        Edge(KEEPER, KEEPER, KEEPER_RAFT),
    ]


def buckets(env: Environment) -> tuple[str, ...]:
    """Names under which S3 answers for the bucket."""
    return (f"{env.langfuse.bucket}.s3.{env.cluster.region}.amazonaws.com",)


def secrets(env: Environment) -> list[Secret]:
    """One Secret, whose keys are named as the charts of the stores insist."""
    if not env.langfuse.managed:
        return []
    keys = langfuse_values.keys(env)
    return [Secret(langfuse_values.SECRET, NAMESPACE, {key: Remote(NAME, entry) for key, entry in keys.items()})]
