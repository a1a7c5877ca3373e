"""Where alerts arrive, on loopback: Slack's incoming webhook, SNS, and a witness that Alertmanager tells all there is.

with receiver() as told:
    told.wait(lambda messages: any(one.way == "slack" for one in messages), 30, "a message in Slack")
"""

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs

from tests.real.loopback import Quiet, Server, serving

SLACK, SNS, WITNESS = "/services/slack", "/", "/witness"
"""Paths: of a webhook whose address nobody else knows, of the API of SNS, and of Alertmanager's own webhooks."""
SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/(?P<region>[a-z0-9-]+)/sns/aws4_request,.*")
SUBJECT = re.compile(r"[!-~][ -~]{0,99}")
"""ASCII, at most 100 characters, no line break (API reference of SNS, Publish)."""
PUBLISHED = (
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId>'
    "</PublishResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></PublishResponse>"
)
REFUSED = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{code}</Message></Error></ErrorResponse>"
)

Way = Literal["slack", "sns", "witness"]


class Refused(Exception):
    """What the real receiver would answer 400 or 403, with its reason."""


@dataclass(frozen=True)
class Message:
    """One notification."""

    way: Way
    to: str
    """The channel, the topic, or the name of Alertmanager's receiver."""
    title: str
    text: str
    link: str = ""
    """Where the title leads; SNS has none."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What all alerts of the message have in common; the witness alone is told."""
    annotations: Mapping[str, str] = field(default_factory=dict)


class Receiver:
    """What arrived.  Made by `receiver`."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._messages: list[Message] = []
        self._refusals: list[str] = []
        self.server = Server(self, _Handler)

    @property
    def url(self) -> str:
        """Without a path."""
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def messages(self) -> list[Message]:
        """What was accepted, in the order of arrival."""
        with self._changed:
            return list(self._messages)

    @property
    def refusals(self) -> list[str]:
        """Why something was refused."""
        with self._changed:
            return list(self._refusals)

    def wait(self, condition: Callable[[list[Message]], bool], timeout: float, what: str) -> list[Message]:
        """The messages, as soon as the condition holds of them.  Raises AssertionError after `timeout` s."""
        with self._changed:
            if self._changed.wait_for(lambda: condition(self._messages), timeout):
                return list(self._messages)
            seen = [f"{one.way}: {one.title}" for one in self._messages]
            raise AssertionError(f"not within {timeout:g} s: {what}; received {seen}, refused {self._refusals}")

    def take(self, path: str, headers: Mapping[str, str], body: str) -> None:
        """Keeps one request as messages; raises Refused."""
        read = {SLACK: _slack, SNS: _sns, WITNESS: _witness}.get(path)
        try:
            if read is None:
                raise Refused(f"nobody is at {path}")
            found = read(headers, body)
        except Refused as refused:
            with self._changed:
                self._refusals.append(str(refused))
            raise
        with self._changed:
            self._messages += found
            self._changed.notify_all()


def _slack(headers: Mapping[str, str], body: str) -> list[Message]:
    try:
        said = json.loads(body)
    except ValueError:
        raise Refused("invalid_payload") from None
    attachments = said.get("attachments") or []
    if not said.get("text") and not any(one.get("text") or one.get("fallback") for one in attachments):
        raise Refused("no_text")
    return [
        Message("slack", said.get("channel", ""), one["title"], one["text"], one.get("title_link", ""))
        for one in attachments
    ]


def _sns(headers: Mapping[str, str], body: str) -> list[Message]:
    said = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
    signed = SIGNED.fullmatch(headers.get("authorization", ""))
    if not signed or said.get("Action") != "Publish":
        raise Refused("MissingAuthenticationToken")
    topic = said.get("TopicArn", "")
    if topic.split(":")[3:4] != [signed["region"]] or not said.get("Message"):
        raise Refused("InvalidParameter")
    if not SUBJECT.fullmatch(said.get("Subject", "")):
        raise Refused("InvalidParameter: Subject")
    return [Message("sns", topic, said["Subject"], said["Message"])]


def _witness(headers: Mapping[str, str], body: str) -> list[Message]:
    said: dict[str, Any] = json.loads(body)
    labels, notes = said["commonLabels"], said["commonAnnotations"]
    title = f"{said['status'].upper()}: {labels.get('alertname', 'several')}"
    return [Message("witness", said["receiver"], title, notes.get("summary", ""), "", labels, notes)]


@contextlib.contextmanager
def receiver() -> Iterator[Receiver]:
    """One that lives as long as the block."""
    made = Receiver()
    with serving(made.server):
        yield made


class _Handler(Quiet):
    server: Server[Receiver]

    def do_POST(self) -> None:  # noqa: N802  # as http.server calls it
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        try:
            self.server.owner.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        except Refused as refused:
            self._send(400, REFUSED.format(code=refused) if self.path == SNS else str(refused))
        else:
            self._send(200, PUBLISHED if self.path == SNS else "ok")

    def _send(self, status: int, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/xml" if self.path == SNS else "text/plain")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
