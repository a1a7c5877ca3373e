"""relay.yaml: what the collector receives, hides, counts and passes on.

Traces pass one pipeline, so that nothing leaves unredacted, and go to Langfuse, to X-Ray (without prompts), to both, or
nowhere.  Metrics become a Prometheus page.  Logs go nowhere: OpenClaw writes the same lines to its standard output.
"""

from __future__ import annotations

from generator.environment.model import Environment
from generator.kubernetes.objects import PART_OF, Obj

from .otel_identity import identities
from .otel_redaction import redaction, without_content, without_secrets, without_usage

GRPC, HTTP = 4317, 4318
HEALTH = 13133
METRICS = 9464
"""Prometheus page of what applications report."""
SELF = 8888
"""Prometheus page on the collector itself."""

STATE = "/var/lib/otelcol"
"""Holds the queue to Langfuse: it outlives the container, not the pod."""
STATE_SIZE = "1Gi"
QUEUE_BYTES = 512 * 2**20
QUEUE_FILE_BYTES = 768 * 2**20
"""Size at which the file of the queue stops growing: below STATE_SIZE, where the kubelet would evict the pod."""
MEMORY_QUEUE_BYTES = 64 * 2**20
"""The queue to X-Ray: a tenth of the smallest sensible memory limit."""
BATCH: Obj = {"flush_timeout": "2s", "min_size": 500_000}
"""Bytes at which a batch leaves.  Small, since Langfuse refuses a whole batch for one malformed span; without an upper
limit, since a span above it would be dropped, and a prompt with images has megabytes."""
XRAY_BATCH: Obj = BATCH | {"max_size": 2_000_000}
"""X-Ray takes 5 MB and 10,000 spans a request, and no span above 200 KB."""
LANGFUSE_KEYS = {"LANGFUSE_PUBLIC_KEY": "public-key", "LANGFUSE_SECRET_KEY": "secret-key"}
"""Environment variables of the collector, and the keys of its Secret that they come from."""


def at(port: int) -> str:
    """An address of the pod, which alone makes a port reachable: the collector listens on localhost by default."""
    return f"${{env:POD_IP}}:{port}"


def langfuse_endpoint(env: Environment) -> str:
    """Where Langfuse takes OTLP, by HTTP only; the exporter appends /v1/traces."""
    return f"{env.langfuse.address}/api/public/otel"


def xray_host(env: Environment) -> str:
    return f"xray.{env.cluster.region}.amazonaws.com"


def config(env: Environment) -> Obj:
    """The whole file, for collector 0.164; what is defined and what refers to it are switched together."""
    active = extensions(env)
    made: Obj = {
        "extensions": active,
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": at(GRPC)}, "http": {"endpoint": at(HTTP)}}}},
        "processors": processors(env),
        "exporters": exporters(env),
        "service": {
            "extensions": sorted(active),
            "telemetry": {
                "logs": {"level": "info", "encoding": "json"},
                "metrics": {
                    "level": "normal",
                    "readers": [{"pull": {"exporter": {"prometheus": {"host": "${env:POD_IP}", "port": SELF}}}}],
                },
            },
            "pipelines": pipelines(env),
        },
    }
    return made | ({"connectors": {"forward/xray": {}}} if env.telemetry.xray else {})


def pipelines(env: Environment) -> Obj:
    clean = ["memory_limiter", "k8s_attributes", "redaction"]
    targets = ["otlp_http/langfuse"] if env.langfuse.enabled else []
    targets += ["forward/xray"] if env.telemetry.xray else []
    # A receiver without a pipeline answers 404, and every sender logs an error.
    nowhere = {"receivers": ["otlp"], "processors": [], "exporters": ["nop"]}
    traces = {
        "receivers": ["otlp"],
        "processors": [*clean, "transform/secrets", "transform/identity", "transform/usage"],
        "exporters": targets,
    }
    found = {
        "traces": traces if targets else nowhere,
        "metrics": {"receivers": ["otlp"], "processors": clean, "exporters": ["prometheus"]},
        "logs": nowhere,
    }
    if env.telemetry.xray:
        found["traces/xray"] = {
            "receivers": ["forward/xray"],
            "processors": ["transform/prompts"],
            "exporters": ["otlp_http/xray"],
        }
    return found


def processors(env: Environment) -> Obj:
    found: Obj = {
        "memory_limiter": {"check_interval": "1s", "limit_percentage": 80, "spike_limit_percentage": 20},
        "k8s_attributes": {
            # Told by the address of the connection: senders need not know where they run.
            "pod_association": [{"sources": [{"from": "connection"}]}],
            "filter": {"labels": [{"key": "app.kubernetes.io/part-of", "op": "equals", "value": PART_OF}]},
            "extract": {"metadata": ["k8s.namespace.name", "k8s.pod.name", "k8s.node.name"]},
        },
        "redaction": redaction(),
    }
    if env.langfuse.enabled or env.telemetry.xray:
        found["transform/secrets"] = {"trace_statements": without_secrets()}
        found["transform/identity"] = {"trace_statements": identities()}
        found["transform/usage"] = {"trace_statements": without_usage()}
    if env.telemetry.xray:
        found["transform/prompts"] = {"trace_statements": without_content()}
    return found


def exporters(env: Environment) -> Obj:
    found: Obj = {
        "nop": {},
        "prometheus": {
            "endpoint": at(METRICS),
            "translation_strategy": "UnderscoreEscapingWithSuffixes",
            # Gateways share a service name: without the pod their series would be one.
            "resource_constant_labels": {"included": ["k8s.namespace.name", "k8s.pod.name", "service.name"]},
            "without_scope_info": True,
        },
    }
    if env.langfuse.enabled:
        found["otlp_http/langfuse"] = {
            "endpoint": langfuse_endpoint(env),
            "auth": {"authenticator": "basicauth/langfuse"},
            # Without it Langfuse shows data some ten minutes late.
            "headers": {"x-langfuse-ingestion-version": "4"},
            "timeout": "10s",
            "retry_on_failure": {"max_elapsed_time": "0s"},
            "sending_queue": {
                "storage": "file_storage/langfuse",
                "sizer": "bytes",
                "queue_size": QUEUE_BYTES,
                "batch": BATCH,
            },
        }
    if env.telemetry.xray:
        found["otlp_http/xray"] = {
            "traces_endpoint": f"https://{xray_host(env)}/v1/traces",
            "auth": {"authenticator": "sigv4auth/xray"},
            "timeout": "10s",
            "sending_queue": {"sizer": "bytes", "queue_size": MEMORY_QUEUE_BYTES, "batch": XRAY_BATCH},
        }
    return found


def extensions(env: Environment) -> Obj:
    found: Obj = {"health_check": {"endpoint": at(HEALTH)}}
    if env.langfuse.enabled:
        user, password = LANGFUSE_KEYS
        found["basicauth/langfuse"] = {
            "client_auth": {"username": f"${{env:{user}}}", "password": f"${{env:{password}}}"}
        }
        directory = f"{STATE}/langfuse"
        found["file_storage/langfuse"] = {
            "directory": directory,
            "create_directory": True,
            "max_size": QUEUE_FILE_BYTES,
            # A damaged file is set aside: it must not keep the collector from starting.
            "recreate": True,
            "compaction": {"directory": directory, "on_rebound": True, "cleanup_on_start": True},
        }
    if env.telemetry.xray:
        # Asks for credentials at start: without a Pod Identity association the collector does not run.
        found["sigv4auth/xray"] = {"region": env.cluster.region, "service": "xray"}
    return found
