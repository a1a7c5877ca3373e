"""What a change does to whoever runs the system: consequences, not fields."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How much a reviewer should care; higher comes first."""

    NOTE = 0
    """Happens by itself, and nobody notices."""
    WARNING = 1
    """Somebody notices: pods restart, callers lose something, money moves."""
    DANGER = 2
    """State, access or availability may be lost, or the sync fails."""


@dataclass(frozen=True)
class Impact:
    """One consequence."""

    severity: Severity
    category: str
    """One word, e.g. restart, delete, state, immutable, image, security, placement, scale."""
    environment: str
    subject: str
    """What it happens to: an object, a model, a route."""
    text: str
    """A sentence without its subject, which stands before it: `restarts its only pod (image)`."""

    def __str__(self) -> str:
        return f"{self.subject}: {self.text}"
