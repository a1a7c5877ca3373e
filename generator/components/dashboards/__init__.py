"""Dashboards: what Grafana shows of the gateways, the LLM gateway, pods, network and cost.

Each is a ConfigMap with the label that Grafana's sidecar looks for, in a folder of their own.  Their names stay the
same when they change: the sidecar removes the file of a ConfigMap that goes, also where another has just brought it.
"""

from __future__ import annotations

from generator.components import openclaw
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj, metadata

from . import cost, gateways, llm, network, pods
from .panel import Page

NAME = "dashboards"
LABEL = {"grafana_dashboard": "1"}
FOLDER = {"grafana_folder": "OpenClaw"}
"""The annotation is read where the sidecar is told to (docs/monitoring.md); else they are among all others."""


def pages(env: Environment) -> list[Page]:
    """All dashboards of an environment; that of the network only where Hubble counts."""
    found = [gateways.page(env), llm.page(env), pods.page(env), cost.page(env)]
    return [*found, network.page(env)] if network.shown(env) else found


def objects(env: Environment) -> list[Obj]:
    if not env.monitoring.enabled:
        return []
    from .grafana import text  # Grafana's SDK takes 0.1 s to import

    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata(page.uid, openclaw.NAMESPACE, app=NAME, labels=LABEL, annotations=FOLDER),
            "data": {f"{page.uid}.json": text(page, env.monitoring.runbooks)},
        }
        for page in pages(env)
    ]


def addresses(env: Environment) -> dict[str, str]:
    """Where the dashboard is that explains an alert, by the alert's name."""
    return {
        alert: f"{env.monitoring.grafana}/d/{page.uid}"
        for page in pages(env)
        for panel in page.panels
        for alert in panel.alerts
    }
