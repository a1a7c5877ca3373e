"""What telemetry must not carry: secrets, personal numbers, prompts where they do not belong, and costs told twice.

Patterns are RE2, the dialect of Go.  A `$` would have to be doubled in the collector's configuration; none is used.
"""

from __future__ import annotations

import json

from generator.kubernetes.objects import Obj

from .otel_identity import AGENTS, KEY_NAME

SECRET_KEYS = (
    r"(?i)(api[_.-]?key|access[_.-]?key|private[_.-]?key|authorization|cookie|credential|passw(or)?d|secret)",
    # Singular and last: `gen_ai.usage.input_tokens` is a number that costs are made from.
    r"(?i)(access|auth|bearer|id|refresh|session|setup)[_.-]?token\z",
)
"""Attributes whose value is hidden whatever it is."""

AWS_SECRET = r"[\\\"'\s:=]+[A-Za-z0-9/+]{40}"
SECRET_VALUES = (
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",  # e-mail addresses
    # Payment cards, and Korean resident numbers.
    r"\b(?:(?:4[0-9]{3}|5[1-5][0-9]{2})(?:[ -]?[0-9]{4}){3}|3[47][0-9]{13}"
    r"|[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])-[1-8][0-9]{6})\b",
    r"\bsk-[A-Za-z0-9_-]{20,}",  # virtual keys, Langfuse, Anthropic, OpenAI; not `task-...`
    r"Bearer\s+[A-Za-z0-9._~+/=-]{20,}",
    r"bearer\s+[A-Za-z0-9._~+/=-]{20,}",
    r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+",  # JSON Web Tokens
    r"A[KS]IA[0-9A-Z]{16}",
    rf"secret_access_key{AWS_SECRET}",
    rf"SECRET_ACCESS_KEY{AWS_SECRET}",
    rf"secretAccessKey{AWS_SECRET}",
    rf"SecretAccessKey{AWS_SECRET}",
    r"IQoJ[A-Za-z0-9/+=]{100,}",  # AWS session tokens
    r"gh[opsru]_[A-Za-z0-9]{36,}",
    r"github_pat_[A-Za-z0-9_]{36,}",
    r"xox[abeoprs]-[A-Za-z0-9-]{10,}",  # Slack
    # Up to its end; of a truncated key, what looks like base64.  Line breaks may be the escapes of a JSON string.
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"(?:[^\"]*?-----END [A-Z ]*PRIVATE KEY-----|[A-Za-z0-9+/=\\\s]*)",
)
"""Secrets and personal numbers that are told by their form.

A pattern that starts with letters costs next to nothing, any other 2 to 5 ms of CPU for 100 KB of prompt: hence the two
spellings of a word where `(?i)` would do.
"""

CONTENT = (
    r"^(gen_ai\.(input|output|prompt|completion|content|event\.content|system_instructions|raw_request|raw_response)"
    r"|gen_ai\.tool\.(call\.(arguments|result)|definitions)|gen_ai\.request\.(prompt|instructions|tools)"
    r"|gen_ai\.responses\.(reasoning|tools)|(input|output)\.value|llm\."
    r"|langfuse\.(observation|trace)\.(input|output)|openclaw\.content)"
)
"""Attributes that hold prompts and answers, as OpenClaw, Bifrost and LiteLLM name them.

LiteLLM repeats each field of a provider's request and reply as `llm.<provider>.<field>`: all of `llm.` goes.
"""
USAGE = r"^gen_ai\.usage\."
"""Attributes from which Langfuse makes costs."""
ATTRIBUTE_LENGTH = 4096
"""Longest attribute, in bytes, that X-Ray gets: it refuses spans above 200 KB."""


def redaction() -> Obj:
    """The processor that hides secrets in attributes and log lines."""
    return {
        "allow_all_keys": True,
        "ignored_keys": [KEY_NAME],
        "blocked_key_patterns": list(SECRET_KEYS),
        "blocked_values": list(SECRET_VALUES),
        # Also lists and maps: left out, secrets inside them would pass.
        "redact_all_types": True,
        # Its count of hidden values would be a new label of metrics.
        "summary": "silent",
    }


def without_secrets() -> list[str]:
    """Names and status messages, where the redaction processor does not look: providers repeat keys in errors."""
    pattern = literal("|".join(f"(?:{value})" for value in SECRET_VALUES))
    return [f'replace_pattern({text}, {pattern}, "****")' for text in ("span.name", "span.status.message")]


def without_usage() -> list[str]:
    """The LLM gateway reports the same call; counted twice, it would cost twice."""
    agents = f'resource.attributes["service.name"] == {literal(AGENTS)}'
    return [f"delete_matching_keys(span.attributes, {literal(USAGE)}) where {agents}"]


def without_content() -> list[Obj]:
    """A group for each context: one list would run for span events alone, and spans without any keep their prompts."""
    dropped, content = "delete_matching_keys({}.attributes, {})", literal(CONTENT)
    truncated = f"truncate_all(span.attributes, {ATTRIBUTE_LENGTH})"
    return [
        {"context": "span", "statements": [dropped.format("span", content), truncated]},
        {"context": "spanevent", "statements": [dropped.format("spanevent", content)]},
    ]


def literal(text: str) -> str:
    """A string of the transformation language (OTTL), which escapes as JSON does."""
    return json.dumps(text)
