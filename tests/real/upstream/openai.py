"""OpenAI's chat completions and embeddings, which Upstage, vLLM and llm-d speak too."""

import json
from collections.abc import Mapping
from typing import Any

from tests.real.upstream.behaviour import Behaviour
from tests.real.upstream.embedding import vector
from tests.real.upstream.reply import Malformed, Reply, chunks_of, required, whole

CREATED = 1_790_000_000
ERRORS = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
}


def error(status: int, text: str) -> Reply:
    kind, code = ERRORS.get(status, ("server_error", None))
    return whole({"error": {"message": text, "type": kind, "param": None, "code": code}}, status)


def chat(model: str, body: Mapping[str, Any], how: Behaviour) -> Reply:
    _check(body)
    message = {"role": "assistant", "content": how.said_by(model)}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return whole(_completion("chat.completion", model) | {"choices": [choice], "usage": _usage(how)})


def stream(model: str, body: Mapping[str, Any], how: Behaviour) -> Reply:
    """The usage comes in a chunk of its own, and only to those who asked for it."""
    _check(body)
    base = _completion("chat.completion.chunk", model)
    deltas = [{"content": chunk} for chunk in chunks_of(how.said_by(model))]
    deltas[0] = {"role": "assistant"} | deltas[0]
    pieces = [data(base | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}) for delta in deltas]
    end = data(base | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if (body.get("stream_options") or {}).get("include_usage"):
        end += data(base | {"choices": [], "usage": _usage(how)})
    fault = data({"error": {"message": "The server had an error", "type": "server_error", "param": None, "code": None}})
    return Reply(200, "text/event-stream", [*pieces, end + b"data: [DONE]\n\n"], fault=fault)


def embeddings(model: str, body: Mapping[str, Any], dimension: int) -> Reply:
    required(body, "model", "input")
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    vectors = [vector(str(text), body.get("dimensions") or dimension) for text in texts]
    found = [{"object": "embedding", "index": i, "embedding": one} for i, one in enumerate(vectors)]
    return whole({"object": "list", "model": model, "data": found, "usage": {"prompt_tokens": 3, "total_tokens": 3}})


def data(payload: Any) -> bytes:
    """A server-sent event."""
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"


def _completion(kind: str, model: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": CREATED, "model": model}


def _usage(how: Behaviour) -> dict[str, int]:
    return {
        "prompt_tokens": how.input_tokens,
        "completion_tokens": how.output_tokens,
        "total_tokens": how.input_tokens + how.output_tokens,
    }


def _check(body: Mapping[str, Any]) -> None:
    required(body, "model", "messages")
    if not body["messages"]:
        raise Malformed("Invalid 'messages': empty array.")
