"""OTLP over HTTP: spans out of a payload, and a payload out of spans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Wire

PROTOBUF = "application/x-protobuf"


@dataclass(frozen=True)
class Span:
    """One span as it arrived."""

    trace: str
    """Hexadecimal."""
    id: str
    parent: str
    """Empty for the root of a trace."""
    name: str
    service: str
    """`service.name` of its resource."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    resource: Mapping[str, Any] = field(default_factory=dict)
    events: Sequence[Mapping[str, Any]] = ()
    """Attributes of each event, its name under `event.name`."""
    message: str = ""
    """Of the status."""

    @property
    def text(self) -> str:
        """Everything in it, to look for words in."""
        return repr((self.name, dict(self.attributes), dict(self.resource), list(self.events), self.message))


class Malformed(Exception):
    """Why a backend refuses the whole payload."""


def decode(payload: bytes) -> list[Span]:
    """The spans of an ExportTraceServiceRequest.  Raises Malformed on what Langfuse refuses."""
    request = ExportTraceServiceRequest()
    try:
        request.ParseFromString(payload)
    except DecodeError as problem:
        raise Malformed(f"not an ExportTraceServiceRequest: {problem}") from problem
    return [
        _span(span, attributes(resource.resource.attributes))
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def encode(spans: Sequence[Span]) -> bytes:
    """An ExportTraceServiceRequest, one resource for each span."""
    request = ExportTraceServiceRequest()
    for span in spans:
        resource = request.resource_spans.add()
        resource.resource.attributes.extend(_pairs({"service.name": span.service, **span.resource}))
        wire = resource.scope_spans.add().spans.add(
            trace_id=bytes.fromhex(span.trace),
            span_id=bytes.fromhex(span.id),
            parent_span_id=bytes.fromhex(span.parent),
            name=span.name,
            start_time_unix_nano=1,
            end_time_unix_nano=2,
        )
        wire.attributes.extend(_pairs(span.attributes))
        wire.status.message = span.message
    return request.SerializeToString()


def counter(name: str, value: int, labels: Mapping[str, str], *, service: str, at: int) -> bytes:
    """An ExportMetricsServiceRequest with one counter; `at` is its time in nanoseconds."""
    request = ExportMetricsServiceRequest()
    resource = request.resource_metrics.add()
    resource.resource.attributes.extend(_pairs({"service.name": service}))
    metric = resource.scope_metrics.add().metrics.add(name=name)
    metric.sum.is_monotonic = True
    metric.sum.aggregation_temporality = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
    point = metric.sum.data_points.add(start_time_unix_nano=at, time_unix_nano=at, as_int=value)
    point.attributes.extend(_pairs(labels))
    return request.SerializeToString()


def attributes(pairs: Any) -> dict[str, Any]:
    """Attributes as a dict of plain values."""
    return {pair.key: _value(pair.value) for pair in pairs}


def _span(span: Wire, resource: dict[str, Any]) -> Span:
    if len(span.trace_id) != 16 or len(span.span_id) != 8:
        raise Malformed(f"span {span.name!r}: ids of {len(span.trace_id)} and {len(span.span_id)} bytes")
    if not span.start_time_unix_nano or span.end_time_unix_nano < span.start_time_unix_nano:
        raise Malformed(f"span {span.name!r}: from {span.start_time_unix_nano} to {span.end_time_unix_nano}")
    return Span(
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        name=span.name,
        service=str(resource.get("service.name", "")),
        attributes=attributes(span.attributes),
        resource=resource,
        events=[{"event.name": event.name} | attributes(event.attributes) for event in span.events],
        message=span.status.message,
    )


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    if kind == "kvlist_value":
        return attributes(value.kvlist_value.values)
    return getattr(value, kind) if kind else None


def _pairs(values: Mapping[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=AnyValue(string_value=str(value))) for key, value in values.items()]
