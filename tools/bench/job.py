"""The job that every tool is given: 20 components in 5 environments, 5 kinds each, 500 objects.

The objects built here are the reference. What a tool has written is parsed back and must equal them, so that no tool
wins by doing less. Imports nothing but what Python has loaded already: every measured process pays for its own
libraries and for no other.
"""

import os

Obj = dict[str, object]
Parameters = dict[str, object]

IMAGE = "registry.example.com/gateway"
COMPONENTS = [f"component-{number:02d}" for number in range(20)]


def _environment(name: str, replicas: int, tag: str, log_level: str, memory: str) -> Parameters:
    namespace = f"gw-{name}"
    return {
        "name": name,
        "namespace": namespace,
        "replicas": replicas,
        "tag": tag,
        "log_level": log_level,
        "memory": memory,
    }


FIVE = [
    _environment("dev", 1, "1.4.0-rc.2", "debug", "256Mi"),
    _environment("test", 1, "1.4.0-rc.1", "debug", "256Mi"),
    _environment("staging", 2, "1.3.9", "info", "512Mi"),
    _environment("prod-eu", 3, "1.3.8", "warn", "1Gi"),
    _environment("prod-us", 3, "1.3.8", "warn", "1Gi"),
]

COUNT = "BENCH_ENVIRONMENTS"
"""Variable of the number of environments; five without it."""


def fleet(count: int) -> list[Parameters]:
    """The five again and again, each with a name and memory of its own."""
    found = []
    for number in range(count):
        like = FIVE[number % len(FIVE)]
        name = f"{like['name']}-{number:04d}"
        found.append(like | {"name": name, "namespace": f"gw-{name}", "memory": f"{256 + number}Mi"})
    return found


ENVIRONMENTS = fleet(int(os.environ[COUNT])) if COUNT in os.environ else FIVE

# Strings that some YAML writers leave without quotes and kubectl then takes for something else.
_WORDS = """
y Y n N yes NO on Off true null ~ 0x1F 0X1F 012 08 0o17 0b11 1_000 1e3 1E3 0e1 1e-3 1234e56 -.5 +.inf .NaN 1:30
2026-11-22 << =
"""
_PHRASES = ["", " a", "a: b", "a #b", "two\nlines\n", "  indented\nlines", "trailing \n", "\ttab", "\x1b[0m"]
STRINGS: Obj = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "strings"},
    "data": {f"text-{number:02d}": text for number, text in enumerate([*_WORDS.split(), *_PHRASES])},
}

# What is left of an environment once each value is a hole of a template.
HOLES: Parameters = {key: f"{{{{ env.{key} }}}}" for key in ENVIRONMENTS[0]}
COMPONENT_HOLE = "{{ component }}"


def objects(env: Parameters, component: str) -> list[Obj]:
    """The five objects of one component in one environment."""
    selector = {"app.kubernetes.io/name": component}
    labels = {**selector, "environment": env["name"]}
    meta = {"name": component, "namespace": env["namespace"], "labels": labels}

    def obj(api_version: str, kind: str, **rest: object) -> Obj:
        return {"apiVersion": api_version, "kind": kind, "metadata": meta, **rest}

    return [
        obj("v1", "ConfigMap", data=_settings(env, component)),
        obj("apps/v1", "Deployment", spec=_deployment(env, component, selector, labels)),
        obj("networking.k8s.io/v1", "NetworkPolicy", spec=_policy(selector)),
        obj("policy/v1", "PodDisruptionBudget", spec={"maxUnavailable": 1, "selector": {"matchLabels": selector}}),
        obj(
            "v1",
            "Service",
            spec={"selector": selector, "ports": [{"name": "http", "port": 8080, "targetPort": "http"}]},
        ),
    ]


def _settings(env: Parameters, component: str) -> Obj:
    return {
        "LOG_LEVEL": env["log_level"],
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel-collector.observability:4318",
        "OTEL_SERVICE_NAME": component,
    }


def _deployment(env: Parameters, component: str, selector: dict[str, str], labels: Obj) -> Obj:
    spread = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": selector},
    }
    pod = {
        "automountServiceAccountToken": False,
        "containers": [_container(env, component)],
        "nodeSelector": {"kubernetes.io/arch": "arm64"},
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 1000,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "terminationGracePeriodSeconds": 120,
        "topologySpreadConstraints": [spread],
    }
    template = {"metadata": {"labels": labels}, "spec": pod}
    return {"replicas": env["replicas"], "selector": {"matchLabels": selector}, "template": template}


def _container(env: Parameters, component: str) -> Obj:
    def probe(path: str, period: int) -> Obj:
        return {"httpGet": {"path": path, "port": "http"}, "periodSeconds": period}

    return {
        "name": "app",
        "image": f"{IMAGE}/{component}:{env['tag']}",
        "ports": [{"name": "http", "containerPort": 8080}],
        "envFrom": [{"configMapRef": {"name": component}}],
        "resources": {
            "requests": {"cpu": "100m", "memory": env["memory"]},
            "limits": {"memory": env["memory"]},
        },
        "readinessProbe": probe("/readyz", 5),
        "livenessProbe": probe("/healthz", 10),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
    }


def _policy(selector: dict[str, str]) -> Obj:
    gateways = {"podSelector": {"matchLabels": {"app.kubernetes.io/part-of": "gateway"}}}
    dns = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
    return {
        "podSelector": {"matchLabels": selector},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [gateways], "ports": [{"port": 8080, "protocol": "TCP"}]}],
        "egress": [{"to": [dns], "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}],
    }
