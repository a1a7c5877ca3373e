"""The server: HTTP/1.1 on a loopback port, and the same over TLS for callers that speak to AWS by https alone."""

import contextlib
import json
import select
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.real.loopback import Quiet, TlsServer, serving
from tests.real.upstream import protocols
from tests.real.upstream.authority import Authority
from tests.real.upstream.behaviour import Behaviour
from tests.real.upstream.reply import Reply, whole
from tests.real.upstream.traffic import Outcome, Request, Traffic

CREDENTIALS = "/v1/credentials"
"""Where EKS' Pod Identity agent hands out credentials."""
TOKEN = "pod-identity-token"
"""What a pod shows the agent: the content of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE."""


class Upstream:
    """Every provider at once.  Made by `serve`."""

    def __init__(self, authority: Authority) -> None:
        self.ca: Path = authority.certificate
        """The authority that `bedrock_url` is signed by, a PEM file."""
        self._traffic = Traffic()
        self._behaviours: dict[str, Behaviour] = {}
        self._lock = threading.Lock()
        self.ended = threading.Event()
        self._plain = TlsServer(self, _Handler)
        self._secure = TlsServer(self, _Handler, authority.context())

    @property
    def url(self) -> str:
        """Of every provider, without a path: `http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._plain.server_port}"

    @property
    def bedrock_url(self) -> str:
        """The same over TLS, `https://127.0.0.1:PORT`: some callers know no other way to AWS."""
        return f"https://127.0.0.1:{self._secure.server_port}"

    @property
    def credentials_url(self) -> str:
        """Pod Identity's agent, for AWS_CONTAINER_CREDENTIALS_FULL_URI; it wants TOKEN."""
        return self.url + CREDENTIALS

    @property
    def requests(self) -> list[Request]:
        """What was asked so far, in the order of arrival."""
        return self._traffic()

    def of(self, model: str) -> list[Request]:
        """What was asked of one model so far."""
        return [request for request in self.requests if request.model == model]

    def behave(self, model: str, **behaviour: Any) -> None:
        """From now on the model, by the provider's own name, answers so: the fields of Behaviour."""
        with self._lock:
            self._behaviours[model] = Behaviour(**behaviour)

    def behave_well(self) -> None:
        """Every model is as it was born."""
        with self._lock:
            self._behaviours.clear()

    def behaviour(self, model: str) -> Behaviour:
        """How the model answers the request at hand, which is counted."""
        with self._lock:
            how = self._behaviours.get(model, Behaviour())
            if how.times is not None:
                self._behaviours[model] = replace(how, times=how.times - 1) if how.times > 1 else Behaviour()
            return how

    @property
    def traffic(self) -> Traffic:
        """For waiting: `upstream.traffic.wait(lambda requests: ..., timeout, what)`."""
        return self._traffic


@contextlib.contextmanager
def serve(authority: Authority | None = None) -> Iterator[Upstream]:
    """A provider that lives as long as the block."""
    with contextlib.ExitStack() as stack:
        upstream = Upstream(authority or stack.enter_context(Authority.temporary()))
        for server in (upstream._plain, upstream._secure):
            stack.enter_context(serving(server))
        stack.callback(upstream.ended.set)
        yield upstream


class _Handler(Quiet):
    server: TlsServer[Upstream]

    def do_GET(self) -> None:  # noqa: N802
        if self.path == CREDENTIALS:
            self._credentials()
        elif self.path.split("?")[0].endswith("/models"):
            self._send(whole({"object": "list", "data": []}))
        elif self.path.startswith("/foundation-models"):
            self._send(whole({"modelSummaries": []}))
        else:
            self._send(whole({"message": f"no provider has {self.path}"}, 404))

    def do_POST(self) -> None:  # noqa: N802
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.loads(self._body(headers) or b"{}")
        call = protocols.call(self.path, body)
        if call is None:
            self._send(whole({"message": f"no provider has {self.path}"}, 404))
            return
        upstream, how = self.server.owner, self.server.owner.behaviour(call.model)
        request = Request(call.provider, call.model, call.operation, self.path, headers, body)
        upstream.traffic.started(request)
        try:
            outcome = self._answer(request, protocols.answer(call, headers, body, how), how)
        except OSError:
            outcome = Outcome.LEFT
        self.close_connection = self.close_connection or outcome in (Outcome.LEFT, Outcome.DROPPED)
        upstream.traffic.ended(request, outcome)

    def _answer(self, request: Request, reply: Reply, how: Behaviour) -> Outcome:
        if how.hang:
            self._wait(None)
            return Outcome.LEFT
        if reply.status >= 400:
            extra = {} if how.retry_after is None else {"Retry-After": str(how.retry_after)}
            self._wait(how.delay)
            self._send(replace(reply, headers={**reply.headers, **extra}))
            return Outcome.REFUSED
        if not reply.is_stream:
            self._wait(how.delay)
            if how.drop_after is not None:
                return self._reset()
            self._send(reply)
            return Outcome.ANSWERED
        return self._stream(request, reply, how)

    def _stream(self, request: Request, reply: Reply, how: Behaviour) -> Outcome:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for i, piece in enumerate(reply.pieces):
            if i == how.drop_after:
                return self._reset()
            if i == how.fail_after:
                self._chunk(reply.fault)
                self._chunk(b"")
                return Outcome.REFUSED
            self._wait(how.delay)
            self._chunk(piece)
            self.server.owner.traffic.sent(request)
        self._chunk(b"")
        return Outcome.ANSWERED

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _send(self, reply: Reply) -> None:
        (content,) = reply.pieces
        self.send_response(reply.status)
        headers = {"Content-Type": reply.content_type, "Content-Length": str(len(content)), **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _reset(self) -> Outcome:
        # Without lingering the kernel answers with RST: a connection that broke, not one that was closed.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return Outcome.DROPPED

    def _wait(self, seconds: float | None) -> None:
        """Waits, for ever with None; raises OSError when the caller hangs up meanwhile or the server ends."""
        step, left = 0.05, seconds
        while left is None or left > 0:
            if self.server.owner.ended.wait(step if left is None else min(step, left)):
                raise ConnectionAbortedError("the server ends")
            left = None if left is None else left - step
            readable, _, _ = select.select([self.connection], [], [], 0)
            if readable and not self._is_still_there():
                raise ConnectionResetError("the caller left")

    def _is_still_there(self) -> bool:
        if isinstance(self.connection, ssl.SSLSocket):
            return bool(self.connection.recv(1))
        return bool(self.connection.recv(1, socket.MSG_PEEK))

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(headers.get("content-length", 0)))
        found = b""
        while size := int(self.rfile.readline(), 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def _credentials(self) -> None:
        if self.headers.get("Authorization") != TOKEN:
            self._send(whole({"message": "the agent does not know this pod"}, 401))
            return
        self._send(
            whole(
                {
                    "AccessKeyId": "ASIAEXAMPLEEXAMPLE00",
                    "SecretAccessKey": "example-secret-access-key",
                    "Token": "example-session-token",
                    "Expiration": "2099-01-01T00:00:00Z",
                }
            )
        )
