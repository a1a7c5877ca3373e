"""Calls to a running gateway."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from tests.real.upstream import Upstream

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

PATIENCE = 60
"""Seconds for an answer on a machine with other work."""


def chat(url: str, key: str, model: str, text: str, **headers: str) -> tuple[int, Any]:
    """Status and parsed answer of one completion, asked for with a virtual key."""
    body = {"model": model, "messages": [{"role": "user", "content": text}]}
    return post(f"{url}/v1/chat/completions", body, {"Authorization": f"Bearer {key}", **headers})


def last_chat(upstream: Upstream) -> str:
    """The model, by its provider's name, that was last asked for a completion."""
    return [request.model for request in upstream.requests if request.operation.startswith("chat")][-1]


def post(url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[int, Any]:
    """Status and parsed answer of a JSON request; an answer that is not JSON comes as text."""
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})
    try:
        with _DIRECT.open(request, timeout=PATIENCE) as response:
            return response.status, _parsed(response.read())
    except urllib.error.HTTPError as answer:
        return answer.code, _parsed(answer.read())


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")
