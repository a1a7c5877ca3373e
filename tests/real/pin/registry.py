"""The registry program itself on loopback, and whoever gives out its tokens."""

import base64
import contextlib
import json
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.real import process
from tests.real.loopback import Quiet, Server, serving
from tests.real.upstream.authority import Authority
from tools.programs import Program

ISSUER, SERVICE = "tokens-of-the-test", "registry-of-the-test"
PRIVATE = "private/"
"""Repositories below it are for whoever shows PASSWORD."""
PASSWORD = base64.b64encode(b"somebody:a-password").decode()

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Registry:
    """A running registry."""

    host: str
    tokens: "Tokens"
    process: process.Process

    def put(self, path: str, name: str, content: bytes, kind: str) -> str:
        """Sends a manifest; gives the digest that the registry says it has."""
        return self._send("PUT", path, name, content, kind)["docker-content-digest"]

    def upload(self, name: str, content: bytes, digest: str) -> None:
        place = self._send("POST", f"/v2/{name}/blobs/uploads/", name, b"", "application/octet-stream")["location"]
        parts = urlsplit(place)
        query = f"{parts.query}&digest={digest}" if parts.query else f"digest={digest}"
        self._send("PUT", f"{parts.path}?{query}", name, content, "application/octet-stream")

    def _send(self, method: str, path: str, name: str, content: bytes, kind: str) -> dict[str, str]:
        token = self.tokens.signed(name, ["pull", "push"])
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
        request = urllib.request.Request(f"http://{self.host}{path}", content, headers, method=method)
        with _DIRECT.open(request, timeout=10) as answer:
            return {header.lower(): value for header, value in answer.headers.items()}


class Tokens:
    """Signs tokens: to pull what is public for anybody, what is private for whoever shows the password."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.asked: list[str] = []
        """Scopes that were asked for."""
        self._made: dict[tuple[str, ...], str] = {}
        self.server = Server(self, _Handler)

    def signed(self, name: str, actions: Sequence[str]) -> str:
        """A token that is good for five minutes; made once."""
        if (name, *actions) not in self._made:
            self._made[name, *actions] = self._signed(name, actions)
        return self._made[name, *actions]

    def _signed(self, name: str, actions: Sequence[str]) -> str:
        """A JSON Web Token with its certificate (the registry's documentation, token authentication specification)."""
        certificate = ssl.PEM_cert_to_DER_cert(self.authority.certificate.read_text())
        head = {"typ": "JWT", "alg": "ES256", "x5c": [base64.b64encode(certificate).decode()]}
        now = int(time.time())
        access = [{"type": "repository", "name": name, "actions": list(actions)}] if actions else []
        body = {"iss": ISSUER, "aud": SERVICE, "sub": "", "nbf": now - 5, "iat": now, "exp": now + 300}
        text = f"{_url_safe(json.dumps(head).encode())}.{_url_safe(json.dumps(body | {'access': access}).encode())}"
        command = ["openssl", "dgst", "-sha256", "-sign", str(self.authority.key)]
        signature = subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout
        return f"{text}.{_url_safe(_raw(signature))}"

    def answer(self, scope: str, authorization: str) -> str:
        self.asked.append(scope)
        _, name, actions = scope.split(":")
        allowed = not name.startswith(PRIVATE) or authorization == f"Basic {PASSWORD}"
        return self.signed(name, ["pull"] if allowed and "pull" in actions else [])


@contextlib.contextmanager
def running(program: Program, folder: Path) -> Iterator[Registry]:
    """An empty registry, whose files lie in `folder`."""
    tokens = Tokens(Authority.create(folder))
    host = f"127.0.0.1:{process.free_port()}"
    config = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(folder / "images")}},
        "http": {"addr": host},
        "log": {"level": "warn"},
        "auth": {
            "token": {
                "realm": f"http://127.0.0.1:{tokens.server.server_port}/token",
                "service": SERVICE,
                "issuer": ISSUER,
                "rootcertbundle": str(tokens.authority.certificate),
            }
        },
    }
    file = folder / "config.json"
    file.write_text(json.dumps(config))
    command = [*program.argv, "serve", str(file)]
    with (
        serving(tokens.server),
        process.start("docker-registry", command, env={}, cwd=folder, log=folder / "registry.log") as started,
    ):
        started.wait_until(lambda: process.http_status(f"http://{host}/v2/") == 401, 20, "an answer")
        yield Registry(host, tokens, started)


class _Handler(Quiet):
    server: Server[Tokens]

    def do_GET(self) -> None:  # noqa: N802
        [scope] = parse_qs(urlsplit(self.path).query)["scope"]
        token = self.server.owner.answer(scope, self.headers.get("Authorization", ""))
        content = json.dumps({"token": token}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _url_safe(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _raw(signature: bytes) -> bytes:
    """Two numbers in DER as the 64 bytes that a token has."""
    numbers, rest = [], signature[2:]
    while rest:
        size = rest[1]
        numbers.append(int.from_bytes(rest[2 : 2 + size], "big").to_bytes(32, "big"))
        rest = rest[2 + size :]
    return b"".join(numbers)
