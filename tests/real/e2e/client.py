"""A caller of an OpenAI-compatible API: what it was told, and whether it was told that it was the whole."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 150
"""Seconds without a byte: longer than every timeout of the path, so that the caller is never the first to give up."""


@dataclass
class Answer:
    """What came back."""

    status: int
    """0 when the connection broke before there was one."""
    headers: Mapping[str, str]
    """Names in lower case."""
    text: str = ""
    """What the model said, as far as it came."""
    finish: str | None = None
    """Why the model ended; None when nobody said that it did."""
    error: str = ""
    """What went wrong: the body of a refusal, an error event, or how the connection broke."""
    done: bool = False
    """A stream that closed with `[DONE]`."""
    raw: str = ""

    @property
    def is_complete(self) -> bool:
        """The caller may take the text for all that the model said."""
        return self.status == 200 and self.finish == "stop" and not self.error

    def __str__(self) -> str:
        return f"{self.status} {self.text!r} finish={self.finish} error={self.error[:300]!r}"


def ask(url: str, model: str, prompt: str, *, stream: bool, headers: Mapping[str, str]) -> Answer:
    """One chat completion."""
    body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": prompt}]}
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return post(f"{url}/v1/chat/completions", body, headers)


def post(url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
    """Send a JSON document and read the answer, whole or in events."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)
    answer = Answer(0, {})
    try:
        connection.request("POST", parts.path, json.dumps(body), {"Content-Type": "application/json", **headers})
        response = connection.getresponse()
        answer = Answer(response.status, {name.lower(): value for name, value in response.getheaders()})
        if "text/event-stream" in answer.headers.get("content-type", ""):
            _events(answer, response)
        else:
            answer.raw = response.read().decode()
            _whole(answer)
    except (http.client.HTTPException, OSError) as broken:
        answer.error = f"{type(broken).__name__}: {broken}"
    finally:
        connection.close()
    return answer


def _whole(answer: Answer) -> None:
    if answer.status != 200:
        answer.error = answer.raw
        return
    choice = json.loads(answer.raw)["choices"][0]
    answer.text, answer.finish = choice["message"]["content"], choice["finish_reason"]


def _events(answer: Answer, response: http.client.HTTPResponse) -> None:
    while line := response.readline().decode():
        answer.raw += line
        if not line.startswith("data:"):
            continue
        content = line.removeprefix("data:").strip()
        if content == "[DONE]":
            answer.done = True
            continue
        event = json.loads(content)
        if event.get("error"):
            answer.error = content
        for choice in event.get("choices") or []:
            answer.text += (choice.get("delta") or {}).get("content") or ""
            answer.finish = choice.get("finish_reason") or answer.finish
