"""The statements of every IAM policy document in templates, wherever a resource holds one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from generator.check.aws.account import Account, Resource
from generator.check.walk import each, table
from generator.environment.problem import Path
from generator.kubernetes.objects import Obj


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement; `path` is where it stands in the template."""

    resource: Resource
    path: Path
    obj: Obj

    @property
    def allows(self) -> bool:
        return self.obj.get("Effect") == "Allow"

    @property
    def is_trust(self) -> bool:
        """Whether it says who may take a role, and not what may be done."""
        return "AssumeRolePolicyDocument" in self.path

    def entries(self, key: str) -> Iterator[tuple[Path, Any]]:
        """What stands under a key that takes one value or a list, each with its path."""
        found = self.obj.get(key)
        if isinstance(found, list):
            yield from (((*self.path, key, index), one) for index, one in enumerate(found))
        elif found is not None:
            yield (*self.path, key), found

    def texts(self, key: str) -> list[str]:
        return [one for _, one in self.entries(key) if isinstance(one, str)]

    @property
    def is_for_everybody(self) -> bool:
        """Whether the principal is anybody at all."""
        principal = self.obj.get("Principal")
        found = principal.get("AWS") if isinstance(principal, dict) else principal
        return "*" in (found if isinstance(found, list) else [found])

    def conditions(self) -> Iterator[tuple[str, str, list[str]]]:
        """Operator, key in lower case, and values that are text."""
        for operator, pairs in table(self.obj, "Condition").items():
            for key, value in pairs.items() if isinstance(pairs, dict) else ():
                values = value if isinstance(value, list) else [value]
                yield (
                    operator,
                    str(key).lower(),
                    [json.dumps(one) if not isinstance(one, str) else one for one in values],
                )


@lru_cache(maxsize=8)  # several rules ask of the same account
def statements(account: Account) -> tuple[Statement, ...]:
    return tuple(
        Statement(resource, (*path, index), one)
        for resource in account.resources
        for path, document in _documents(resource.properties, resource.path())
        for index, one in each(document)
    )


def _documents(value: Any, path: Path) -> Iterator[tuple[Path, list[Any]]]:
    """The statements of each document below a value, as lists; documents may be text."""
    if isinstance(value, dict):
        found = value.get("Statement")
        listed = found if isinstance(found, list) else [found]
        # Rules of web ACLs have statements too, of another kind.
        if any(isinstance(one, dict) and "Effect" in one for one in listed):
            yield (*path, "Statement"), listed
            return
        for key, inner in value.items():
            yield from _documents(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _documents(inner, (*path, index))
    elif isinstance(value, str) and value.startswith("{") and '"Statement"' in value:
        try:
            yield from _documents(json.loads(value), path)
        except ValueError:
            return


def covers(pattern: str, value: str) -> bool:
    """Whether a pattern of IAM covers a value: `*` is any text, `?` any character; actions ignore case."""
    return bool(re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), value, re.IGNORECASE))


def is_everything(resource: str) -> bool:
    """Whether an ARN leaves open what it is of: `*`, or every resource of a service."""
    return not resource.split(":", 5)[-1].strip("*?/:")
