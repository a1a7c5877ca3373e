"""The HTTP server of a stand-in: on loopback, quiet, and gone with its block."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Generic, TypeVar

Owner = TypeVar("Owner")


class Quiet(BaseHTTPRequestHandler):
    """Keeps connections, prints nothing."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


class Server(ThreadingHTTPServer, Generic[Owner]):
    """On a free port; handlers find the stand-in as `self.server.owner`."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, owner: Owner, handler: type[Quiet]) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", 0), handler)


class TlsServer(Server[Owner]):
    """Over TLS, where a context is given; callers may hang up as they please, also for want of trust."""

    request_queue_size = 128

    def __init__(self, owner: Owner, handler: type[Quiet], context: ssl.SSLContext | None = None) -> None:
        self._context = context
        super().__init__(owner, handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        # In the connection's own thread: a slow handshake must not keep others waiting.
        if self._context:
            request = self._context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hung up is its own witness."""


@contextlib.contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[None]:
    """Answers as long as the block lasts."""
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
