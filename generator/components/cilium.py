"""Cilium in ENI mode and its Hubble, where `network.cilium.mode` is `managed`: the values of the official chart.

Pods have addresses of the VPC, as with AWS's own CNI.  A cluster has its CNI before it has Argo CD, so the first
installation is done by hand with these same values, and the Application takes it over (docs/network.md).
"""

from __future__ import annotations

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from .charts import PLACEMENT, Chart, Release

NAME = "cilium"
NAMESPACE = "kube-system"
REPOSITORY = "https://helm.cilium.io"
WAVE = -4
"""After the Prometheus stack, of whose kinds its monitors are; the network itself is there before Argo CD."""

OPERATOR_TOLERATIONS: list[Obj] = [
    *PLACEMENT["tolerations"],
    {"key": "node.kubernetes.io/not-ready", "operator": "Exists"},
    {"key": "node.cloudprovider.kubernetes.io/uninitialized", "operator": "Exists"},
]
"""The operator hands out the addresses without which no node becomes Ready: it cannot wait for one that is."""

WORKLOADS = "labelsContext=source_namespace,source_workload,destination_namespace,destination_workload"
METRICS = (
    f"dns:{WORKLOADS}",
    f"drop:{WORKLOADS}",
    f"flow:{WORKLOADS}",
    "icmp",
    "port-distribution",
    "tcp",
    # Exemplars carry the trace of a request, where its sender has one; the older `http` must not be on beside it.
    f"httpV2:exemplars=true;{WORKLOADS},traffic_direction",
)
"""Hubble's metrics.  None has the name that was looked up or the path as a label: either may be anything."""


def releases(env: Environment) -> list[Release]:
    """The chart; none where the cluster brings its own Cilium, or has none."""
    if not env.network.manages_cilium:
        return []
    chart = Chart(
        release=NAME,
        repository=REPOSITORY,
        chart=NAME,
        version=env.network.cilium.version,
        namespace=NAMESPACE,
        cluster_wide=(
            "Namespace",
            "rbac.authorization.k8s.io/ClusterRole",
            "rbac.authorization.k8s.io/ClusterRoleBinding",
        ),
        elsewhere=("cilium-secrets",),
    )
    return [Release(chart, values(env), WAVE)]


def values(env: Environment) -> Obj:
    """The chart's values; a merged change of them restarts what reads them."""
    one_at_a_time = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}}
    return {
        # Interfaces that Cilium makes are tagged with it; another cluster's operator leaves them alone.
        "cluster": {"name": env.cluster.name},
        "eni": {"enabled": True, "awsReleaseExcessIPs": True},
        "ipam": {"mode": "eni"},
        "routingMode": "native",
        **kube_proxy(env),
        "rollOutCiliumPods": True,
        "updateStrategy": one_at_a_time,
        "prometheus": scraped(env),
        "operator": {
            "replicas": 2,
            "rollOutPods": True,
            "tolerations": OPERATOR_TOLERATIONS,
            "prometheus": scraped(env),
        },
        "certgen": {"tolerations": PLACEMENT["tolerations"]},
        "l7Proxy": True,
        "envoy": {
            "enabled": True,
            "rollOutPods": True,
            "updateStrategy": one_at_a_time,
            # The chart's default repeats each request three times that is answered by a 5xx: a failing model would
            # be asked four times, and the caller's patience end before its own fallback begins.
            "httpRetryCount": 0,
            "prometheus": scraped(env),
        },
        "hubble": hubble(env) if env.network.hubble.enabled else {"enabled": False},
    }


def kube_proxy(env: Environment) -> Obj:
    """Cilium in kube-proxy's place must know the API server by an address that needs no Service."""
    host = env.network.cilium.api_server
    if host is None:
        return {"kubeProxyReplacement": "false"}
    return {"kubeProxyReplacement": "true", "k8sServiceHost": host, "k8sServicePort": 443}


def hubble(env: Environment) -> Obj:
    wanted = env.network.hubble
    made: Obj = {
        "enabled": True,
        # The chart's own method makes new keys on each render, so Argo CD would never be in sync; a Job makes these.
        "tls": {"auto": {"enabled": True, "method": "cronJob"}},
        # Requests carry credentials of people and of gateways: only the header that names the trace is kept.
        "redact": {
            "enabled": True,
            "http": {"urlQuery": True, "userInfo": True, "headers": {"allow": ["traceparent"]}},
        },
        "relay": {
            "enabled": wanted.relay or wanted.ui,
            "rollOutPods": True,
            "tolerations": PLACEMENT["tolerations"],
            "prometheus": scraped(env),
        },
        # It asks nobody who he is: a Service inside the cluster, and no Ingress.
        "ui": {
            "enabled": wanted.ui,
            "rollOutPods": True,
            "tolerations": PLACEMENT["tolerations"],
            "service": {"type": "ClusterIP"},
            "ingress": {"enabled": False},
        },
    }
    if wanted.metrics:
        monitor = scraped(env)["serviceMonitor"]
        made["metrics"] = {"enabled": list(METRICS), "enableOpenMetrics": True, "serviceMonitor": monitor}
    return made


def scraped(env: Environment) -> Obj:
    """Metrics, and a monitor that this environment's Prometheus looks at."""
    enabled = env.network.hubble.metrics
    if not (enabled and env.monitoring.enabled):
        return {"enabled": enabled, "serviceMonitor": {"enabled": False}}
    # Whether the kind exists is asked of the cluster, of which a render knows nothing.
    monitor = {"enabled": True, "labels": {"release": env.monitoring.release}, "trustCRDsExist": True}
    return {"enabled": True, "serviceMonitor": monitor}
