"""Callers of an OpenAI-compatible API that wait side by side, and when each got how much of its reply."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from tests.real.e2e.client import Answer, post


@dataclass
class Call:
    """One request, in a thread of its own."""

    name: str
    asked: float = field(default_factory=time.monotonic)
    ended: float | None = None
    """When the reply was over: whole, refused or cut."""
    reply: Answer | None = None
    thread: threading.Thread | None = None

    @property
    def answer(self) -> Answer:
        """What came; fails while more may come."""
        assert self.reply is not None, f"{self} is still waiting"
        return self.reply

    @property
    def is_complete(self) -> bool:
        """The whole reply came."""
        return self.answer.is_complete

    @property
    def end(self) -> float:
        """The moment of its end; fails while there is none."""
        assert self.ended is not None, f"{self} is still waiting"
        return self.ended

    @property
    def seconds(self) -> float:
        """From the request to the end of the reply."""
        return self.end - self.asked

    def join(self, timeout: float) -> Self:
        """Wait for the end of the reply; fails when it does not come within `timeout` seconds."""
        if self.thread:
            self.thread.join(timeout)
        assert self.ended is not None, f"no end of the reply within {timeout:g} s: {self}"
        return self

    def __str__(self) -> str:
        if self.ended is None or self.reply is None:
            return f"«{self.name}» running"
        reply = self.reply
        said = f"{reply.status}, finish {reply.finish}, …{reply.text[-40:]!r} {reply.error[:200]}"
        return f"«{self.name}» after {self.seconds:.1f} s: {said}"


@dataclass(frozen=True)
class Caller:
    """Who calls a gateway."""

    url: str
    """Of the gateway, without a path."""
    headers: Mapping[str, str]
    """By which it is known."""

    def ask(self, name: str, model: str, *, stream: bool = True, headers: Mapping[str, str] | None = None) -> Call:
        """Send the name as a prompt and return at once."""
        call = Call(name)
        body = {"model": model, "stream": stream, "messages": [{"role": "user", "content": name}]}

        def wait() -> None:
            call.reply = post(f"{self.url}/v1/chat/completions", body, {**self.headers, **(headers or {})})
            call.ended = time.monotonic()

        call.thread = threading.Thread(target=wait, name=name, daemon=True)
        call.thread.start()
        return call


def bearer(key: str) -> Mapping[str, str]:
    """The header of a caller with a key."""
    return {"Authorization": f"Bearer {key}"}
