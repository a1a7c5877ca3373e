"""What every check looks at: the environment, what is rendered of it, and the cluster behind the seam."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from .access import Absent, Access


@dataclass(frozen=True)
class Look:
    """One run over one environment."""

    env: Environment
    objects: Sequence[Obj]
    """Everything that is rendered of it, patches included."""
    access: Access
    now: datetime
    """With its zone."""
    ask: bool = False
    """Whether models may be asked, which costs money."""

    def secret(self, namespace: str, name: str, key: str) -> str:
        """One value of a Secret."""
        found = self.access.get(f"/api/v1/namespaces/{namespace}/secrets/{name}")
        try:
            return base64.b64decode(found["data"][key], validate=True).decode()
        except (KeyError, ValueError):
            raise Absent(f"Secret {namespace}/{name} has no {key}") from None

    def ago(self, when: str) -> timedelta:
        """How long since a time in the format of RFC 3339."""
        return self.now - datetime.fromisoformat(when)


def said(span: timedelta) -> str:
    """A span in its largest unit: `40 s ago`, `3 min ago`, `2 h ago`, `5 d ago`."""
    seconds = max(0, int(span.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"
