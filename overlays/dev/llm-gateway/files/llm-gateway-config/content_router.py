"""Content routing for LiteLLM's complexity router: a prompt goes to the route that its text belongs to.

LiteLLM loads `content_router.classifier` (`classifier_type: custom`).  It reads `router.json` beside this file, the
same data that the OpenClaw plugin reads, and decides the same way (docs/decisions/content-routing.md).  Importing it
fails when the data is wrong, so that the proxy does not start with a router that routes nothing.

Standard library only: this file runs inside LiteLLM's image, which finds the modules beside it by PYTHONPATH.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from content_decision import GENERAL, Router
from content_embedding import Embed

MEDIA = {"document", "file", "image", "image_url", "input_audio", "input_file", "input_image", "video_url"}
"""Types of message parts that are not text, in the spellings of the OpenAI and Anthropic APIs."""


class Classifier:
    """LiteLLM's classifier interface."""

    def __init__(self, router: Router) -> None:
        self.router = router

    async def classify(self, context: Any) -> str | None:
        """The tier of the last thing that the user wrote.

        A conversation with images or files stays with the default: the models of routes may not see them.
        """
        asked = [message.get("content") for message in context.structured_messages if message.get("role") == "user"]
        if any(part.get("type") in MEDIA for content in asked for part in _parts(content)):
            return GENERAL
        texts = ("\n".join(str(part.get("text") or "") for part in _parts(content)) for content in reversed(asked))
        return await self.router.settle(next(filter(str.strip, texts), "")) or GENERAL


def through_litellm(request: Mapping[str, Any]) -> Embed:
    """Vectors from the proxy's own router: inside of the process, without a key; neither cached nor logged."""

    async def embed(texts: list[str]) -> list[list[float]]:
        from litellm.proxy import proxy_server  # at start-up it is still being imported itself

        quiet = {"no-log": True, "cache": {"no-cache": True, "no-store": True}}
        found = await proxy_server.llm_router.aembedding(**request, input=texts, num_retries=0, **quiet)
        return [item["embedding"] for item in found.data]

    return embed


def _parts(content: Any) -> list[dict[str, Any]]:
    """The parts of a chat message, whose content is a string or a list of them."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [part for part in content or [] if isinstance(part, dict)]


def _made(data: Mapping[str, Any]) -> Classifier:
    return Classifier(Router(data, through_litellm(data["embedding"]["request"]) if "embedding" in data else None))


classifier = _made(json.loads(Path(__file__).with_name("router.json").read_text(encoding="utf-8")))
