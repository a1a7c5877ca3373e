"""timeout-chain: who waits for someone waits longer than that one works.

A request passes the load balancer, OpenClaw's turn, OpenClaw's model call and the LLM gateway; where an outer one gives
up first, the user sees its error while the inner ones work on and the answer is paid for and thrown away.  And where a
pod's grace period is shorter than the work in it, a rollout or a Spot notice cuts replies off.

Checked, link by link, as the configurations have it:
- load balancer (idle_timeout.timeout_seconds, 60 s unless set) > turn
- deregistration delay of its target group (300 s unless set) >= turn
- turn (agents.defaults.timeoutSeconds, 48 h unless set) > model call (timeoutSeconds of the provider)
- model call >= LLM gateway: time-out x attempts (router_settings of LiteLLM, network_config of Bifrost)
- grace period of OpenClaw > preStop + turn
- grace period of the LLM gateway >= preStop + longest call, as far as the Spot notice allows; LiteLLM's own
  GRACEFUL_SHUTDOWN_TIMEOUT is not shorter than the call either
- grace period of the collector >= preStop + the last batch: flush_timeout + time-out of the exporter

Limits: a streaming reply that keeps sending holds every link open, so what is compared is the silent case; preStop
commands other than sleep cannot be measured; drains that outlast the grace period are spot-grace's, fallbacks are
failover-in-time's.  Sources: AWS Elastic Load Balancing (attributes of load balancers and target groups), OpenClaw's
configuration reference, the collector's exporter README files (30 s for OTLP over HTTP, 5 s over gRPC).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Severity
from generator.check.traffic import load_balancers
from generator.check.traffic.configs import Config, of_program
from generator.check.traffic.engines import Patience, behind, patience
from generator.check.walk import number, table, text, texts
from generator.check.workloads.drain import drain, pre_stop, program, running
from generator.check.workloads.pods import grace
from generator.environment.openclaw import DETECTION_MARGIN, SPOT_NOTICE

ID, SEVERITY = "timeout-chain", Severity.ERROR
REMEDIATION = "lengthen the outer time-out or shorten the inner one (openclaw.drain, llmGateway.requestTimeout)"

DEFAULT_TURN = 48 * 3600
NOTICE = SPOT_NOTICE - DETECTION_MARGIN
EXPORTER_TIMEOUTS = {"otlp": 5.0, "otlp_grpc": 5.0, "otlphttp": 30.0, "otlp_http": 30.0}
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def check(objects: ObjectSet) -> Iterator[Breach]:
    for item in objects.workloads():
        for config in of_program(objects, item, "openclaw"):
            yield from _turn(objects, item, config)
        for config in of_program(objects, item, "collector"):
            yield from _last_batch(item, config)
        for config in (*of_program(objects, item, "litellm"), *of_program(objects, item, "bifrost")):
            found = patience(config)
            if found:
                yield from _calls_in_flight(objects, item, found)
    for door in load_balancers.doors(objects):
        for config in of_program(objects, door.item, "openclaw"):
            yield from _door(door, _turn_of(config))


def _turn_of(config: Config) -> float:
    return number(config.value, "agents", "defaults", "timeoutSeconds") or DEFAULT_TURN


def _turn(objects: ObjectSet, item: Item, config: Config) -> Iterator[Breach]:
    turn = _turn_of(config)
    for name, provider in table(config.value, "models", "providers").items():
        call = number(provider, "timeoutSeconds")
        if call is None:
            continue
        if call >= turn:
            message = (
                f"a turn ends after {turn:g} s, but its model call may take {call:g} s: OpenClaw aborts the "
                "turn first, and the user sees «agent run aborted» instead of the model's error"
            )
            yield Breach(config.item, config.path, message)
        engine = behind(objects, item, text(provider, "baseUrl"))
        if engine and call < engine[2].seconds:
            message = (
                f"OpenClaw waits {call:g} s for provider {name}, but {engine[0]} works up to "
                f"{_worked(engine[2])}: OpenClaw gives up first, the user sees a time-out, and the answer is paid "
                "for and thrown away"
            )
            yield Breach(config.item, config.path, message)
    needed = _pause(item) + turn
    if grace(item) <= needed:
        message = (
            f"preStop and a turn take up to {needed:g} s, but the kubelet kills the pod after {grace(item):g} s: the "
            "reply that it is writing breaks off, and is paid for again after the restart"
        )
        yield Breach(item, item.pod_path("terminationGracePeriodSeconds"), message)


def _worked(found: Patience) -> str:
    attempts = f" ({found.attempts} attempts of {found.timeout:g} s)" if found.attempts > 1 else ""
    return f"{found.seconds:g} s{attempts}"


def _calls_in_flight(objects: ObjectSet, item: Item, found: Patience) -> Iterator[Breach]:
    path = item.pod_path("terminationGracePeriodSeconds")
    needed = _pause(item) + found.timeout
    if grace(item) < min(needed, NOTICE):
        message = (
            f"preStop and the longest model call take up to {needed:g} s, but the kubelet kills the pod after "
            f"{grace(item):g} s: calls in flight fail, and agents see a connection reset"
        )
        yield Breach(item, path, message)
        return
    drains = [drain(objects, one) for one in running(item) if program(one) == "litellm"]
    for seconds in (one.seconds for one in drains if one):
        if seconds < found.timeout and needed <= grace(item):
            message = (
                f"LiteLLM stops after a drain of {seconds:g} s, though calls may take {found.timeout:g} s and the "
                f"kubelet waits {grace(item):g} s: LiteLLM gives up first, and agents see a connection reset"
            )
            yield Breach(item, path, message)


def _pause(item: Item) -> float:
    """Seconds of preStop: the hooks of all containers run at once."""
    return max((pre_stop(one) for one in running(item)), default=0)


def _last_batch(item: Item, config: Config) -> Iterator[Breach]:
    pipelines = table(config.value, "service", "pipelines").values()
    used = {name for pipeline in pipelines for name in texts(pipeline, "exporters")}
    for name in sorted(used):
        exporter = table(config.value, "exporters", name)
        timeout = _seconds(text(exporter, "timeout"), EXPORTER_TIMEOUTS.get(name.partition("/")[0], 0))
        flush = _seconds(text(exporter, "sending_queue", "batch", "flush_timeout"), 0)
        needed = _pause(item) + flush + timeout
        if timeout and grace(item) < needed:
            message = (
                f"preStop and the last batch of {name} take up to {needed:g} s, but the kubelet kills the collector "
                f"after {grace(item):g} s: the newest traces are lost, which an incident needs most"
            )
            yield Breach(item, item.pod_path("terminationGracePeriodSeconds"), message)


def _seconds(duration: str, default: float) -> float:
    """A duration of Go: `1m30s` is 90, `500ms` is 0.5."""
    parts = re.findall(r"([0-9.]+)(ms|s|m|h)", duration)
    return sum(float(amount) * _UNITS[unit] for amount, unit in parts) if parts else default


def _door(door: load_balancers.Door, turn: float) -> Iterator[Breach]:
    path = ("metadata", "annotations")
    if door.idle <= turn:
        message = (
            f"the load balancer closes a connection after {door.idle:g} s without a byte, but a turn of {door.item} "
            f"may take {turn:g} s: the load balancer gives up first, and the user sees 504 Gateway Time-out"
        )
        yield Breach(door.ingress, path, message)
    if door.deregistration < turn:
        message = (
            f"the load balancer drops the requests of a pod {door.deregistration:g} s after it begins to end, but a "
            f"turn of {door.item} takes up to {turn:g} s: the user loses the reply although the pod still writes it"
        )
        yield Breach(door.ingress, path, message)
