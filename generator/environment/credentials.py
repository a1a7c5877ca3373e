"""Texts that have the form of a credential: refused in files that Git keeps, and never printed."""

import re

FORMS = (
    ("an AWS access key", "A[KS]IA", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a private key", "PRIVATE KEY-----", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/=][A-Za-z0-9+/=\s]*"),
    ("an API key", "sk-", r"\bsk-[A-Za-z0-9_-]{20,}"),
    ("a GitHub token", "gh[oprsu]_", r"\bgh[oprsu]_[A-Za-z0-9]{36,}"),
    ("a GitHub token", "github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{36,}"),
    ("a GitLab token", "glpat-", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("a Slack token", "xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    (
        "the address of a Slack webhook",
        "hooks.slack",
        r"\bhooks\.slack\.com/services/[A-Z0-9]+/[A-Z0-9]+/[A-Za-z0-9]{8,}",
    ),
    ("a signed token", "eyJ", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"),
    ("a password in a URL", "://", r"://[^\s/:@{}$]+:[^\s/:@{}$]{3,}@"),
)
"""Forms that their issuers document, each with what it must contain: a text with none of those is not searched."""
_HINT = re.compile("|".join(hint for _, hint, _ in FORMS))
_FORMS = [(noun, re.compile(pattern)) for noun, _, pattern in FORMS]
_NAMED = re.compile(
    r"(pass(word|wd|phrase)?|(?<!existing_)secret|(api|access|private|master|salt|encryption|signing|virtual)_?key"
    r"|(^|_)token)$",
    re.IGNORECASE,
)


def found(text: str) -> tuple[str, int] | None:
    """What a text holds that has the form of a credential, and where it begins; None where it holds none."""
    if not _HINT.search(text):
        return None
    return next(((noun, one.start()) for noun, pattern in _FORMS if (one := pattern.search(text))), None)


def form(text: str) -> str:
    """What a text holds that has the form of a credential; empty where it holds none."""
    one = found(text)
    return one[0] if one else ""


def masked(text: str) -> str:
    """The text with every such credential replaced by what it is."""
    if _HINT.search(text):
        for noun, pattern in _FORMS:
            text = pattern.sub(f"({noun}, not shown)", text)
    return text


def speaks_of_secrets(key: str) -> bool:
    """Whether a key is named as those are that hold credentials, in either spelling: `accessKey`, `access_key`."""
    return _NAMED.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).replace("-", "_")) is not None
