"""A provider on loopback that speaks the real wire protocols, misbehaves on demand and remembers what it was asked.

    with serve() as upstream:
        upstream.behave("zai.glm-4.7", status=429, retry_after=1)
        ...
        assert [request.model for request in upstream.requests] == ["zai.glm-4.7", "global.anthropic.claude-sonnet-4-6"]

One server stands for every provider: the paths of Bedrock, OpenAI and those who copy it, Anthropic and Ollama differ.
"""

from tests.real.upstream.behaviour import Behaviour, words
from tests.real.upstream.server import Upstream, serve
from tests.real.upstream.traffic import Outcome, Request

__all__ = ["Behaviour", "Outcome", "Request", "Upstream", "serve", "words"]
