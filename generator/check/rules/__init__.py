"""Rules over the whole set of objects: one module a rule, listed here and nowhere else.

A rule is a module with a docstring (its manual), ID, SEVERITY, REMEDIATION and `check()`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

from generator.check.objectset import Breach, ObjectSet


class Severity(StrEnum):
    """An error fails the check; a warning is printed."""

    ERROR = "error"
    WARNING = "warning"


class Rule(Protocol):
    """What every module of this package is."""

    __doc__: str | None
    ID: str
    SEVERITY: Severity
    REMEDIATION: str

    def check(self, objects: ObjectSet) -> Iterator[Breach]:
        """Every breach of the rule among the objects."""
        ...
