"""What IAM would say of a call: policies judged by the rules of its user guide, as far as ours go.

An explicit Deny wins, then an Allow, and nothing means no.  An operator, or an element such as `NotAction`, that no
policy here uses is refused rather than guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

Context = Mapping[str, str | Sequence[str]]
"""Condition keys of a request."""
Values = Sequence[str]

ELEMENTS = {"Sid", "Effect", "Action", "Resource", "Principal", "Condition"}


@dataclass(frozen=True)
class Call:
    """One request."""

    action: str
    """`s3:GetObject`."""
    resource: str = ""
    """ARN; nothing where a role is taken."""
    context: Context = field(default_factory=dict)
    service: str = ""
    """The service that calls, where it is a service: `events.amazonaws.com`."""


def allowed(policies: Iterable[Mapping[str, Any]], call: Call) -> bool:
    found = [one["Effect"] for policy in policies for one in policy["Statement"] if _applies(one, call)]
    return "Allow" in found and "Deny" not in found


def _applies(statement: Mapping[str, Any], call: Call) -> bool:
    unknown = statement.keys() - ELEMENTS
    assert not unknown, f"cannot judge {sorted(unknown)}"
    if not any(_like(action.lower(), call.action.lower()) for action in listed(statement["Action"])):
        return False
    if "Resource" in statement and not any(_like(one, call.resource) for one in listed(statement["Resource"])):
        return False
    if "Principal" in statement and not _principal(statement["Principal"], call):
        return False
    operators = statement.get("Condition", {})
    return all(_holds(operator, keys, call.context) for operator, keys in operators.items())


def _principal(principal: Any, call: Call) -> bool:
    return principal == "*" or call.service in listed(principal.get("Service", []))


def _holds(operator: str, keys: Mapping[str, Any], context: Context) -> bool:
    lower = {key.lower(): value for key, value in context.items()}
    return all(
        _compare(operator, listed(wanted), listed(lower[key.lower()]) if key.lower() in lower else None)
        for key, wanted in keys.items()
    )


def _compare(operator: str, wanted: Values, given: Values | None) -> bool:
    if operator == "Null":
        return (given is None) == (wanted[0] == "true")
    every, _, rest = operator.rpartition(":")
    assert every in ("", "ForAllValues"), f"cannot judge {operator}"
    plain = rest.removesuffix("IfExists")
    if given is None:
        # Of no values, all are as wanted.
        return every == "ForAllValues" or plain != rest
    return all(any(OPERATORS[plain](one, value) for one in wanted) for value in given)


def _like(pattern: str, value: str) -> bool:
    return _compiled(pattern).fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in pattern), re.DOTALL)


OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, given: wanted == given,
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda wanted, given: wanted.lower() == given.lower(),
}


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
