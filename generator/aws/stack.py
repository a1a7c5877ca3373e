"""A stack: resources that are deployed, changed and deleted together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .resource import Resource


@dataclass(frozen=True)
class Output:
    """A value that a stack yields: a line of environments/<env>.outputs.yaml, or something to look at."""

    name: str
    """`UserPoolArn`; the file says `userPoolArn`."""
    value: Any
    description: str


@dataclass(frozen=True)
class Stack:
    """One stack of an environment; it may refer to resources of the stacks before it."""

    name: str
    """Last part of its name in the account, and name of its file: `state`."""
    description: str
    resources: tuple[Resource, ...]
    outputs: tuple[Output, ...] = ()


def stack_name(cluster: str, stack: str) -> str:
    """The stack's name in the account: letters, digits and hyphens, beginning with a letter (CloudFormation)."""
    plain = re.sub(r"[^A-Za-z0-9-]", "-", f"{cluster}-{stack}")
    return plain if plain[0].isalpha() else f"eks-{plain}"
