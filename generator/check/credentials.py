"""Texts that look like credentials: by their own form, or by the name of the key that they stand under."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from generator.environment.problem import Path

FORMS = (
    ("an AWS access key", ("AKIA", "ASIA"), re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a private key", ("PRIVATE KEY-----",), re.compile(r"-----BEGIN ([A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/=]")),
    ("an API key", ("sk-",), re.compile(r"\bsk-[A-Za-z0-9_-]{20,}")),
    ("a GitHub token", ("ghp_", "gho_", "ghs_", "ghr_", "ghu_"), re.compile(r"\bgh[oprsu]_[A-Za-z0-9]{36,}")),
    ("a GitHub token", ("github_pat_",), re.compile(r"\bgithub_pat_[A-Za-z0-9_]{36,}")),
    ("a Slack token", ("xox",), re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}")),
    ("a signed token", ("eyJ",), re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+")),
    ("a password in a URL", ("://",), re.compile(r"://[^\s/:@{}$]+:[^\s/:@{}$]{3,}@")),
)
"""Forms that their issuers document, each with what it must contain: a text without that is not searched."""

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
    return next(
        (noun for noun, needles, form in FORMS if any(one in text for one in needles) and form.search(text)), ""
    )


def written_down(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Where data holds a credential, and what it looks like.

    A text counts by its form, or where it stands under a key that speaks of secrets and refers to no other place.
    """
    if isinstance(value, dict):
        for key, child in value.items():
            yield from written_down(child, (*path, str(key)))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from written_down(child, (*path, index))
    elif isinstance(value, str):
        key = next((step for step in reversed(path) if isinstance(step, str)), "")
        if noun := form(value):
            yield path, noun
        elif _SECRET_KEY.search(_snake(key)) and _is_written_out(value):
            yield path, "what looks like a credential"


def _snake(key: str) -> str:
    """`accessKey` as `access_Key`, so that one pattern reads both spellings."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).replace("-", "_")


def _is_written_out(value: str) -> bool:
    """A password has no spaces and mixes kinds of characters; a name or a switch does not."""
    if len(value) < SHORTEST or _REFERENCE.match(value) or re.search(r"\s", value):
        return False
    return bool(re.search(r"\d", value) or (re.search("[a-z]", value) and re.search("[A-Z]", value)))
