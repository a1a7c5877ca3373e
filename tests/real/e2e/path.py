"""The path under test, as its callers see it."""

import itertools
import re
from dataclasses import dataclass

from tests.real import mapping, redis
from tests.real.e2e.client import Answer, ask
from tests.real.e2e.rendered import Promise, gateway_key, sign_in
from tests.real.stack import Stack
from tests.real.upstream import Request

_counter = itertools.count(1)


@dataclass(frozen=True)
class Path:
    """A running stack, and what its environment promises."""

    here: Stack
    promise: Promise

    def turn(self, prompt: str, *, stream: bool = False, session: str = "") -> Answer:
        """A turn of the agent, in a session of its own unless one is named."""
        signed = sign_in(self.here.environment) | ({"x-openclaw-session-key": session} if session else {})
        return ask(self.here.url(self.here.gateway), "openclaw", prompt, stream=stream, headers=signed)

    def complete(
        self, model: str, prompt: str, *, stream: bool = False, key: str = "", share: str = "", trace: str = ""
    ) -> Answer:
        """A completion of the LLM gateway, with the virtual key of the agent's gateway unless another is given.

        `share` names the group that shares cached answers, where the engine asks for one; `trace` is a traceparent.
        """
        said = {"x-bf-cache-key": share, "traceparent": trace}
        shown = {"Authorization": f"Bearer {key or gateway_key(self.here.environment)}"}
        shown |= {name: value for name, value in said.items() if value}
        return ask(self.here.url("llm-gateway"), model, prompt, stream=stream, headers=shown)

    @property
    def chats(self) -> list[Request]:
        """What providers were asked to answer so far; embeddings are left out."""
        return [request for request in self.here.upstream.requests if request.operation != "embeddings"]

    def asked_since(self, before: int) -> list[str]:
        """Models, by their providers' names, of the chats after so many."""
        return [request.model for request in self.chats[before:]]

    def id(self, model: str) -> str:
        """What its provider calls a model."""
        return self.promise.ids[model]

    @property
    def default_id(self) -> str:
        return self.id(self.promise.default)

    @property
    def next_id(self) -> str:
        """Who steps in for the default model first."""
        return self.id(self.promise.fallbacks[self.promise.default][0])

    @property
    def redis(self) -> redis.Connection:
        """A connection to the cache."""
        tls = self.here.authority.certificate if self.here.cache_speaks_tls else None
        return redis.Connection(self.here.ports["cache/redis"], mapping.SECRETS["password"], tls)

    def metric(self, component: str, port: str, name: str, path: str = "/metrics") -> float:
        """The sum of a metric's series at one port of a component; 0 when it has none."""
        text = self.here.get(component, port, path)
        return sum(float(value) for value in re.findall(rf"^{name}(?:\{{.*\}})? (\S+)$", text, re.MULTILINE))


def unheard(text: str) -> str:
    """A prompt that no cache has seen."""
    return f"{text} ({next(_counter)})"
