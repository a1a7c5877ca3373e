"""OpenTelemetry Collector: the one way out for traces, metrics and logs of gateways and LLM gateway.

OpenClaw speaks OTLP over HTTP alone.  Metrics are scraped here, so Prometheus needs no credentials of a gateway.
"""

from __future__ import annotations

from generator.environment.model import Environment
from generator.kubernetes.emit import emit
from generator.kubernetes.network import ApiServer, Edge, Hosts, PodIdentityAgent, Pods, url_edge
from generator.kubernetes.objects import Obj, metadata, service
from generator.kubernetes.pod import ConfigDir, FieldRef, Grace, Probes, SecretKey, http_get
from generator.kubernetes.quantity import mebibytes
from generator.kubernetes.secret import Remote, Secret
from generator.kubernetes.workload import workload

from . import otel_config, prometheus
from .component import Component

NAME = "otel-collector"
NAMESPACE = "telemetry"
GRPC, HTTP = otel_config.GRPC, otel_config.HTTP
HEALTH = otel_config.HEALTH
METRICS, SELF = otel_config.METRICS, otel_config.SELF

ROLE = "openclaw-otel-collector"
"""Name of the ClusterRole: other collectors of the cluster have theirs."""
USER = 10001
"""The image's user; the image holds the program and CA certificates, no shell."""
CONFIG = "/etc/otelcol"
HEAP_SHARE = 80
"""Percent of the memory limit at which Go collects garbage more eagerly (GOMEMLIMIT)."""

PODS = Pods(NAME, NAMESPACE)


def objects(env: Environment) -> list[Obj]:
    alive = http_get("/", "health")
    ports = {"otlp-grpc": GRPC, "otlp-http": HTTP, "metrics": METRICS, "self": SELF}
    return [
        *workload(
            env,
            name=NAME,
            namespace=NAMESPACE,
            image=env.telemetry.image,
            user=USER,
            container="collector",
            args=[f"--config={CONFIG}/relay.yaml"],
            ports=ports | {"health": HEALTH},
            environ=environ(env),
            configs=[ConfigDir("config", CONFIG, {"relay.yaml": emit(otel_config.config(env))})],
            scratch={otel_config.STATE: otel_config.STATE_SIZE} if env.langfuse.enabled else None,
            resources=env.telemetry.resources,
            probes=Probes(startup=alive, readiness=alive, liveness=alive, startup_seconds=60),
            # Longer than a batch waits: the queue is on its way before the signal.  Then one last request of 10 s.
            grace=Grace(pre_stop=5, drain=15),
            replicas=env.telemetry.replicas,
            token=True,
        ),
        sticky(service(NAME, NAMESPACE, ports, NAME, NAME)),
        cluster_role(),
        cluster_role_binding(),
    ]


def environ(env: Environment) -> dict[str, str | SecretKey | FieldRef]:
    heap = mebibytes(env.telemetry.resources.memory_limit) * HEAP_SHARE // 100
    made: dict[str, str | SecretKey | FieldRef] = {"GOMEMLIMIT": f"{heap}MiB", "POD_IP": FieldRef("status.podIP")}
    if env.langfuse.enabled:
        made |= {variable: SecretKey(NAME, key) for variable, key in otel_config.LANGFUSE_KEYS.items()}
    return made


def sticky(obj: Obj) -> Obj:
    """One collector for one sender: a counter that wandered would be shown by two of them, and be added up."""
    return obj | {"spec": obj["spec"] | {"sessionAffinity": "ClientIP"}}


def cluster_role() -> Obj:
    """Pods of every namespace: telemetry comes from several, and the processor takes one namespace or all."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": metadata(ROLE, app=NAME, instance=NAME),
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}],
    }


def cluster_role_binding() -> Obj:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": metadata(ROLE, app=NAME, instance=NAME),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": ROLE},
        "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}],
    }


def edges(env: Environment) -> list[Edge]:
    """Scraped by Prometheus; calls the stores that are on, and the Kubernetes API for the names of senders."""
    found = [
        Edge(prometheus.pods(env), PODS, METRICS, "http"),
        Edge(prometheus.pods(env), PODS, SELF, "http"),
        Edge(PODS, ApiServer(env.cluster.api_server), 443, "https"),
    ]
    if env.langfuse.enabled and not env.langfuse.managed:
        found.append(url_edge(PODS, otel_config.langfuse_endpoint(env)))
    if env.telemetry.xray:
        found += [
            Edge(PODS, Hosts((otel_config.xray_host(env),), env.cluster.vpc_cidr), 443, "https"),
            Edge(PODS, PodIdentityAgent(), 80, "http"),
        ]
    return found


def secrets(env: Environment) -> list[Secret]:
    """The project keys of Langfuse."""
    if not env.langfuse.enabled:
        return []
    return [Secret(NAME, NAMESPACE, {key: Remote("langfuse", key) for key in otel_config.LANGFUSE_KEYS.values()})]


COMPONENT = Component(
    name=NAME,
    wave=0,
    purpose="the way out for traces and metrics",
    objects=objects,
    namespace=NAMESPACE,
    edges=edges,
    secrets=secrets,
)
