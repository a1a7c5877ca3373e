"""otlp-protocol: telemetry is sent in the protocol that the port speaks.

OTLP has two transports on two ports, and a sender that mixes them up loses every trace and metric while all pods stay
green: HTTP sent to a gRPC port is refused as a malformed frame, and the other way round.  OpenClaw speaks HTTP with
protobuf alone and ignores any other `protocol`.

Looked at: OpenClaw's `diagnostics.otel`, Bifrost's plugin `otel`, the collector's OTLP exporters, and the variables
OTEL_EXPORTER_OTLP_*.  Where the address leads to a collector of the set, its receivers say what the port speaks;
elsewhere the port numbers registered for OTLP do, 4317 for gRPC and 4318 for HTTP (OpenTelemetry specification).
Variables without a protocol mean HTTP, as the specification has it.

Limits: a program that takes its protocol from code, and ports of other numbers outside the set.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Severity
from generator.check.traffic.addresses import host_port
from generator.check.traffic.configs import Config, configs, of_program
from generator.check.traffic.services import backends, cluster_name, port_of
from generator.check.walk import each, table, text

ID, SEVERITY = "otlp-protocol", Severity.ERROR
REMEDIATION = "send http/protobuf to the collector's HTTP port (4318), gRPC to its gRPC port (4317)"

Transport = Literal["grpc", "http"]

HTTP_PROTOBUF = "http/protobuf"
REGISTERED: dict[int, Transport] = {4317: "grpc", 4318: "http"}
SHOWN = {"grpc": "gRPC", "http": "HTTP"}


@dataclass(frozen=True)
class Sender:
    """Where a configuration sends telemetry, and how."""

    config: Config
    where: str
    endpoint: str
    transport: Transport


def check(objects: ObjectSet) -> Iterator[Breach]:
    for item in objects.workloads():
        for config in configs(objects, item):
            yield from _ignored(config)
            for sender in _senders(config):
                message = _mismatch(objects, item, sender)
                if message:
                    yield Breach(config.item, config.path, message)


def _ignored(config: Config) -> Iterator[Breach]:
    otel = _openclaw(config)
    protocol = otel.get("protocol")
    if otel and protocol != HTTP_PROTOBUF:
        message = (
            f"diagnostics.otel.protocol is {protocol or 'missing'}, but OpenClaw exports by {HTTP_PROTOBUF} "
            "alone: no trace and no metric leaves it"
        )
        yield Breach(config.item, config.path, message)


def _openclaw(config: Config) -> dict[str, object]:
    otel = table(config.value, "diagnostics", "otel") if config.program == "openclaw" else {}
    return otel if otel.get("enabled") else {}


def _senders(config: Config) -> Iterator[Sender]:
    if otel := _openclaw(config):
        yield Sender(config, "diagnostics.otel.endpoint", text(otel, "endpoint"), "http")
    elif config.program == "bifrost":
        for index, plugin in each(config.value, "plugins"):
            if plugin.get("name") == "otel":
                where, endpoint = f"plugins[{index}].config.collector_url", text(plugin, "config", "collector_url")
                yield Sender(config, where, endpoint, _transport(text(plugin, "config", "protocol")))
    elif config.program == "collector":
        for name, exporter in table(config.value, "exporters").items():
            transport = _exporter(name)
            for key in ("endpoint", "traces_endpoint", "metrics_endpoint", "logs_endpoint"):
                if transport and text(exporter, key):
                    yield Sender(config, f"exporters.{name}.{key}", text(exporter, key), transport)
    elif not config.name:
        yield from _variables(config)


def _variables(config: Config) -> Iterator[Sender]:
    prefix = "OTEL_EXPORTER_OTLP_"
    shared = text(config.value, f"{prefix}PROTOCOL") or HTTP_PROTOBUF
    for signal in ("", "TRACES_", "METRICS_", "LOGS_"):
        name = f"{prefix}{signal}ENDPOINT"
        if endpoint := text(config.value, name):
            yield Sender(config, name, endpoint, _transport(text(config.value, f"{prefix}{signal}PROTOCOL") or shared))


def _exporter(name: str) -> Transport | None:
    """The transport of a collector's exporter, by its type: `otlp` is gRPC, `otlp_http` and `otlphttp` are HTTP."""
    kind = name.partition("/")[0]
    if kind in ("otlphttp", "otlp_http"):
        return "http"
    return "grpc" if kind in ("otlp", "otlp_grpc") else None


def _transport(protocol: str) -> Transport:
    return "grpc" if protocol.startswith("grpc") else "http"


def _mismatch(objects: ObjectSet, item: Item, sender: Sender) -> str:
    """What goes wrong between a sender and the port that it calls; empty where nothing does."""
    found = host_port(sender.endpoint if "://" in sender.endpoint else f"grpc://{sender.endpoint}")
    if found is None:
        return ""
    host, port = found
    said = f"{sender.where} sends {SHOWN[sender.transport]} to {host}:{port}"
    receivers = _receivers(objects, item, host, port)
    if receivers is None:
        speaks = REGISTERED.get(port)
    elif not receivers:
        return f"{said}, where the collector has no OTLP receiver: every export fails"
    else:
        speaks = sender.transport if sender.transport in receivers else receivers[0]
    if speaks is None or speaks == sender.transport:
        return ""
    return f"{said}, which speaks {SHOWN[speaks]}: every export fails, and nothing that it sends is ever seen"


def _receivers(objects: ObjectSet, item: Item, host: str, port: int) -> list[Transport] | None:
    """What the collectors behind an address speak on its port; None where no collector of the set is behind it."""
    name = cluster_name(objects, host, item.namespace)
    service = objects.get("Service", *name) if name else None
    opened = port_of(service, port) if service else None
    if service is None or opened is None:
        return None
    found: list[Transport] | None = None
    for backend in backends(objects, service, opened):
        for config in of_program(objects, backend.item, "collector"):
            found = [*(found or []), *_listening(config, backend.port)]
    return found


def _listening(config: Config, port: int) -> Iterator[Transport]:
    """What a collector speaks on a port; a receiver without an endpoint listens on localhost alone."""
    transports: tuple[Transport, ...] = ("grpc", "http")
    for name, receiver in table(config.value, "receivers").items():
        for transport in transports if name.partition("/")[0] == "otlp" else ():
            if text(receiver, "protocols", transport, "endpoint").endswith(f":{port}"):
                yield transport
