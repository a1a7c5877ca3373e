"""Amazon Bedrock's runtime: Converse, ConverseStream, and InvokeModel for embeddings.

Shapes of requests and answers: the API reference of bedrock-runtime.  A request without a SigV4 signature for the
service `bedrock` is refused as AWS does; the signature's value is not computed anew.
"""

import itertools
import re
from collections.abc import Mapping
from typing import Any

from tests.real.upstream.behaviour import Behaviour
from tests.real.upstream.embedding import vector
from tests.real.upstream.eventstream import CONTENT_TYPE, event, exception
from tests.real.upstream.reply import Malformed, Reply, chunks_of, required, whole

SIGNATURE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/(?P<region>[a-z0-9-]+)/bedrock/aws4_request, ?"
    r"SignedHeaders=[^,]*\bhost\b[^,]*, ?Signature=[0-9a-f]{64}"
)
ERRORS = {
    400: "ValidationException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    408: "ModelTimeoutException",
    429: "ThrottlingException",
    500: "InternalServerException",
    503: "ServiceUnavailableException",
}

PURPOSES = {"search_document", "search_query", "classification", "clustering", "image"}
LONGEST_TEXT = 2048
"""Characters of a text that Cohere's models embed (Amazon Bedrock user guide, "Cohere Embed v3")."""


def is_signed(headers: Mapping[str, str]) -> bool:
    return SIGNATURE.fullmatch(headers.get("authorization", "")) is not None and "x-amz-date" in headers


def error(status: int, text: str) -> Reply:
    return whole({"message": text}, status, {"x-amzn-ErrorType": ERRORS.get(status, "ServiceUnavailableException")})


def chat(model: str, body: Mapping[str, Any], how: Behaviour) -> Reply:
    _check(body)
    return whole(
        {
            "output": {"message": {"role": "assistant", "content": [{"text": how.said_by(model)}]}},
            "stopReason": "end_turn",
            "usage": _usage(how),
            "metrics": {"latencyMs": 5},
        }
    )


def stream(model: str, body: Mapping[str, Any], how: Behaviour) -> Reply:
    _check(body)
    first, *rest = (
        event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": chunk}})
        for chunk in chunks_of(how.said_by(model))
    )
    end = (
        event("contentBlockStop", {"contentBlockIndex": 0})
        + event("messageStop", {"stopReason": "end_turn"})
        + event("metadata", {"usage": _usage(how), "metrics": {"latencyMs": 5}})
    )
    fault = exception("modelStreamErrorException", "The model failed in the middle of its answer.")
    return Reply(200, CONTENT_TYPE, [event("messageStart", {"role": "assistant"}) + first, *rest, end], fault=fault)


def embeddings(model: str, body: Mapping[str, Any], dimension: int) -> Reply:
    """Cohere's form (several texts) and Titan's (one)."""
    if "inputText" in body:
        text = str(body["inputText"])
        return whole({"embedding": vector(text, body.get("dimensions", dimension)), "inputTextTokenCount": 3})
    required(body, "texts", "input_type")
    if body["input_type"] not in PURPOSES:
        raise Malformed(f"Malformed input request: #/input_type: {body['input_type']!r} is not a valid enum value")
    for i, text in enumerate(body["texts"]):
        if len(text) > LONGEST_TEXT:
            raise Malformed(
                f"Malformed input request: #/texts/{i}: expected maxLength: {LONGEST_TEXT}, actual: {len(text)}"
            )
    vectors = [vector(str(text), dimension) for text in body["texts"]]
    kinds = body.get("embedding_types")
    found: Any = dict.fromkeys(kinds, vectors) if kinds else vectors
    kind = "embeddings_by_type" if kinds else "embeddings_floats"
    return whole(
        {"id": "embedding", "response_type": kind, "embeddings": found, "texts": body["texts"]},
        headers={"X-Amzn-Bedrock-Input-Token-Count": "3"},
    )


def _usage(how: Behaviour) -> dict[str, int]:
    return {
        "inputTokens": how.input_tokens,
        "outputTokens": how.output_tokens,
        "totalTokens": how.input_tokens + how.output_tokens,
    }


def _check(body: Mapping[str, Any]) -> None:
    """What Converse refuses: no messages, another speaker than the user first, two in a row, blank texts."""
    required(body, "messages")
    roles = [message["role"] for message in body["messages"]]
    if not roles or roles[0] != "user":
        raise Malformed("A conversation must start with a user message.")
    if any(one == other for one, other in itertools.pairwise(roles)):
        raise Malformed("A conversation must alternate between user and assistant roles.")
    blocks = [block for message in body["messages"] for block in message["content"]]
    if any(not block["text"].strip() for block in blocks if "text" in block):
        raise Malformed("The text field in the ContentBlock object is blank.")
