"""Secrets that a workload reads: declared beside it, fetched by External Secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Remote:
    """A value in AWS Secrets Manager: the entry below the environment's prefix, and the property of its JSON."""

    entry: str
    property: str
    given: str | None = None
    """What a person must give, `API key of example.com`; empty: a password is made; None: fill_secrets knows."""


@dataclass(frozen=True)
class Secret:
    """A Kubernetes Secret: its keys, and where each value comes from."""

    name: str
    namespace: str
    data: Mapping[str, Remote]
