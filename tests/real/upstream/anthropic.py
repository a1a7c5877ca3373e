"""Anthropic's messages: requests as it takes them, replies and streams as it sends them."""

import json
from collections.abc import Mapping
from typing import Any

from tests.real.upstream.behaviour import Behaviour
from tests.real.upstream.reply import Reply, chunks_of, required, whole

ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def error(status: int, text: str) -> Reply:
    return whole({"type": "error", "error": {"type": ERRORS.get(status, "api_error"), "message": text}}, status)


def chat(model: str, body: Mapping[str, Any], how: Behaviour) -> Reply:
    required(body, "model", "messages", "max_tokens")
    content = [{"type": "text", "text": how.said_by(model)}]
    end = {"stop_reason": "end_turn", "stop_sequence": None}
    usage = {"input_tokens": how.input_tokens, "output_tokens": how.output_tokens}
    return whole(_message(model) | end | {"content": content, "usage": usage})


def stream(model: str, body: Mapping[str, Any], how: Behaviour) -> Reply:
    required(body, "model", "messages", "max_tokens")
    usage = {"input_tokens": how.input_tokens, "output_tokens": 1}
    opening: dict[str, Any] = {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}
    start = event("message_start", {"message": _message(model) | opening}) + event(
        "content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}
    )
    first, *rest = (
        event("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": chunk}})
        for chunk in chunks_of(how.said_by(model))
    )
    stop = {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": how.output_tokens}}
    end = event("content_block_stop", {"index": 0}) + event("message_delta", stop) + event("message_stop", {})
    fault = event("error", {"error": {"type": "overloaded_error", "message": "Overloaded"}})
    return Reply(200, "text/event-stream", [start + first, *rest, end], fault=fault)


def event(kind: str, payload: dict[str, Any]) -> bytes:
    """A server-sent event with its name, which its data repeats."""
    return f"event: {kind}\ndata: {json.dumps({'type': kind} | payload, ensure_ascii=False)}\n\n".encode()


def _message(model: str) -> dict[str, Any]:
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": model}
