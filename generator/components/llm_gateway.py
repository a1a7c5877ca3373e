"""The LLM gateway: an OpenAI-compatible door to every model, with keys, budgets, rate limits, failover and a cache.

Two engines behind one Service: Bifrost (bifrost.py) and LiteLLM (litellm.py).  Its ServiceAccount alone may call
Bedrock, through the Pod Identity Agent; it holds no AWS keys.
"""

from __future__ import annotations

from generator.environment.model import Environment
from generator.environment.openclaw import DETECTION_MARGIN, SPOT_NOTICE
from generator.kubernetes.network import Addresses, Edge, Hosts, PodIdentityAgent, Pods, url_edge
from generator.kubernetes.objects import Obj, host, metadata, service
from generator.kubernetes.pod import Grace, SecretKey
from generator.kubernetes.secret import Secret
from generator.kubernetes.workload import workload

from . import bifrost, cache, litellm, otel_collector, prometheus, providers, rollout
from .component import Component
from .llm_engine import Engine

NAME = "llm-gateway"
NAMESPACE = "llm-gateway"
PORT = 4000
PODS = Pods(NAME, NAMESPACE)
AGENT_PORT, HTTPS = 80, 443

REQUESTS_METRIC = "llm_gateway_requests_per_second"
"""What an adapter of Prometheus must serve for `replicas.targetRequests` (docs/platform.md)."""

PRE_STOP, EXIT = 5, 10
"""Seconds: until no Service sends new requests, and to flush traces."""


def url(env: Environment) -> str:
    """Base URL for OpenAI clients."""
    return f"http://{host(NAME, NAMESPACE)}:{PORT}/v1"


def engine(env: Environment) -> Engine:
    if env.llm_gateway.engine == "bifrost":
        return bifrost.engine(env, PORT)
    return litellm.engine(env, PORT, grace(env).drain)


def grace(env: Environment) -> Grace:
    """Calls that run may finish, but for those that would outlast the notice of a Spot node."""
    longest = SPOT_NOTICE - DETECTION_MARGIN - PRE_STOP - EXIT
    # A provider that hangs is given up, and the fallback gets as long again.
    attempts = 2 if any(model.fallbacks for model in env.models.values()) else 1
    return Grace(PRE_STOP, min(attempts * env.llm_gateway.request_timeout, longest), EXIT)


def objects(env: Environment) -> list[Obj]:
    gateway, chosen = env.llm_gateway, engine(env)
    scaled = gateway.replicas.maximum > gateway.replicas.minimum
    secret = {variable: SecretKey(NAME, variable) for variable in chosen.secrets}
    if env.cache.mode != "none":
        secret["REDIS_PASSWORD"] = SecretKey(cache.NAME, cache.PASSWORD)
    made = [
        *workload(
            env,
            name=NAME,
            namespace=NAMESPACE,
            image=chosen.image,
            user=chosen.user,
            group=chosen.group,
            container=gateway.engine,
            args=chosen.args,
            ports={"http": PORT},
            environ={**chosen.environ, **secret},
            configs=chosen.configs,
            scratch=chosen.scratch,
            resources=gateway.resources,
            probes=chosen.probes,
            grace=grace(env),
            replicas=None if scaled else gateway.replicas.minimum,
        ),
        service(NAME, NAMESPACE, {"http": PORT}, NAME, NAME),
        *([autoscaler(env)] if scaled else []),
    ]
    return made if gateway.delivery.strategy == "rolling" else rollout.progressive(env, made, NAME, NAMESPACE)


def autoscaler(env: Environment) -> Obj:
    """Up at once, down one pod a minute after five calm minutes: a pod takes half a minute to start."""
    replicas = env.llm_gateway.replicas
    utilization = {"type": "Utilization", "averageUtilization": replicas.target_cpu}
    metrics: list[Obj] = [{"type": "Resource", "resource": {"name": "cpu", "target": utilization}}]
    if replicas.target_requests:
        target = {"type": "AverageValue", "averageValue": str(replicas.target_requests)}
        metrics.append({"type": "Pods", "pods": {"metric": {"name": REQUESTS_METRIC}, "target": target}})
    rolling = env.llm_gateway.delivery.strategy == "rolling"
    scaled = (
        {"apiVersion": "apps/v1", "kind": "Deployment"}
        if rolling
        else {"apiVersion": rollout.API, "kind": rollout.KIND}
    )
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(NAME, NAMESPACE),
        "spec": {
            "scaleTargetRef": scaled | {"name": NAME},
            "minReplicas": replicas.minimum,
            "maxReplicas": replicas.maximum,
            "metrics": metrics,
            "behavior": {
                "scaleUp": {
                    "stabilizationWindowSeconds": 0,
                    "policies": [{"type": "Percent", "value": 100, "periodSeconds": 60}],
                },
                "scaleDown": {
                    "stabilizationWindowSeconds": 300,
                    "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}],
                },
            },
        },
    }


def edges(env: Environment) -> list[Edge]:
    """To the providers in use, the cache, the collector and the database; from Prometheus."""
    vpc = env.cluster.vpc_cidr
    found = [
        Edge(PODS, Pods(otel_collector.NAME, otel_collector.NAMESPACE), otel_collector.HTTP, "http"),
        Edge(prometheus.pods(env), PODS, PORT, "http"),
    ]
    for name in providers.in_use(env):
        if name == "bedrock":
            found.append(Edge(PODS, PodIdentityAgent(), AGENT_PORT, "http"))
            found.append(Edge(PODS, Hosts(providers.bedrock_hosts(env), vpc), HTTPS, "https"))
        else:
            found.append(url_edge(PODS, providers.address(env, name)))
    if env.cache.mode == "in-cluster":
        found.append(Edge(PODS, Pods(cache.NAME, cache.NAMESPACE), cache.PORT, "redis"))
    elif env.cache.mode == "elasticache":
        # By address: a cluster answers with the names of its nodes, which are not the endpoint's.
        found.append(Edge(PODS, Addresses((vpc,)), cache.PORT, "rediss"))
    if database := env.llm_gateway.database:
        found.append(url_edge(PODS, f"postgresql://{database.host}:{database.port}", vpc))
    return found


def secrets(env: Environment) -> list[Secret]:
    return [Secret(NAME, NAMESPACE, engine(env).secrets)]


COMPONENT = Component(
    name=NAME,
    # A gateway starts after what it calls.
    wave=10,
    purpose="one OpenAI-compatible door to every model",
    objects=objects,
    namespace=NAMESPACE,
    edges=edges,
    secrets=secrets,
)
