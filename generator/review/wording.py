"""How a comment writes lists, commands and counts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.diff.markdown import escaped
from generator.environment.visible import visible

NAMED = 6
"""What a line names before it counts the others."""


def listed(names: Sequence[str], limit: int = NAMED) -> str:
    """Names as they are given, and the number of those beyond the limit."""
    rest = [f"and {len(names) - limit} more"] if len(names) > limit else []
    return ", ".join((*names[:limit], *rest))


def listed_safely(names: Sequence[str], limit: int = NAMED) -> str:
    """The same in Markdown."""
    return listed([escaped(name) for name in names[:limit]] + ["" for _ in names[limit:]], limit)


def coded(command: str) -> str:
    """A command, in a pair of ticks that nothing in it can close."""
    command = visible(" ".join(command.splitlines()))
    ticks = "`" * (1 + max(map(len, re.findall("`+", command)), default=0))
    pad = " " if len(ticks) > 1 else ""
    return f"{ticks}{pad}{command}{pad}{ticks}"
