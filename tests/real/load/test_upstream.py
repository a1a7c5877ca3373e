"""The fast upstream says the same as the one that checks what it is asked: only faster."""

import json
import struct
import urllib.request
import zlib
from typing import Any

import pytest

from tests.real.upstream import bedrock, openai
from tests.real.upstream.behaviour import Behaviour
from tests.real.upstream.eventstream import CONTENT_TYPE
from tools.load.upstream import Manner, Upstream

pytestmark = pytest.mark.program("fast-upstream", "any")

CHUNKS = 5
ASKED = {"model": "m", "messages": [{"role": "user", "content": [{"text": "hello"}]}]}


def post(fast: Upstream, path: str, body: dict[str, Any]) -> tuple[str, bytes]:
    with urllib.request.urlopen(fast.url + path, json.dumps(body).encode(), timeout=10) as response:
        return response.headers["Content-Type"], response.read()


def events(stream: bytes) -> list[tuple[bytes, Any]]:
    """Headers and payload of each message, once its two checksums are right."""
    found = []
    while stream:
        size, head = struct.unpack(">II", stream[:8])
        message, stream = stream[:size], stream[size:]
        assert zlib.crc32(message[:8]) == struct.unpack(">I", message[8:12])[0]
        assert zlib.crc32(message[:-4]) == struct.unpack(">I", message[-4:])[0]
        found.append((message[12 : 12 + head], json.loads(message[12 + head : -4])))
    return found


def shape(value: Any) -> Any:
    """Keys and types without values."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(inner) for inner in value[:1]] if isinstance(value, list) else type(value).__name__


@pytest.fixture(autouse=True)
def _manner(fast: Upstream) -> None:
    fast.behave(Manner(chunks=CHUNKS))


def test_converse(fast: Upstream) -> None:
    [checked] = bedrock.chat("m", ASKED, Behaviour()).pieces
    _, said = post(fast, "/model/m/converse", ASKED)
    assert shape(json.loads(said)) == shape(json.loads(checked))


def test_converse_stream(fast: Upstream) -> None:
    checked = b"".join(bedrock.stream("m", ASKED, Behaviour(text="a b c d e")).pieces)
    kind, said = post(fast, "/model/m/converse-stream", ASKED)
    assert kind == CONTENT_TYPE
    assert [(head, shape(body)) for head, body in events(said)] == [
        (head, shape(body)) for head, body in events(checked)
    ]


def test_chat_completion_and_its_stream(fast: Upstream) -> None:
    _, said = post(fast, "/v1/chat/completions", ASKED)
    [checked] = openai.chat("m", ASKED, Behaviour()).pieces
    assert shape(json.loads(said)).keys() == shape(json.loads(checked)).keys()
    _, streamed = post(fast, "/v1/chat/completions", {**ASKED, "stream": True})
    lines = [line for line in streamed.decode().splitlines() if line]
    assert lines[-1] == "data: [DONE]"
    assert sum("delta" in line for line in lines) == CHUNKS + 1
    assert fast.seen().chunks == CHUNKS


def test_it_counts_what_it_was_asked(fast: Upstream) -> None:
    post(fast, "/v1/chat/completions", ASKED)
    post(fast, "/v1/traces", {})
    seen = fast.seen()
    assert (seen.requests, seen.open, seen.peak) == (1, 0, 0), "telemetry is no request, and no stream was open"
