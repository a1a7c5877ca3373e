"""Backends of traces on loopback: Langfuse's OTLP endpoint, and X-Ray's.  They check what arrives as the real ones do.

with langfuse("pk-lf-1", "sk-lf-1") as backend:
    backend.answer(503)  # until backend.accept()
    backend.wait(lambda spans: any(span.name == "chat" for span in spans), 30, "a span called chat")
"""

import base64
import contextlib
import gzip
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from tests.real.loopback import Quiet, Server, serving
from tests.real.otlp import PROTOBUF, Malformed, Span, decode

LANGFUSE_TRACES = "/api/public/otel/v1/traces"
"""Langfuse takes no metrics and no logs."""
XRAY_TRACES = "/v1/traces"
SIGNED_FOR_XRAY = re.compile(r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/[a-z0-9-]+/xray/aws4_request,.*")

Headers = Mapping[str, str]
"""Names in lower case."""
Check = Callable[[str, Headers], "Refusal | None"]
"""Path and headers -> why the request is refused, whatever it carries."""


@dataclass(frozen=True)
class Refusal:
    """An answer of failure."""

    status: int
    reason: str


class Backend:
    """What arrived, and how to make it fail."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._changed = threading.Condition()
        self._spans: list[Span] = []
        self._refusals: list[Refusal] = []
        self._payloads: list[bytes] = []
        self._told: Refusal | None = None
        self.server = Server(self, _Handler)

    @property
    def url(self) -> str:
        """Without a path."""
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def spans(self) -> list[Span]:
        """What was accepted, in the order of arrival."""
        with self._changed:
            return list(self._spans)

    @property
    def refusals(self) -> list[Refusal]:
        """What was refused: because it was told so, or because the payload or its headers were wrong."""
        with self._changed:
            return list(self._refusals)

    @property
    def payload(self) -> bytes:
        """Every accepted payload, unpacked: a secret that is not in it was not sent in any field."""
        with self._changed:
            return b"".join(self._payloads)

    def answer(self, status: int) -> None:
        """From now on refuse everything with this status."""
        with self._changed:
            self._told = Refusal(status, "told so")

    def accept(self) -> None:
        """Be well again."""
        with self._changed:
            self._told = None

    def wait(self, condition: Callable[[list[Span]], bool], timeout: float, what: str) -> list[Span]:
        """The accepted spans, as soon as the condition holds of them.  Raises AssertionError after `timeout` s."""
        return self._wait(lambda: condition(self._spans), timeout, what)

    def wait_for_refusals(self, count: int, timeout: float) -> None:
        """Until so many requests were refused in all."""
        self._wait(lambda: len(self._refusals) >= count, timeout, f"{count} refusals")

    def receive(self, path: str, headers: Headers, payload: bytes) -> Refusal | None:
        """Takes one request, or says why not."""
        with self._changed:
            refusal = self._told
        refusal = refusal or self._check(path, headers)
        spans: list[Span] = []
        if not refusal:
            try:
                spans = decode(payload)
            except Malformed as problem:  # one such span, and the whole payload is refused
                refusal = Refusal(400, str(problem))
        with self._changed:
            if refusal:
                self._refusals.append(refusal)
            else:
                self._spans += spans
                self._payloads.append(payload)
            self._changed.notify_all()
        return refusal

    def _wait(self, condition: Callable[[], bool], timeout: float, what: str) -> list[Span]:
        with self._changed:
            if self._changed.wait_for(condition, timeout):
                return list(self._spans)
            seen = sorted({f"{span.service}: {span.name}" for span in self._spans})
            raise AssertionError(f"not within {timeout} s: {what}; accepted {seen}, refused {self._refusals[-3:]}")


@contextlib.contextmanager
def langfuse(public_key: str, secret_key: str) -> Iterator[Backend]:
    """Langfuse 4, with the keys of one project."""
    expected = "Basic " + base64.b64encode(f"{public_key}:{secret_key}".encode()).decode()

    def check(path: str, headers: Headers) -> Refusal | None:
        if path != LANGFUSE_TRACES:
            return Refusal(404, f"Langfuse has no {path}")
        if headers.get("authorization") != expected:
            return Refusal(401, "Invalid credentials")
        # A higher version is refused; without the header the data shows some ten minutes late, and nobody would notice.
        if headers.get("x-langfuse-ingestion-version") != "4":
            return Refusal(400, f"x-langfuse-ingestion-version: {headers.get('x-langfuse-ingestion-version')}")
        return _content_type(headers)

    backend = Backend(check)
    with serving(backend.server):
        yield backend


@contextlib.contextmanager
def xray() -> Iterator[Backend]:
    """X-Ray's OTLP endpoint: requests are signed for the service `xray`."""

    def check(path: str, headers: Headers) -> Refusal | None:
        if path != XRAY_TRACES:
            return Refusal(404, f"X-Ray has no {path}")
        if not SIGNED_FOR_XRAY.fullmatch(headers.get("authorization", "")):
            return Refusal(403, f"Missing Authentication Token: {headers.get('authorization')}")
        return _content_type(headers)

    backend = Backend(check)
    with serving(backend.server):
        yield backend


def _content_type(headers: Headers) -> Refusal | None:
    found = headers.get("content-type")
    return None if found == PROTOBUF else Refusal(415, f"content-type: {found}")


class _Handler(Quiet):
    server: Server[Backend]

    def do_POST(self) -> None:  # noqa: N802  # as http.server calls it
        headers = {name.lower(): value for name, value in self.headers.items()}
        payload = self.rfile.read(int(headers.get("content-length", 0)))
        if headers.get("content-encoding") == "gzip":
            payload = gzip.decompress(payload)
        refusal = self.server.owner.receive(self.path, headers, payload)
        content = refusal.reason.encode() if refusal else ExportTraceServiceResponse().SerializeToString()
        self.send_response(refusal.status if refusal else 200)
        self.send_header("Content-Type", "text/plain" if refusal else PROTOBUF)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
