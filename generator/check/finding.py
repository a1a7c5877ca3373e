"""What a check found: the object's file and line, the path inside it, what will happen and how to mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Finding:
    """One finding; `rule` says which check speaks, `path` is the field inside the object."""

    file: str
    line: int
    rule: str
    path: str
    message: str
    fix: str = ""
    object: str = ""
    """Kind, namespace and name; empty where a file as a whole is meant."""
    severity: str = "error"
    """`error` fails the check, `warning` is printed."""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        field = f"{self.path}: " if self.path else ""
        remedy = f"; {self.fix}" if self.fix else ""
        return f"{where}: {field}{self.message}{remedy} [{self.rule}]"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
