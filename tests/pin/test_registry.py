"""Answers that registries may give, recorded by a seam below HTTP: none of them becomes a digest that is not there."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest

from generator.pin import registry
from generator.pin.reference import reference
from generator.pin.registry import NotAsked, NotThere, Registries

IMAGE = reference("registry.example.com/team/tool", "1.2.3")
URL = "https://registry.example.com/v2/team/tool"
INDEX = json.dumps(
    {"manifests": [{"platform": {"os": "linux", "architecture": name}} for name in ("arm64", "amd64", "unknown")]}
).encode()
DIGEST = f"sha256:{hashlib.sha256(INDEX).hexdigest()}"
TOKEN = 'Bearer realm="https://auth.example.com/token",service="registry.example.com",scope="repository:team/tool:pull"'

Answers = dict[tuple[str, str], list[registry._Answer]]


def answer(status: int = 200, body: bytes = b"", **headers: str) -> registry._Answer:
    return registry._Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


class Recorded:
    """Plays answers back, the last one again and again, and keeps what was sent."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.sent: list[tuple[str, str, str]] = []

    def __call__(self, method: str, url: str, accept: tuple[str, ...], authorization: str) -> registry._Answer:
        self.sent.append((method, url, authorization))
        found = self.answers[method, url]
        return found.pop(0) if len(found) > 1 else found[0]


def resolving(monkeypatch: pytest.MonkeyPatch, answers: Answers, config: Mapping[str, Any] | None = None) -> Recorded:
    made = Recorded(answers)
    monkeypatch.setattr(registry, "_http", made)
    found = Registries(config or {}).resolve(IMAGE)
    assert (found.digest, found.platforms) == (DIGEST, ("linux/amd64", "linux/arm64"))
    return made


GOOD: Answers = {
    ("HEAD", f"{URL}/manifests/1.2.3"): [answer(docker_content_digest=DIGEST)],
    ("GET", f"{URL}/manifests/{DIGEST}"): [answer(body=INDEX)],
}


def test_an_open_registry_is_asked_twice_without_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    made = resolving(monkeypatch, {**GOOD})
    assert [(method, authorization) for method, _, authorization in made.sent] == [("HEAD", ""), ("GET", "")]


@pytest.mark.parametrize("field", ["token", "access_token"])
def test_a_token_is_got_where_the_registry_says_and_used_from_then_on(
    monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    where = "https://auth.example.com/token?service=registry.example.com&scope=repository%3Ateam%2Ftool%3Apull"
    head = [answer(401, www_authenticate=TOKEN), answer(docker_content_digest=DIGEST)]
    answers = {**GOOD, ("HEAD", f"{URL}/manifests/1.2.3"): head, ("GET", where): [answer(body=_token(field))]}
    made = resolving(monkeypatch, answers)
    assert [authorization for _, _, authorization in made.sent] == ["", "", "Bearer t", "Bearer t"]


def _token(field: str) -> bytes:
    return json.dumps({field: "t"}).encode()


def test_a_registry_that_wants_a_password_gets_the_kept_one(monkeypatch: pytest.MonkeyPatch) -> None:
    head = [answer(401, www_authenticate='Basic realm="x"'), answer(docker_content_digest=DIGEST)]
    config = {"auths": {"registry.example.com": {"auth": "c2VjcmV0"}}}
    made = resolving(monkeypatch, {**GOOD, ("HEAD", f"{URL}/manifests/1.2.3"): head}, config)
    assert made.sent[-1][2] == "Basic c2VjcmV0"


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ([answer(404)], "registry.example.com has no team/tool:1.2.3"),
        ([answer(403)], "refuses team/tool with 403"),
        ([answer(401, www_authenticate='Basic realm="x"')], "docker login registry.example.com"),
        ([answer(401, www_authenticate='Bearer realm="http://auth.example.com/t"')], "which is no https address"),
        ([answer(401, www_authenticate="Bearer")], "which is no https address"),
        ([answer(429, retry_after="60")], "too many requests, try again in 60 s"),
        ([answer(503)], "registry.example.com answers 503"),
        ([answer()], "names no sha256 digest"),
        ([answer(docker_content_digest="sha512:abc")], "names no sha256 digest"),
    ],
)
def test_what_is_no_answer_is_said_and_is_no_digest(
    monkeypatch: pytest.MonkeyPatch, head: list[registry._Answer], told: str
) -> None:
    monkeypatch.setattr(registry, "_http", Recorded({("HEAD", f"{URL}/manifests/1.2.3"): head}))
    with pytest.raises((NotThere, NotAsked), match=told):
        Registries().resolve(IMAGE)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (INDEX + b" ", "sends other bytes than"),
        (b"", "sends other bytes than"),
    ],
)
def test_bytes_that_the_digest_does_not_name_are_not_believed(
    monkeypatch: pytest.MonkeyPatch, body: bytes, told: str
) -> None:
    answers = {**GOOD, ("GET", f"{URL}/manifests/{DIGEST}"): [answer(body=body)]}
    monkeypatch.setattr(registry, "_http", Recorded(answers))
    with pytest.raises(NotAsked, match=told):
        Registries().resolve(IMAGE)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}"])
def test_a_document_that_is_no_manifest_is_not_believed(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    answers = {
        ("HEAD", f"{URL}/manifests/1.2.3"): [answer(docker_content_digest=digest)],
        ("GET", f"{URL}/manifests/{digest}"): [answer(body=body)],
    }
    monkeypatch.setattr(registry, "_http", Recorded(answers))
    with pytest.raises(NotAsked, match=r"is no JSON document|neither an index nor a manifest"):
        Registries().resolve(IMAGE)
