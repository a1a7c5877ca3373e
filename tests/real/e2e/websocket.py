"""As much of RFC 6455 as it takes to open OpenClaw's WebSocket and to say who one is."""

import base64
import http.client
import json
import os
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PATIENCE = 60
"""Seconds without a byte."""


@dataclass(frozen=True)
class Greeting:
    """What came of an upgrade and of `connect`, the first request on it."""

    status: int
    """Of the upgrade; 101 when the connection is a WebSocket now."""
    ok: bool = False
    """Whether the gateway let the caller in."""
    code: str = ""
    """Why not."""
    scopes: tuple[str, ...] = ()
    """What the caller may do."""


def connect(port: int, path: str, headers: Mapping[str, str], *, scopes: list[str], source: str) -> Greeting:
    """Open a WebSocket from an address of the loopback, as the Control UI does, asking for scopes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE, source_address=(source, 0))
    try:
        upgrade = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        }
        connection.request("GET", path, headers={**headers, **upgrade})
        # http.client would keep what follows the head of a 101 in a buffer of its own.
        stream = connection.sock.makefile("rb")
        status = int(stream.readline().split()[1])
        while stream.readline().strip():
            pass
        if status != 101:
            return Greeting(status)
        _receive(stream)  # a challenge for devices with a key, which this caller has not
        _send(connection.sock, _hello(scopes))
        answer = _receive(stream)
        if not answer["ok"]:
            return Greeting(status, code=answer["error"].get("details", {}).get("code", answer["error"]["code"]))
        return Greeting(status, ok=True, scopes=tuple(answer["payload"].get("auth", {}).get("scopes", ())))
    finally:
        connection.close()


def _hello(scopes: list[str]) -> Mapping[str, Any]:
    # The build `dev` spares the comparison of the Control UI's build with the gateway's.
    client = {"id": "openclaw-control-ui", "version": "1", "platform": "web", "mode": "webchat", "buildId": "dev"}
    params = {"minProtocol": 3, "maxProtocol": 99, "client": client, "role": "operator", "scopes": scopes, "auth": {}}
    return {"type": "req", "id": "1", "method": "connect", "params": params}


def _send(to: socket.socket, message: Mapping[str, Any]) -> None:
    """One text frame, masked, as a client must."""
    data, mask = json.dumps(message).encode(), os.urandom(4)
    assert 126 <= len(data) < 1 << 16, "the one length that is spelt here"
    to.sendall(b"\x81" + struct.pack(">BH", 0x80 | 126, len(data)) + mask)
    to.sendall(bytes(byte ^ mask[index % 4] for index, byte in enumerate(data)))


def _receive(stream: Any) -> Any:
    """The next text frame, parsed."""
    _, length = stream.read(2)
    if length == 126:
        [length] = struct.unpack(">H", stream.read(2))
    elif length == 127:
        [length] = struct.unpack(">Q", stream.read(8))
    return json.loads(stream.read(length))
