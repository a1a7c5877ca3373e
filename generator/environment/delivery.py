"""How a new version of the LLM gateway comes: `llmGateway.delivery`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from .fields import GoDuration, HttpUrl, Range
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment

Percent = Annotated[int, Range(1, 99, "percent")]


@dataclass(frozen=True)
class Delivery:
    """How a new version of the LLM gateway replaces the old one; all but `rolling` need Argo Rollouts."""

    strategy: Literal["rolling", "canary", "blue-green"]
    """`rolling` trusts readiness; `canary` goes in steps, `blue-green` at once, and metrics take either back."""
    weights: tuple[Percent, ...]
    """Canary: the shares of pods that run the new version, step by step, in percent."""
    pause: GoDuration
    """How long each step, or blue-green's old version after the switch, is kept under observation."""
    max_error_rate: Annotated[float, Range(0.001, 1)]
    """Share of failed calls above which the new version is taken back."""
    max_latency: Annotated[float, Range(0.1, 600, "seconds")]
    """95th percentile of a call above which the new version is taken back."""
    prometheus: HttpUrl
    """Where Argo Rollouts asks for the metrics."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        if self.strategy == "canary" and (not self.weights or list(self.weights) != sorted(set(self.weights))):
            fix = "list rising shares, e.g. [25, 50]"
            yield Flaw(("weights",), f"{list(self.weights)} is no way from the old version to the new", fix)
        if self.strategy != "rolling" and env.llm_gateway.replicas.minimum < 2:
            message = f"strategy: {self.strategy} compares versions, and one pod is one version"
            fix = "set llmGateway.replicas.minimum to 2 or more, or use strategy: rolling"
            yield Flaw(("strategy",), message, fix, also=(("llmGateway", "replicas", "minimum"),))
