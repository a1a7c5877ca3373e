"""Which provider a path belongs to, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote

from tests.real.upstream import anthropic, bedrock, ollama, openai
from tests.real.upstream.behaviour import Behaviour
from tests.real.upstream.reply import Malformed, Reply

DIMENSION = 1024
"""Of vectors whose request names none: what Cohere's multilingual model and Titan v2 give."""


class Provider(Protocol):
    """A module of this package that speaks one provider's protocol."""

    def error(self, status: int, text: str) -> Reply: ...
    def chat(self, model: str, body: Mapping[str, Any], how: Behaviour) -> Reply: ...
    def stream(self, model: str, body: Mapping[str, Any], how: Behaviour) -> Reply: ...


PROVIDERS: dict[str, Provider] = {"bedrock": bedrock, "openai": openai, "anthropic": anthropic, "ollama": ollama}


@dataclass(frozen=True)
class Call:
    """What a request wants, and of whom."""

    provider: str
    operation: str
    model: str


def call(path: str, body: Mapping[str, Any]) -> Call | None:
    """None when no provider has such a path."""
    steps = path.split("?")[0].strip("/").split("/")
    if len(steps) == 3 and steps[0] == "model":
        operations = {"converse": "chat", "converse-stream": "chat-stream", "invoke": "embeddings"}
        operation = operations.get(steps[2])
        return Call("bedrock", operation, unquote(steps[1])) if operation else None
    model = str(body.get("model", ""))
    match steps[-2:]:
        case ["chat", "completions"]:
            return Call("openai", "chat-stream" if body.get("stream") else "chat", model)
        case ["v1", "embeddings"]:
            return Call("openai", "embeddings", model)
        case ["v1", "messages"]:
            return Call("anthropic", "chat-stream" if body.get("stream") else "chat", model)
        case ["api", "chat"]:  # streams unless it is told not to
            return Call("ollama", "chat-stream" if body.get("stream", True) else "chat", model)
    return None


def answer(call: Call, headers: Mapping[str, str], body: Mapping[str, Any], how: Behaviour) -> Reply:
    """The provider's reply; an error when the behaviour says so or the request is not what the provider takes."""
    provider = PROVIDERS[call.provider]
    refused = _unauthorised(call.provider, headers)
    if refused:
        return provider.error(*refused)
    if how.status >= 400:
        return provider.error(how.status, f"{call.model} was told to answer {how.status}")
    try:
        if call.operation == "embeddings":
            embed = bedrock.embeddings if call.provider == "bedrock" else openai.embeddings
            return embed(call.model, body, DIMENSION)
        return (provider.stream if call.operation == "chat-stream" else provider.chat)(call.model, body, how)
    except (Malformed, KeyError, TypeError) as problem:
        return provider.error(400, f"{type(problem).__name__}: {problem}")


def _unauthorised(provider: str, headers: Mapping[str, str]) -> tuple[int, str] | None:
    if provider == "bedrock" and not bedrock.is_signed(headers):
        return 403, "Missing Authentication Token"
    if provider == "anthropic" and not ("x-api-key" in headers and "anthropic-version" in headers):
        return 401, "x-api-key and anthropic-version headers are required"
    return None
