"""Rules over the AWS layer: one module a rule, listed in the registry and nowhere else.

A rule is a module with a docstring (its manual), ID, SEVERITY, REMEDIATION and `check()`, as those over objects are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from generator.check.aws.account import Account
from generator.check.objectset import Breach
from generator.check.rules import Severity


class AwsRule(Protocol):
    """What every module of this package is."""

    __doc__: str | None
    ID: str
    SEVERITY: Severity
    REMEDIATION: str

    def check(self, account: Account) -> Iterator[Breach]:
        """Every breach of the rule in the account."""
        ...
