"""A real Prometheus that scrapes as rendered: what the Prometheus Operator makes of ServiceMonitors and PodMonitors."""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.real import manifests, mapping, pod, process
from tests.real.pod import Pod
from tests.real.stack import Stack
from tools.programs import Program

Job = dict[str, Any]
Labels = Mapping[str, str]

COMPONENTS = ("llm-gateway", "otel-collector")
"""Of the path, those that serve metrics."""
INTERVAL = "5s"
"""Instead of the rendered one: a test need not wait for it.  It is the time-out of a scrape, too."""
READY = 60


class Prometheus(Pod):
    """A running server."""

    url = ""

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """Labels and value of each series of an instant query."""
        url = f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"
        with urllib.request.urlopen(url, timeout=10) as response:
            result = json.load(response)["data"]["result"]
        return [(series["metric"], float(series["value"][1])) for series in result]

    def is_through(self, count: int) -> bool:
        """Whether so many targets have been scraped, well or not."""
        found = self.targets().values()
        return len(found) == count and "unknown" not in found

    def targets(self) -> dict[str, str]:
        """Scrape job -> the last error, empty when the target is up; `unknown` before the first scrape."""
        with urllib.request.urlopen(f"{self.url}/api/v1/targets", timeout=10) as response:
            active = json.load(response)["data"]["activeTargets"]
        return {one["scrapePool"]: one["lastError"] if one["health"] != "unknown" else "unknown" for one in active}


def prometheus(here: Stack, program: Program, root: Path) -> Prometheus:
    """A server with the jobs of the stack's environment, not yet started."""
    often = {"scrape_interval": INTERVAL, "scrape_timeout": INTERVAL}
    return server(program, root, {"scrape_configs": [job | often for job in jobs(here)]})


def server(program: Program, root: Path, config: Mapping[str, Any], *options: str) -> Prometheus:
    """A server with a configuration, not yet started."""
    port = process.free_port()
    url = f"http://127.0.0.1:{port}"
    (root / "prometheus.yaml").write_text(yaml.safe_dump(config))
    argv = [*program.argv, f"--config.file={root}/prometheus.yaml", f"--storage.tsdb.path={root}/data"]
    argv += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn", *options]
    made = Prometheus("prometheus", root, argv, {}, lambda: process.http_status(f"{url}/-/ready") == 200, READY)
    made.url = url
    return made


def jobs(here: Stack) -> Iterator[Job]:
    """A scrape job for each endpoint of each monitor that selects a Service or a pod of the path."""
    for monitor in manifests.objects(here.environment, "monitoring"):
        if monitor["kind"] not in ("ServiceMonitor", "PodMonitor"):
            continue
        for component in COMPONENTS:
            for service, endpoint in _endpoints(here, component, monitor):
                yield _job(here, component, monitor, service, endpoint)


def _endpoints(
    here: Stack, component: str, monitor: manifests.Obj
) -> Iterator[tuple[manifests.Obj | None, manifests.Obj]]:
    """The endpoints of a monitor that are a component's, with the Service by which they are found."""
    spec, namespace = monitor["spec"], monitor["metadata"]["namespace"]
    chosen = spec["selector"]["matchLabels"].items()
    if monitor["kind"] == "PodMonitor":
        workload = manifests.workload(here.environment, component)
        if (
            workload["metadata"]["namespace"] == namespace
            and chosen <= workload["spec"]["template"]["metadata"]["labels"].items()
        ):
            yield from ((None, endpoint) for endpoint in spec["podMetricsEndpoints"])
        return
    for service in manifests.objects(here.environment, component):
        known = service["metadata"]
        if service["kind"] == "Service" and known["namespace"] == namespace and chosen <= known["labels"].items():
            yield from ((service, endpoint) for endpoint in spec["endpoints"])


def _job(
    here: Stack, component: str, monitor: manifests.Obj, service: manifests.Obj | None, endpoint: manifests.Obj
) -> Job:
    port = endpoint["port"]
    if service:
        [target] = [each["targetPort"] for each in service["spec"]["ports"] if each["name"] == port]
        names = {number: name for name, number in pod.port_numbers(here.environment, component).items()}
        port = names.get(target, target)
    namespace, name = monitor["metadata"]["namespace"], monitor["metadata"]["name"]
    # What the operator labels a target with, by which rules choose their series.
    labels = {
        "namespace": namespace,
        "pod": f"{component}-0",
        "container": manifests.container(here.environment, component)["name"],
        "endpoint": endpoint["port"],
        "job": service["metadata"]["name"] if service else f"{namespace}/{name}",
    }
    labels |= {"service": service["metadata"]["name"]} if service else {}
    return {
        "job_name": f"{component}/{port}",
        "scrape_interval": endpoint["interval"],
        "metrics_path": endpoint.get("path", "/metrics"),
        "static_configs": [{"targets": [f"127.0.0.1:{here.ports[f'{component}/{port}']}"], "labels": labels}],
        "metric_relabel_configs": [_snake_case(rule) for rule in endpoint.get("metricRelabelings", [])],
    } | _credentials(endpoint)


def _snake_case(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The operator spells `sourceLabels` what Prometheus spells `source_labels`; actions are in small letters there."""
    found = {re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", key): value for key, value in rule.items()}
    return found | ({"action": rule["action"].lower()} if "action" in rule else {})


def _credentials(endpoint: Mapping[str, Any]) -> Job:
    """Basic authentication and bearer tokens, from the Secrets that the monitor names."""
    if "basicAuth" in endpoint:
        pair = endpoint["basicAuth"]
        return {"basic_auth": {part: mapping.SECRETS[pair[part]["key"]] for part in ("username", "password")}}
    if "authorization" in endpoint:
        said = endpoint["authorization"]
        token = mapping.SECRETS[said["credentials"]["key"]]
        return {"authorization": {"type": said.get("type", "Bearer"), "credentials": token}}
    return {}
