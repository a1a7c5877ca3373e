"""Managed kube-prometheus-stack: Prometheus, Alertmanager, Grafana, kube-state-metrics and the node exporter."""

from __future__ import annotations

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj
from generator.kubernetes.secret import Remote, Secret

from .charts import CRD, MUTATING, PLACEMENT, RBAC, VALIDATING, Chart, Release, resources, spread
from .storage import STORAGE_CLASS

NAME = "kube-prometheus-stack"
VERSION = "88.5.3"
RETENTION = "15d"
"""Half of the chart's volume below, for some 20 nodes at 2 bytes a sample (Prometheus documentation, storage)."""
VOLUME = "50Gi"
ADMIN = "grafana-admin"

NODE_LABELS = (
    "eks.amazonaws.com/instance-generation",
    "karpenter.k8s.aws/instance-generation",
    "karpenter.sh/capacity-type",
    "karpenter.sh/nodepool",
    "node.kubernetes.io/instance-type",
    "topology.kubernetes.io/zone",
)
"""Labels of nodes that dashboards tell Spot from on-demand and one Graviton from another by."""
BY_NAME = ("ruleSelector", "serviceMonitorSelector", "podMonitorSelector", "probeSelector", "scrapeConfigSelector")
UNREACHABLE = ("kubeControllerManager", "kubeEtcd", "kubeScheduler", "kubeProxy")
"""What AWS runs, or binds to the node alone: scraping it would be an alert for ever."""


def stack(env: Environment) -> list[Release]:
    """After the Secrets: Grafana waits for its password."""
    kinds = (*RBAC, CRD, MUTATING, VALIDATING)
    repository = "https://prometheus-community.github.io/helm-charts"
    namespace = env.monitoring.namespace
    release = env.monitoring.release
    elsewhere = ("kube-system",) if scrapes_dns(env) else ()
    chart = Chart(release, repository, NAME, VERSION, namespace, kinds, elsewhere)
    return [Release(chart, values(env), -5)]


def scrapes_dns(env: Environment) -> bool:
    """On Auto Mode DNS runs on the node, where no selector finds it."""
    return env.compute.provisioner == "karpenter"


def values(env: Environment) -> Obj:
    return {
        "fullnameOverride": env.monitoring.release,
        "crds": {"enabled": True},
        **{component: {"enabled": False} for component in UNREACHABLE},
        "coreDns": {"enabled": scrapes_dns(env)},
        "prometheusOperator": {
            **PLACEMENT,
            "resources": resources("50m", "128Mi", "256Mi"),
            "prometheusConfigReloader": {"resources": resources("10m", "32Mi", "64Mi")},
            "admissionWebhooks": {"patch": PLACEMENT},
        },
        "prometheus": {"prometheusSpec": prometheus()},
        "alertmanager": {
            "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
            "alertmanagerSpec": alertmanager(),
        },
        "grafana": grafana(),
        "kube-state-metrics": {
            **PLACEMENT,
            "resources": resources("25m", "96Mi", "256Mi"),
            "metricLabelsAllowlist": [f"nodes=[{','.join(NODE_LABELS)}]"],
        },
        # On every node, whatever its architecture.
        "prometheus-node-exporter": {"resources": resources("25m", "32Mi", "96Mi")},
    }


def prometheus() -> Obj:
    return {
        **PLACEMENT,
        # Else it takes only what carries the label of its own release, and says nothing of the rest.
        **{f"{selector}NilUsesHelmValues": False for selector in BY_NAME},
        "retention": RETENTION,
        "retentionSize": "40GB",
        "replicas": 1,
        "resources": resources("500m", "2Gi", "4Gi"),
        "storageSpec": volume(VOLUME),
    }


def alertmanager() -> Obj:
    """Two that tell each other what they have sent; an AlertmanagerConfig governs the alerts of its own namespace."""
    found = {"app.kubernetes.io/name": "alertmanager"}
    return {
        **PLACEMENT,
        "replicas": 2,
        "topologySpreadConstraints": spread(found),
        "resources": resources("25m", "64Mi", "128Mi"),
        "storage": volume("2Gi"),
    }


def grafana() -> Obj:
    """Dashboards come from ConfigMaps of every namespace, so it keeps nothing that a restart could lose."""
    return {
        **PLACEMENT,
        "admin": {"existingSecret": ADMIN, "userKey": "username", "passwordKey": "password"},
        "resources": resources("100m", "256Mi", "512Mi"),
        "sidecar": {
            "resources": resources("10m", "96Mi", "192Mi"),
            # Dashboards lie in the folder that their annotation names.
            "dashboards": {
                "folderAnnotation": "grafana_folder",
                "provider": {"foldersFromFilesStructure": True},
            },
        },
        "persistence": {"enabled": False},
        "testFramework": {"enabled": False},
        "grafana.ini": {"analytics": {"check_for_updates": False, "reporting_enabled": False}},
    }


def volume(size: str) -> Obj:
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": STORAGE_CLASS,
        "resources": {"requests": {"storage": size}},
    }
    return {"volumeClaimTemplate": {"spec": spec}}


def secrets(env: Environment) -> list[Secret]:
    keys = ("password", "username")
    return [Secret(ADMIN, env.monitoring.namespace, {key: Remote("grafana", key) for key in keys})]
