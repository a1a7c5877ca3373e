"""One AWS resource, in CloudFormation's words, and values that are known only once others exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Properties = Mapping[str, Any]
"""A resource type's properties as CloudFormation's reference names them; values may be references, at any depth."""


@dataclass(frozen=True)
class Ref:
    """The identifier of another resource of the environment: a bucket's name, a user pool's id."""

    name: str


@dataclass(frozen=True)
class Att:
    """An attribute of another resource of the environment, e.g. `Arn`."""

    name: str
    attribute: str


@dataclass(frozen=True)
class Joined:
    """Text with references in it."""

    parts: tuple[str | Ref | Att, ...]


@dataclass(frozen=True)
class Resource:
    """A resource under a name that is unique in the environment, whatever the stack."""

    name: str
    """Letters and digits, beginning with a capital: `BackupBucket`."""
    type: str
    """E.g. `AWS::S3::Bucket`."""
    properties: Properties = field(default_factory=dict)
    retain: bool = False
    """State: kept in the account when the stack goes, when the resource leaves it, and when it is replaced."""
    depends: tuple[str, ...] = ()
    """Names of resources that must exist first without being referred to."""


def text(*parts: str | Ref | Att) -> Joined:
    """Parts joined without a separator: `text(Att("BackupBucket", "Arn"), "/*")`."""
    return Joined(parts)


def references(value: Any) -> Iterator[Ref | Att]:
    """Every reference in a value, at any depth."""
    if isinstance(value, Ref | Att):
        yield value
    elif isinstance(value, Joined):
        yield from (part for part in value.parts if not isinstance(part, str))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from references(inner)
