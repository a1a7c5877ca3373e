"""Prometheus, as components see it: whose pods scrape, by which label it finds what to scrape, and how often.

As policies see it, its pods alone scrape: nothing else in its namespace needs to.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.environment.model import Environment
from generator.kubernetes.network import Pods
from generator.kubernetes.objects import Obj, metadata, selector

NAME = "prometheus"
APP = "monitoring"
"""What the objects for it are labelled as, wherever they lie."""
GROUP = "monitoring.coreos.com"
INTERVAL = "30s"


def pods(env: Environment) -> Pods:
    """Its pods, by the label that the Prometheus Operator gives them, whatever the stack's release is called."""
    return Pods(NAME, env.monitoring.namespace)


def labelled(env: Environment, name: str, namespace: str) -> Obj:
    """Metadata with the label by which the stack finds objects."""
    return metadata(name, namespace, app=APP, labels={"release": env.monitoring.release})


def service_monitor(env: Environment, name: str, namespace: str, endpoints: Sequence[Obj]) -> Obj:
    """Scrapes the pods behind a component's Service; an endpoint names at least the `port` of the Service."""
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "ServiceMonitor",
        "metadata": labelled(env, name, namespace),
        "spec": {
            "selector": {"matchLabels": selector(name, name)},
            "endpoints": [{"interval": INTERVAL, **endpoint} for endpoint in endpoints],
        },
    }
