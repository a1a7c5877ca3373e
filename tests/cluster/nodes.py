"""What is behind an API server in a whole cluster: its way to nodes and pods, and a kubelet that forwards ports.

    with network() as net:
        net.leads("10.0.0.7:9090", port)                # what the API server opens there arrives at a port of ours
        with kubelet(net, {"openclaw/openclaw-main-0": port}, authority) as node: ...

The API server reaches everything by an egress selector, a proxy for HTTP CONNECT, so that addresses need not exist.
"""

import contextlib
import json
import socket
import socketserver
import struct
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.cluster.client import Obj
from tests.real.upstream.authority import Authority

SYN_STREAM, SYN_REPLY, PING = 1, 2, 6
FIN = 1
PATIENCE = 30
"""Seconds without a byte."""


class Network:
    """Where addresses lead; whatever has no entry leads to itself."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._folder = tempfile.TemporaryDirectory()  # the path of a socket must be short
        self._socket = f"{self._folder.name}/egress"
        self._server = _serve(self._connect, self._socket)

    def close(self) -> None:
        _end(self._server)
        self._folder.cleanup()

    def leads(self, address: str, port: int) -> None:
        self._places[address] = port

    def egress(self, folder: Path) -> str:
        """The flag by which the API server goes this way."""
        way = {"proxyProtocol": "HTTPConnect", "transport": {"uds": {"udsName": self._socket}}}
        config = {
            "apiVersion": "apiserver.k8s.io/v1beta1",
            "kind": "EgressSelectorConfiguration",
            "egressSelections": [{"name": "cluster", "connection": way}],
        }
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "egress.json"
        file.write_text(json.dumps(config))
        return f"--egress-selector-config-file={file}"

    def _connect(self, client: socket.socket) -> None:
        head = _head(client)
        address = head.split()[1]
        host, _, port = address.rpartition(":")
        place = ("127.0.0.1", self._places[address]) if address in self._places else (host, int(port))
        try:
            target = socket.create_connection(place, timeout=PATIENCE)
        except OSError:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        with target:
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            threading.Thread(target=_pump, args=(target, client), daemon=True).start()
            _pump(client, target)


@contextlib.contextmanager
def network() -> Iterator[Network]:
    made = Network()
    try:
        yield made
    finally:
        made.close()


@contextlib.contextmanager
def kubelet(pods: Mapping[str, int], authority: Authority) -> Iterator[Obj]:
    """A Node whose kubelet forwards to one port a pod, whichever is asked for; `pods` may change meanwhile.

    It speaks just enough of SPDY 3.1: of two streams a connection, the second carries its bytes.
    """
    context = authority.context()

    def forward(plain: socket.socket) -> None:
        with context.wrap_socket(plain, server_side=True) as client:
            path = _head(client).split()[1].partition("?")[0]
            _, _, namespace, pod = path.split("/")[:4]
            accepted = "Upgrade: SPDY/3.1\r\nConnection: Upgrade\r\nX-Stream-Protocol-Version: portforward.k8s.io"
            client.sendall(f"HTTP/1.1 101 Switching Protocols\r\n{accepted}\r\n\r\n".encode())
            _Session(client, pods[f"{namespace}/{pod}"]).run()

    server = _serve(forward, ("127.0.0.1", 0))
    try:
        yield {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": "node"},
            "status": {
                "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
                "daemonEndpoints": {"kubeletEndpoint": {"Port": server.socket.getsockname()[1]}},
            },
        }
    finally:
        _end(server)


class _Session:
    """One forwarded port: streams come in pairs, of errors and of data."""

    def __init__(self, client: socket.socket, port: int) -> None:
        self._client = client
        self._port = port
        self._lock = threading.Lock()
        self._headers = zlib.compressobj()
        self._targets: dict[int, socket.socket] = {}
        self._streams = 0

    def run(self) -> None:
        while head := _exactly(self._client, 8):
            first, last = struct.unpack(">II", head)
            flags, content = last >> 24, _exactly(self._client, last & 0xFFFFFF)
            if first >> 31:
                self._control(first & 0xFFFF, content)
            elif target := self._targets.get(first):
                target.sendall(content)
                if flags & FIN:
                    with contextlib.suppress(OSError):
                        target.shutdown(socket.SHUT_WR)

    def _control(self, kind: int, content: bytes) -> None:
        if kind == PING:
            self._send(PING, content)
        elif kind == SYN_STREAM:
            [stream] = struct.unpack(">I", content[:4])
            self._streams += 1
            if self._streams % 2 == 0:
                self._targets[stream] = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE)
                threading.Thread(target=self._answers, args=(stream,), daemon=True).start()
            with self._lock:
                none = self._headers.compress(struct.pack(">I", 0)) + self._headers.flush(zlib.Z_SYNC_FLUSH)
            self._send(SYN_REPLY, struct.pack(">I", stream) + none)

    def _answers(self, stream: int) -> None:
        with contextlib.suppress(OSError):
            while content := self._targets[stream].recv(16_384):
                self._write(struct.pack(">II", stream, len(content)) + content)
            self._write(struct.pack(">II", stream, FIN << 24))
            self._write(struct.pack(">II", stream - 2, FIN << 24))  # of errors there were none

    def _send(self, kind: int, content: bytes) -> None:
        self._write(struct.pack(">II", 1 << 31 | 3 << 16 | kind, len(content)) + content)

    def _write(self, frame: bytes) -> None:
        with self._lock:
            self._client.sendall(frame)


def _serve(handle: Callable[[socket.socket], None], place: str | tuple[str, int]) -> socketserver.TCPServer:
    """A thread for each connection; at a path, or at an address and port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):  # the other side has gone
                handle(self.request)

    kind = socketserver.UnixStreamServer if isinstance(place, str) else socketserver.TCPServer

    class Server(socketserver.ThreadingMixIn, kind):  # type: ignore[misc, valid-type]
        daemon_threads = True

    server: socketserver.TCPServer = Server(place, Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


def _end(server: socketserver.TCPServer) -> None:
    server.shutdown()
    server.server_close()


def _head(client: socket.socket) -> str:
    """A request up to its empty line."""
    found = b""
    while not found.endswith(b"\r\n\r\n") and (more := client.recv(1)):
        found += more
    return found.decode()


def _exactly(client: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = client.recv(size - len(found))
        if not more:
            return b""
        found += more
    return found


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(65_536):
            target.sendall(content)
        target.shutdown(socket.SHUT_WR)
