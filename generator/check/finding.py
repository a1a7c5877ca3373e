"""What a check found: the object's file and line, the path inside it, what will happen and how to mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from generator.environment.visible import line

LONGEST = 2000
"""Characters of a text that are shown."""


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
        one = self.shown()
        where = f"{one.file}:{one.line}" if one.line else one.file
        field = f"{one.path}: " if one.path else ""
        remedy = f"; {one.fix}" if one.fix else ""
        return f"{where}: {field}{one.message}{remedy} [{one.rule}]"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self.shown())

    def shown(self) -> Finding:
        """The same, fit for a terminal and a log whatever the object holds."""
        return replace(
            self,
            file=line(self.file, LONGEST),
            path=line(self.path, LONGEST),
            message=line(self.message, LONGEST),
            fix=line(self.fix, LONGEST),
            object=line(self.object, LONGEST),
        )
