"""From a metric to a message: a real Prometheus with the rendered rules, a real Alertmanager with the rendered routes.

    with alerting(here, by=60, root=folder) as watch:
        watch.receiver.wait(...)

They scrape and tell as rendered, but for a clock that runs `by` times as fast (`tempo`), and three addresses: Slack's
webhook, the API of SNS, and a webhook in every receiver, which witnesses what is routed there: a receiver without an
address, where alerts are only shown, has that one alone.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.real import manifests
from tests.real.alertmanager import Obj, alertmanager, configuration
from tests.real.kubelet import Container, Kubelet, kubelet
from tests.real.pod import Pod
from tests.real.prometheus import Prometheus, jobs, server
from tests.real.receiver import SLACK, WITNESS, Receiver, receiver
from tests.real.stack import Stack
from tests.real.tempo import faster, shorter
from tools.programs import Program, program

WEBHOOK = ("alertmanager-slack", "url")
"""Secret, and key in it, with the address of Slack's webhook."""
STACK = "30s"
"""How often kube-prometheus-stack scrapes and evaluates where nothing says otherwise."""
SEEN = 30
"""Seconds for a scrape or two on a machine with other work."""
LOOKBACK, RESEND = "5m", "1m"
"""Prometheus' own: how old a sample may be, and how often a firing alert is told to Alertmanager anew."""


@dataclass
class Alerting:
    """Running servers; made by `alerting`."""

    here: Stack
    prometheus: Prometheus
    receiver: Receiver
    kubelet: Kubelet
    rules: list[Obj]
    """As rendered, alerts and recording rules."""

    def rule(self, alert: str) -> Obj:
        """One alert, as rendered."""
        [found] = [rule for rule in self.rules if rule.get("alert") == alert]
        return found

    def state(self, alert: str) -> str:
        """`firing`, `pending`, or nothing."""
        found = {labels["alertstate"] for labels, _ in self.prometheus.query(f'ALERTS{{alertname="{alert}"}}')}
        return "firing" if "firing" in found else "".join(found)

    def value(self, series: str) -> float | None:
        """The value of a series, the largest if it has several; None without one."""
        return max((value for _, value in self.prometheus.query(series)), default=None)

    def limit(self, budget: str) -> float:
        """USD of a budget in the rule that records it."""
        [found] = [rule["expr"] for rule in self.rules if rule.get("labels", {}).get("budget") == budget]
        return float(found.rpartition("/")[2])

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for what Prometheus will say."""
        assert self.prometheus.running
        self.prometheus.running.wait_until(condition, SEEN, what)

    def container(self, component: str) -> Container:
        """The one container of a component."""
        return container(self.here, component)


@contextlib.contextmanager
def alerting(here: Stack, by: int, root: Path) -> Iterator[Alerting]:
    """Both servers and what stands around them, for the time of the block, beside a running stack."""
    with contextlib.ExitStack() as ends:
        told = ends.enter_context(receiver())
        kube = ends.enter_context(
            kubelet([container(here, name) for name in ("llm-gateway", "otel-collector", here.gateway)])
        )
        teller, address = alertmanager(_program("alertmanager"), root, faster(routes(here, told.url), by))
        [rendered] = [
            one for one in manifests.objects(here.environment, "monitoring") if one["kind"] == "PrometheusRule"
        ]
        groups = rendered["spec"]["groups"]
        (root / "rules.yaml").write_text(yaml.safe_dump(faster({"groups": groups}, by)))
        config = faster(scraping(here, kube.target, address), by)
        options = [
            f"--query.lookback-delta={shorter(LOOKBACK, by)}",
            f"--rules.alert.resend-delay={shorter(RESEND, by)}",
        ]
        watcher = server(_program("prometheus"), root, config, *options)
        for each in (teller, watcher):
            ends.callback(_end, each)
            each.launch()
        for each in (teller, watcher):
            each.wait()
        yield Alerting(here, watcher, told, kube, [rule for group in groups for rule in group["rules"]])


def routes(here: Stack, url: str) -> Obj:
    """The configuration of Alertmanager, with the addresses of the receiver at `url`."""
    configs = [one for one in manifests.objects(here.environment, "monitoring") if one["kind"] == "AlertmanagerConfig"]
    made = configuration(configs, {WEBHOOK: url + SLACK})
    for one in made["receivers"]:
        for sns in one.get("sns_configs", []):
            sns["api_url"] = url
        one["webhook_configs"] = [{"url": url + WITNESS}]
    return made


def scraping(here: Stack, kube: str, alertmanager: str) -> Obj:
    """The configuration of Prometheus; labels that kube-state-metrics gives outweigh its own, as its chart has it."""
    labels = {
        "namespace": "monitoring",
        "job": "kube-state-metrics",
        "container": "kube-state-metrics",
        "endpoint": "http",
    }
    state = {
        "job_name": "kube-state-metrics",
        "honor_labels": True,
        "static_configs": [{"targets": [kube], "labels": labels}],
    }
    return {
        "global": {"scrape_interval": STACK, "evaluation_interval": STACK},
        "rule_files": ["rules.yaml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
        "scrape_configs": [*jobs(here), state],
    }


def container(here: Stack, component: str) -> Container:
    """The one container of a component's first pod."""
    namespace = manifests.workload(here.environment, component)["metadata"]["namespace"]
    return Container(namespace, f"{component}-0", manifests.container(here.environment, component)["name"])


def _end(each: Pod) -> None:
    if each.running:
        each.kill()


def _program(name: str) -> Program:
    found = program(name)
    assert isinstance(found, Program), found.reason
    return found
