"""What Prometheus asks for, by the rendered monitors."""

import base64
from dataclasses import dataclass
from typing import Any

from tests.real import manifests, mapping, process
from tests.real.stack import Stack


@dataclass(frozen=True)
class Scrape:
    """One endpoint of a monitor."""

    port: str
    path: str
    headers: dict[str, str]
    """Its credentials."""


ENDPOINTS = {"ServiceMonitor": "endpoints", "PodMonitor": "podMetricsEndpoints"}
"""Kind -> where it lists what is asked for."""


def scrapes(environment: str, component: str) -> list[Scrape]:
    """Those of the pods of a component."""
    name = manifests.workload(environment, component)["metadata"]["labels"]["app.kubernetes.io/name"]
    monitors = [
        obj
        for other in manifests.components(environment)
        for obj in manifests.objects(environment, other)
        if obj["kind"] in ENDPOINTS and obj["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"] == name
    ]
    endpoints = [endpoint for obj in monitors for endpoint in obj["spec"][ENDPOINTS[obj["kind"]]]]
    return [Scrape(one["port"], one.get("path", "/metrics"), _credentials(one)) for one in endpoints]


def check(here: Stack, component: str) -> None:
    """Every scrape is answered; without its credentials, where it has some, it is not."""
    found = scrapes(here.environment, component)
    assert found, f"nobody asks {component} for its metrics"
    for scrape in found:
        url = here.url(component, scrape.port) + scrape.path
        assert process.http_status(url, **scrape.headers) == 200, scrape
        if scrape.headers:
            assert process.http_status(url) == 401, scrape


def _credentials(endpoint: dict[str, Any]) -> dict[str, str]:
    if "basicAuth" in endpoint:
        name, password = (mapping.SECRETS[endpoint["basicAuth"][part]["key"]] for part in ("username", "password"))
        return {"Authorization": f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"}
    if "authorization" in endpoint:
        key = mapping.SECRETS[endpoint["authorization"]["credentials"]["key"]]
        return {"Authorization": f"{endpoint['authorization']['type']} {key}"}
    return {}
