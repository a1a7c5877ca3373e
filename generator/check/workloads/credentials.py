"""Texts that look like credentials: by their own form, or by the name of the key that they stand under."""

from __future__ import annotations

import re
from typing import Any

from generator.environment.credentials import form, speaks_of_secrets
from generator.environment.problem import Path

_REFERENCE = re.compile(r"env\.|os\.environ/|vault\.|file:|/|\$\{|\$\(|\{\{|<|%")
"""How configurations refer to a value elsewhere: Bifrost, LiteLLM, the collector, Kubernetes, files, templates."""

SHORTEST = 8
"""Characters below which a value is a word, not a credential."""


def written_down(value: Any) -> list[tuple[Path, str]]:
    """Where data holds a credential, and what it looks like.

    A text counts by its form, or where it stands under a key that speaks of secrets and refers to no other place.
    """
    found: list[tuple[Path, str]] = []
    _walk(value, (), "", found)
    return found


def _walk(value: Any, path: Path, key: str, found: list[tuple[Path, str]]) -> None:
    if isinstance(value, dict):
        for name, child in value.items():
            _walk(child, (*path, str(name)), str(name), found)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            _walk(child, (*path, index), key, found)
    elif isinstance(value, str):
        if noun := form(value):
            found.append((path, noun))
        elif _is_written_out(value) and speaks_of_secrets(key):
            found.append((path, "what looks like a credential"))


def _is_written_out(value: str) -> bool:
    """A password has no spaces and mixes kinds of characters; a name or a switch does not."""
    if len(value) < SHORTEST or _REFERENCE.match(value) or re.search(r"\s", value):
        return False
    return bool(re.search(r"\d", value) or (re.search("[a-z]", value) and re.search("[A-Z]", value)))
