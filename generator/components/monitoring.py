"""Monitoring: what Prometheus scrapes, which alerts it raises, and whom Alertmanager tells.

For an existing kube-prometheus-stack.  OpenClaw has no page of metrics in its image: it sends them to the collector,
which shows them.  Redis has none either: its pod is seen by kube-state-metrics, its use by the engines' cache hits.
"""

from __future__ import annotations

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj, selector
from generator.kubernetes.secret import Remote, Secret

from . import dashboards, litellm, llm_gateway, openclaw, otel_collector, prometheus, workloads
from . import monitoring_alerts as alerts
from . import monitoring_series as series
from .monitoring_routing import SLACK, SLACK_URL, routing

NAME = prometheus.APP


def objects(env: Environment) -> list[Obj]:
    if not env.monitoring.enabled:
        return []
    return [llm_gateway_monitor(env), collector_monitor(env), rules(env), *receivers(env)]


def llm_gateway_monitor(env: Environment) -> Obj:
    """Metrics are shown to whoever has a credential: Bifrost's administrator, LiteLLM's key for them.

    By pod: under blue/green two Services lead to one pod, and would count it twice.
    """
    if env.llm_gateway.engine == "bifrost":
        keys = {"username": "BIFROST_ADMIN_USERNAME", "password": "BIFROST_ADMIN_PASSWORD"}
        access: Obj = {
            "path": "/metrics",
            "basicAuth": {name: {"name": llm_gateway.NAME, "key": key} for name, key in keys.items()},
        }
    else:
        credentials = {"name": llm_gateway.NAME, "key": litellm.METRICS_KEY}
        # With its final slash: without it the answer is a redirection.
        access = {"path": "/metrics/", "authorization": {"type": "Bearer", "credentials": credentials}}
    endpoint = {"port": "http", "interval": prometheus.INTERVAL, **access}
    return {
        "apiVersion": f"{prometheus.GROUP}/v1",
        "kind": "PodMonitor",
        "metadata": prometheus.labelled(env, llm_gateway.NAME, llm_gateway.NAMESPACE),
        "spec": {
            "selector": {"matchLabels": selector(llm_gateway.NAME, llm_gateway.NAME)},
            "podMetricsEndpoints": [endpoint],
        },
    }


def collector_monitor(env: Environment) -> Obj:
    """What applications send, under their own namespace and pod, not the collector's; and what it tells of itself."""
    sender = [
        # `replace` is the default; unsaid, the API server adds it, and Argo CD would see a difference for ever.
        {"action": "replace", "sourceLabels": [f"k8s_{label}_name"], "regex": "(.+)", "targetLabel": label}
        for label in ("namespace", "pod")
    ]
    endpoints: list[Obj] = [{"port": "metrics", "metricRelabelings": sender}, {"port": "self"}]
    return prometheus.service_monitor(env, otel_collector.NAME, otel_collector.NAMESPACE, endpoints)


def rules(env: Environment) -> Obj:
    groups = series.groups(env)
    runbooks, shown = env.monitoring.runbooks, dashboards.addresses(env)
    groups += [
        {"name": name, "rules": [alert.rule(runbooks, shown[alert.name]) for alert in found]}
        for name, found in sorted(alerts.groups(env).items())
    ]
    return {
        "apiVersion": f"{prometheus.GROUP}/v1",
        "kind": "PrometheusRule",
        "metadata": prometheus.labelled(env, openclaw.NAME, openclaw.NAMESPACE),
        "spec": {"groups": groups},
    }


def receivers(env: Environment) -> list[Obj]:
    """One in each of our namespaces: what Alertmanager reads in a namespace, it applies to alerts of that namespace."""
    if not env.monitoring.receivers.any:
        return []
    return [
        {
            "apiVersion": f"{prometheus.GROUP}/v1alpha1",
            "kind": "AlertmanagerConfig",
            "metadata": prometheus.labelled(env, openclaw.NAME, namespace),
            "spec": routing(env.monitoring.receivers, alerts.alerts(env)),
        }
        for namespace in workloads.namespaces(env)
    ]


def secrets(env: Environment) -> list[Secret]:
    """The webhook's address, in every namespace that tells the channel."""
    if not (env.monitoring.enabled and env.monitoring.receivers.slack):
        return []
    values = {SLACK_URL: Remote("alerting", "slack-url")}
    return [Secret(SLACK, namespace, values) for namespace in workloads.namespaces(env)]
