"""What a month came to: for each component how long it was away, and why; for all together what was paid."""

from __future__ import annotations

from dataclasses import dataclass, field

from generator.cost.prices import Span


@dataclass(slots=True)
class Tally:
    """Of one component; times in seconds."""

    replicas: int
    up: int = -1
    """Pods that are ready; all of them at the beginning."""
    since: float = 0.0
    down: float = 0.0
    """Without any ready pod."""
    weak: float = 0.0
    """With fewer ready pods than there are to be, or none."""
    outages: int = 0
    """Times that the last ready pod went."""
    evicted: int = 0
    killed: int = 0
    """Pods that no budget let go before the instance ended: no SIGTERM, no drain."""
    cut: int = 0
    """Pods that were evicted, and killed before their program had drained."""
    lost: int = 0
    """Turns, or calls of an LLM gateway, that were broken off."""
    refused: float = 0.0
    """Those that found nobody."""
    made: int = 0
    """Pods made anew; the sums below are over them."""
    ending: float = 0.0
    """From the eviction to the end of the old pod, where the new one waits for it."""
    node: float = 0.0
    """Waiting for a node."""
    volume: float = 0.0
    start: float = 0.0
    """Pulling images and starting."""
    zone: float = 0.0
    """Of `node`: what would not have been waited if the volume were not bound to its zone."""

    def __post_init__(self) -> None:
        self.up = self.replicas

    def change(self, now: float, by: int) -> None:
        """Another number of pods is ready from now on."""
        self.until(now)
        self.outages += by < 0 and self.up + by == 0
        self.up += by

    def until(self, now: float) -> None:
        """Counts the time up to now."""
        passed = now - self.since
        self.down += passed * (self.up == 0)
        self.weak += passed * (self.up < self.replicas)
        self.since = now


@dataclass(frozen=True)
class Event:
    """Something that happened, in seconds from the beginning."""

    at: float
    what: str
    """notice, evicted, killed or ready."""
    pod: str
    """Component and number; empty for what concerns a node."""
    node: int
    zone: str


@dataclass
class Played:
    """One month."""

    tallies: list[Tally]
    """By the number of the component in the setting."""
    interruptions: int = 0
    """Nodes that got a notice."""
    fallbacks: int = 0
    """Nodes bought on demand because no Spot was to be had."""
    fallback_hours: float = 0.0
    usd: Span = field(default_factory=lambda: Span(0, 0))
    """Of all nodes, with Spot at its cheapest and at its dearest."""
    events: list[Event] = field(default_factory=list)
