"""What goes back over the wire, whatever the protocol."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

JSON = "application/json"


@dataclass(frozen=True)
class Reply:
    """An answer in one piece, or in several."""

    status: int
    content_type: str
    pieces: Sequence[bytes]
    """One: sent with its length.  More: sent in chunks, the last of which closes the protocol's stream."""
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: bytes = b""
    """What this protocol sends in the middle of a stream to say that it failed."""

    @property
    def is_stream(self) -> bool:
        return len(self.pieces) > 1


class Malformed(Exception):
    """A request that the real provider would answer with 400, in words."""


def whole(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A JSON document."""
    return Reply(status, JSON, [json.dumps(body, ensure_ascii=False).encode()], headers or {})


def chunks_of(text: str) -> list[str]:
    """Words with the blank after them: put together they are the text."""
    first, *rest = text.split(" ")
    return [first, *(f" {word}" for word in rest)]


def required(body: Mapping[str, Any], *keys: str) -> None:
    """Raises Malformed when a key is missing."""
    missing = [key for key in keys if key not in body]
    if missing:
        raise Malformed(f"missing {', '.join(missing)}")
