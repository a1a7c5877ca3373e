"""One command that a person runs, or has run: printed first, so that nobody must trust what he cannot read."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One command; without one, something that only a person can do."""

    what: str
    argv: tuple[str, ...] = ()
    stdin: str = ""

    def __str__(self) -> str:
        what = " ".join(self.what.splitlines())  # a second line would be a command to whoever pastes it
        if not self.argv:
            return f"# {what}"
        head = f"# {what}\n"
        if not self.stdin:
            return head + shlex.join(self.argv)
        return f"{head}{shlex.join(self.argv)} <<'MANIFEST'\n{self.stdin}MANIFEST"


def manual(found: Sequence[Step]) -> list[Step]:
    """The steps that no program can take."""
    return [step for step in found if not step.argv]
