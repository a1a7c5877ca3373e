"""Texts that have the form of a credential: refused in files that Git keeps, and never printed."""

import re
from collections.abc import Iterator

FORMS = (
    ("an AWS access key", ("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    (
        "a private key",
        ("PRIVATE KEY-----",),
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/=][A-Za-z0-9+/=\s]*",
    ),
    ("an API key", ("sk-",), r"\bsk-[A-Za-z0-9_-]{20,}"),
    ("a GitHub token", ("gho_", "ghp_", "ghr_", "ghs_", "ghu_"), r"\bgh[oprsu]_[A-Za-z0-9]{36,}"),
    ("a GitHub token", ("github_pat_",), r"\bgithub_pat_[A-Za-z0-9_]{36,}"),
    ("a GitLab token", ("glpat-",), r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("a Slack token", ("xox",), r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    (
        "the address of a Slack webhook",
        ("hooks.slack.com/services/",),
        r"\bhooks\.slack\.com/services/[A-Z0-9]+/[A-Z0-9]+/[A-Za-z0-9]{8,}",
    ),
    ("a signed token", ("eyJ",), r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"),
    ("a password in a URL", ("://",), r"://[^\s/:@{}$]+:[^\s/:@{}$]{3,}@"),
)
"""Forms that their issuers document, each with texts of which it holds one: those are looked for first, and fast."""
_FORMS = [(noun, hints, re.compile(pattern)) for noun, hints, pattern in FORMS]
_NAMED = re.compile(
    r"(pass(word|wd|phrase)?|(?<!existing_)secret|(api|access|private|master|salt|encryption|signing|virtual)_?key"
    r"|(^|_)token)$",
    re.IGNORECASE,
)


def found(text: str) -> tuple[str, int] | None:
    """What a text holds that has the form of a credential, and where it begins; None where it holds none."""
    return next(((noun, one.start()) for noun, pattern in _possible(text) if (one := pattern.search(text))), None)


def form(text: str) -> str:
    """What a text holds that has the form of a credential; empty where it holds none."""
    one = found(text)
    return one[0] if one else ""


def masked(text: str) -> str:
    """The text with every such credential replaced by what it is."""
    for noun, pattern in _possible(text):
        text = pattern.sub(f"({noun}, not shown)", text)
    return text


def _possible(text: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    return ((noun, pattern) for noun, hints, pattern in _FORMS if any(hint in text for hint in hints))


def speaks_of_secrets(key: str) -> bool:
    """Whether a key is named as those are that hold credentials, in either spelling: `accessKey`, `access_key`."""
    return _NAMED.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).replace("-", "_")) is not None
