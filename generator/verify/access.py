"""The seam between the checks and the world: what they ask for, and the three ways in which no answer comes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Json = Any


class Unseen(Exception):
    """Could not be looked at, for want of a right, a program or a connection; the message says of which."""


class Absent(Exception):
    """It is not there."""


class Silent(Exception):
    """It is there, and does not answer as it should."""


@dataclass(frozen=True)
class Door:
    """A port of a Service, reached through the API server into one of its pods: no network policy stands in between."""

    namespace: str
    service: str
    port: int

    def __str__(self) -> str:
        return f"{self.namespace}/{self.service}:{self.port}"


@dataclass(frozen=True)
class Request:
    """One HTTP request; a body is sent as JSON by POST."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    timeout: float = 10
    """Seconds."""


@dataclass(frozen=True)
class Reply:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    text: str

    def json(self) -> Json:
        """The body; raises Silent where it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            raise Silent(f"{self.status}, and no JSON: {self.text[:80]!r}") from None


class Access(Protocol):
    """Each raises Unseen, Absent or Silent, and returns in bounded time."""

    def get(self, path: str, **query: str) -> Json:
        """What the Kubernetes API has at a path, which may lead on to a Service by its proxy."""

    def call(self, door: Door | str, *requests: Request) -> list[Reply]:
        """The replies of a program in the cluster, or of one outside by the URL that its paths are below."""

    def aws(self, *argv: str, region: str) -> Json:
        """What the account answers to an operation of the AWS CLI."""
