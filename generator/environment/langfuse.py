"""Section `langfuse`: the store of LLM traces."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .fields import HttpUrl
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment


@dataclass(frozen=True)
class Langfuse:
    """The LLM trace store."""

    enabled: bool
    """Whether traces go to Langfuse."""
    url: HttpUrl | None = None
    """Its address; inside the cluster the Service of langfuse-web."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        if self.enabled and not self.url:
            yield Flaw(("url",), "required when Langfuse is enabled", "add url: https://langfuse.example.com")
