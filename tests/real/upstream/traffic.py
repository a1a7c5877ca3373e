"""What callers asked and what became of it."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Outcome(Enum):
    """How a request ended, as seen by the provider."""

    RUNNING = "running"
    ANSWERED = "answered"
    REFUSED = "refused"  # with an error status
    DROPPED = "dropped"  # by us, in the middle
    LEFT = "left"  # by the caller, in the middle


@dataclass
class Request:
    """One request of a caller."""

    provider: str
    """`bedrock`, `openai` (and all that speak like it), `anthropic` or `ollama`."""
    model: str
    """The provider's own name of it."""
    operation: str
    """`chat`, `chat-stream` or `embeddings`."""
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: dict[str, Any]
    outcome: Outcome = Outcome.RUNNING
    chunks: int = 0
    """How many chunks were sent."""
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None

    @property
    def text(self) -> str:
        """Everything the caller sent, to look for words in."""
        return json.dumps(self.body, ensure_ascii=False)


class Traffic:
    """Every request so far, in the order of arrival; safe to read while more arrive."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._requests: list[Request] = []

    def __call__(self) -> list[Request]:
        with self._changed:
            return list(self._requests)

    def started(self, request: Request) -> None:
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()

    def sent(self, request: Request) -> None:
        with self._changed:
            request.chunks += 1
            self._changed.notify_all()

    def ended(self, request: Request, outcome: Outcome) -> None:
        with self._changed:
            request.outcome, request.ended = outcome, time.monotonic()
            self._changed.notify_all()

    def wait(self, condition: Callable[[list[Request]], bool], timeout: float, what: str) -> list[Request]:
        """The requests, as soon as the condition holds of them.  Raises AssertionError after `timeout` seconds."""
        with self._changed:
            if self._changed.wait_for(lambda: condition(self._requests), timeout):
                return list(self._requests)
            seen = [f"{r.model} {r.operation} {r.outcome.value}, {r.chunks} chunks" for r in self._requests]
        raise AssertionError(f"upstream: not within {timeout} s: {what}; it saw {seen}")
