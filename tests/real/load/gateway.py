"""A gateway that adds what it is told to: `python gateway.py PORT UPSTREAM JSON`, the last with the fields of Nature.

A program of its own, for a harness that reads processes.  Standard library only.
"""

import http.client
import json
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Nature:
    """What it is like."""

    wait: float = 0
    """Seconds that it sleeps over every request."""
    spin: float = 0
    """Seconds of CPU that it burns over every request."""
    hoard: int = 0
    """MiB that it takes at its first request, and keeps."""
    weight: int = 0
    """MiB that it holds for every stream, as long as that is open."""
    cut: int = 0
    """Of so many streams, one is cut after its first chunk."""
    one_by_one: bool = False
    """The next request waits for the one before."""


class Gateway(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port: int, upstream: str, nature: Nature) -> None:
        self.upstream, self.nature = upstream, nature
        self.hoarded = b""
        self.count = 0
        self.lock = threading.Lock()
        self.turn = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Gateway
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def do_GET(self) -> None:
        self._send(b"ready")

    def do_POST(self) -> None:
        gateway, nature = self.server, self.server.nature
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with gateway.lock:
            gateway.count += 1
            number = gateway.count
            if nature.hoard and not gateway.hoarded:
                gateway.hoarded = b"x" * (nature.hoard << 20)
        if nature.one_by_one:
            with gateway.turn:
                self._work(body, number)
        else:
            self._work(body, number)

    def _work(self, body: bytes, number: int) -> None:
        nature = self.server.nature
        if nature.wait:
            time.sleep(nature.wait)
        end = time.thread_time() + nature.spin
        while time.thread_time() < end:
            pass
        connection = http.client.HTTPConnection(self.server.upstream)
        try:
            connection.request("POST", self.path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            if json.loads(body)["stream"]:
                self._stream(answer, bool(nature.cut) and number % nature.cut == 0)
            else:
                self._send(answer.read())
        finally:
            connection.close()

    def _stream(self, answer: http.client.HTTPResponse, cut: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        held = b"x" * (self.server.nature.weight << 20)
        while data := answer.read1(65536):
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            if cut:
                break
        del held
        self.wfile.write(b"0\r\n\r\n")

    def _send(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    Gateway(int(sys.argv[1]), sys.argv[2], Nature(**json.loads(sys.argv[3]))).serve_forever()
