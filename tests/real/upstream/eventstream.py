"""application/vnd.amazon.eventstream: length, CRC, typed headers, payload, CRC (AWS, "Event stream encoding")."""

import json
import struct
import zlib
from typing import Any

CONTENT_TYPE = "application/vnd.amazon.eventstream"
STRING = 7
"""Type of a header whose value is UTF-8 text with a length of two bytes."""


def event(kind: str, payload: Any) -> bytes:
    """One message of an event stream."""
    return message({":event-type": kind, ":content-type": "application/json", ":message-type": "event"}, payload)


def exception(kind: str, text: str) -> bytes:
    """The message that ends a stream which failed after its start."""
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return message(headers, {"message": text})


def message(headers: dict[str, str], payload: Any) -> bytes:
    head = b"".join(_header(name, value) for name, value in headers.items())
    body = json.dumps(payload, ensure_ascii=False).encode()
    prelude = struct.pack(">II", 16 + len(head) + len(body), len(head))
    checked = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + body
    return checked + struct.pack(">I", zlib.crc32(checked))


def _header(name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return struct.pack(">B", len(key)) + key + struct.pack(">BH", STRING, len(text)) + text
