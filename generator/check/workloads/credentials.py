"""Texts that look like credentials: by their own form, or by the name of the key that they stand under."""

from __future__ import annotations

import re
from typing import Any

from generator.environment.problem import Path

FORMS = (
    ("an AWS access key", "A[KS]IA", r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a private key", "PRIVATE KEY-----", r"-----BEGIN ([A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/=]"),
    ("an API key", "sk-", r"\bsk-[A-Za-z0-9_-]{20,}"),
    ("a GitHub token", "gh[oprsu]_", r"\bgh[oprsu]_[A-Za-z0-9]{36,}"),
    ("a GitHub token", "github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{36,}"),
    ("a Slack token", "xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("a signed token", "eyJ", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"),
    ("a password in a URL", "://", r"://[^\s/:@{}$]+:[^\s/:@{}$]{3,}@"),
)
"""Forms that their issuers document, each with what it must contain: a text with none of those is not searched."""
_HINT = re.compile("|".join(hint for _, hint, _ in FORMS))
_FORMS = [(noun, re.compile(pattern)) for noun, _, pattern in FORMS]
_SECRET_KEY = re.compile(
    r"(pass(word|wd|phrase)?|(?<!existing_)secret|(api|access|private|master|salt|encryption|signing|virtual)_?key"
    r"|(^|_)token)$",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"env\.|os\.environ/|vault\.|file:|/|\$\{|\$\(|\{\{|<|%")
"""How configurations refer to a value elsewhere: Bifrost, LiteLLM, the collector, Kubernetes, files, templates."""

SHORTEST = 8
"""Characters below which a value is a word, not a credential."""


def form(text: str) -> str:
    """What a text holds that has the form of a credential; empty where it holds none."""
    return next((noun for noun, pattern in _FORMS if pattern.search(text)), "") if _HINT.search(text) else ""


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
        elif _is_written_out(value) and _SECRET_KEY.search(_snake(key)):
            found.append((path, "what looks like a credential"))


def _snake(key: str) -> str:
    """`accessKey` as `access_Key`, so that one pattern reads both spellings."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).replace("-", "_")


def _is_written_out(value: str) -> bool:
    """A password has no spaces and mixes kinds of characters; a name or a switch does not."""
    if len(value) < SHORTEST or _REFERENCE.match(value) or re.search(r"\s", value):
        return False
    return bool(re.search(r"\d", value) or (re.search("[a-z]", value) and re.search("[A-Z]", value)))
