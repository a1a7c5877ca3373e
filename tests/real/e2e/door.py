"""The load balancer, played from the rendered Ingresses: it matches, checks, adds its headers and forwards.

Rules and headers as Elastic Load Balancing documents them ("Authenticate users using an Application Load Balancer",
"HTTP headers and Application Load Balancers").  Where the documentation leaves open what becomes of a header that the
caller has forged, it is passed on.  Signatures are not played: a session and a token count as good by their name.
"""

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.real import manifests
from tests.real.e2e.websocket import PATIENCE, Greeting, connect

ADDRESS, ELSEWHERE = "127.0.0.1", "127.0.0.2"
"""Of the load balancer, which is what the gateways here trust, and of anybody else."""
CALLER = "203.0.113.9"
GOOD_TOKEN = "a-token-that-the-load-balancer-finds-good"
PREFIX = "alb.ingress.kubernetes.io/"

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Rule:
    """One path of one host."""

    host: str
    exact: bool
    path: str
    service: str
    annotations: Headers
    """Of its Ingress, without their prefix."""

    def matches(self, host: str, path: str) -> bool:
        inside = path == self.path if self.exact else self.path == "/" or f"{path}/".startswith(f"{self.path}/")
        return host == self.host and inside


@dataclass(frozen=True)
class Answer:
    """What a caller got."""

    status: int
    forwarded: bool
    """Whether a gateway has heard of the request."""
    body: str = ""


@dataclass(frozen=True)
class Door:
    """The load balancer of an environment before one gateway, which listens on a port of this machine."""

    environment: str
    port: int

    def get(self, host: str, path: str, *, session: str = "", headers: Headers | None = None) -> Answer:
        """A request over HTTPS; `session` is the `sub` of who has signed in."""
        verdict = self._verdict(host, path, session, headers or {})
        return ask(self.port, path, verdict, ADDRESS) if isinstance(verdict, dict) else verdict

    def websocket(
        self, host: str, path: str, scopes: list[str], *, session: str = "", headers: Headers | None = None
    ) -> Greeting:
        """An upgrade; what is checked is the request that asks for it."""
        verdict = self._verdict(host, path, session, headers or {})
        if isinstance(verdict, Answer):
            return Greeting(verdict.status)
        return connect(self.port, path, verdict, scopes=scopes, source=ADDRESS)

    def _verdict(self, host: str, path: str, session: str, headers: Headers) -> dict[str, str] | Answer:
        """The headers with which a request is forwarded, or what the load balancer answers itself."""
        rule = next((rule for rule in rules(self.environment) if rule.matches(host, path)), None)
        if rule is None:
            return Answer(404, forwarded=False)
        if action := rule.annotations.get(f"actions.{rule.service}"):
            fixed = json.loads(action)["fixedResponseConfig"]
            return Answer(int(fixed["statusCode"]), forwarded=False, body=fixed["messageBody"])
        if "jwt-validation" in rule.annotations and headers.get("Authorization") != f"Bearer {GOOD_TOKEN}":
            return Answer(401, forwarded=False)
        if rule.annotations.get("auth-type") in ("cognito", "oidc"):
            if not session:
                return Answer(302, forwarded=False)
            headers = {**headers, **signed_in(session)}
        return {**headers, "Host": host, **forwarded()}


def signed_in(subject: str) -> dict[str, str]:
    """What the load balancer says of a person; the claims are signed, but nobody reads them."""
    return {
        "x-amzn-oidc-accesstoken": "access",
        "x-amzn-oidc-data": "claims",
        "x-amzn-oidc-identity": subject,
    }


def forwarded() -> dict[str, str]:
    """What it says of the connection."""
    return {
        "X-Forwarded-For": CALLER,
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
        "X-Amzn-Trace-Id": "Root=1-67891233-abcdef012345678912345678",
    }


def rules(environment: str) -> Iterator[Rule]:
    """In the order of the listener: by the order of the Ingresses, and within one exact paths first."""
    found = [obj for obj in manifests.objects(environment, "ingress") if obj["kind"] == "Ingress"]
    for ingress in sorted(
        found, key=lambda obj: (int(_annotations(obj).get("group.order", "0")), obj["metadata"]["name"])
    ):
        for rule in ingress["spec"]["rules"]:
            for path in sorted(rule["http"]["paths"], key=lambda one: one["pathType"] != "Exact"):
                service = path["backend"]["service"]["name"]
                exact = path["pathType"] == "Exact"
                yield Rule(rule["host"], exact, path["path"], service, _annotations(ingress))


def host_of(environment: str, service: str) -> str:
    """Where a gateway is published."""
    [host] = {rule.host for rule in rules(environment) if rule.service == service}
    return host


def ask(port: int, path: str, headers: Headers, source: str) -> Answer:
    """A request to the gateway itself, from an address of the loopback."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE, source_address=(source, 0))
    try:
        connection.request("GET", path, headers=dict(headers))
        response = connection.getresponse()
        return Answer(response.status, forwarded=True, body=response.read().decode())
    finally:
        connection.close()


def _annotations(obj: manifests.Obj) -> dict[str, str]:
    return {key.removeprefix(PREFIX): value for key, value in obj["metadata"].get("annotations", {}).items()}
