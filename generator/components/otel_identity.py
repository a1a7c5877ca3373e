"""Whose a span is, and of which conversation: Langfuse looks for `user.id` and `session.id` on every span.

A user is who holds a virtual key of the LLM gateway, and of an agent its gateway: people are not told apart, since no
sender names them.  OpenClaw tells no session: a turn of its agent is one trace, with the calls that it makes in it.
Callers of the API name theirs: to Bifrost in the header `x-bf-session-id`, to LiteLLM in `x-litellm-session-id`.
"""

from __future__ import annotations

import json

from generator.kubernetes.objects import Obj

SESSION, USER = "session.id", "user.id"
BOTH = (SESSION, USER)
AGENTS = "openclaw-gateway"
"""`service.name` of the OpenClaw gateways."""
ONE_TRACE = "bifrost"
"""`service.name` of the sender whose every export is one trace, with the session on its first span alone."""
KEY_NAME = "litellm.metadata.user_api_key_alias"
"""The name of a virtual key, which sounds like the key itself."""
SOURCES = (
    (SESSION, "gen_ai.conversation.id"),
    (USER, "gen_ai.virtual_key_name"),
    (USER, KEY_NAME),
)
"""What is said, and the attribute in which Bifrost (2.6) or LiteLLM (1.109) says it."""


def identities() -> list[Obj]:
    """Statements for the transform processor; each group sees every span before the next begins."""
    said = [f"set({span(to)}, {span(source)}) where {span(to)} == nil" for to, source in SOURCES]
    said.append(f'set({span(USER)}, resource.attributes["k8s.pod.name"]) where {sent_by(AGENTS)}')
    # Carried by the resource from the span that has it to those of the same trace that have not.
    said += [f"set({resource(key)}, {span(key)}) where {sent_by(ONE_TRACE)} and {span(key)} != nil" for key in BOTH]
    spread = [f"set({span(key)}, {resource(key)}) where {sent_by(ONE_TRACE)} and {span(key)} == nil" for key in BOTH]
    cleared = [f"delete_key(resource.attributes, {json.dumps(key)}) where {sent_by(ONE_TRACE)}" for key in BOTH]
    return [
        {"context": "span", "statements": said},
        {"context": "span", "statements": spread},
        {"context": "resource", "statements": cleared},
    ]


def span(key: str) -> str:
    return f"span.attributes[{json.dumps(key)}]"


def resource(key: str) -> str:
    return f"resource.attributes[{json.dumps(key)}]"


def sent_by(service: str) -> str:
    return f"{resource('service.name')} == {json.dumps(service)}"
