"""Ollama's chat: JSON documents, one a line."""

import json
from collections.abc import Mapping
from typing import Any

from tests.real.upstream.behaviour import Behaviour
from tests.real.upstream.reply import Reply, chunks_of, required, whole


def error(status: int, text: str) -> Reply:
    return whole({"error": text}, status)


def chat(model: str, body: Mapping[str, Any], how: Behaviour) -> Reply:
    required(body, "model", "messages")
    return whole(_part(model, how.said_by(model)) | _end(how))


def stream(model: str, body: Mapping[str, Any], how: Behaviour) -> Reply:
    required(body, "model", "messages")
    pieces = [_line(_part(model, chunk) | {"done": False}) for chunk in chunks_of(how.said_by(model))]
    fault = _line({"error": "llama runner process has terminated"})
    return Reply(200, "application/x-ndjson", [*pieces, _line(_part(model, "") | _end(how))], fault=fault)


def _part(model: str, text: str) -> dict[str, Any]:
    return {"model": model, "created_at": "2026-09-21T14:13:20Z", "message": {"role": "assistant", "content": text}}


def _end(how: Behaviour) -> dict[str, Any]:
    counts = {"prompt_eval_count": how.input_tokens, "eval_count": how.output_tokens}
    return {"done": True, "done_reason": "stop", "total_duration": 5_000_000} | counts


def _line(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"
