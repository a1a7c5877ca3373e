"""How OpenClaw ends, behind the load balancer and in front of a real LLM gateway: what its drills share."""

from collections.abc import Mapping
from pathlib import Path

from tests.real import addresses, manifests, mapping
from tests.real.drain.replies import Call, Caller, bearer
from tests.real.stack import Stack

PERSON = "person-of-the-tests"
WARM = 120
"""Seconds for the first turn, which loads much code."""


def start(here: Stack) -> None:
    """Start the gateway by the file that the rendered command names."""
    here.openclaw.argv = argv(here)
    here.openclaw.start()


def argv(here: Stack) -> list[str]:
    """The rendered command: the catalogue's begins with the launcher in front of the file that it names."""
    node, launcher, *words = here.openclaw.argv
    server = Path(manifests.container(here.environment, here.gateway)["args"][1])
    return [node, str(Path(launcher).parent / server.relative_to("/app")), *words]


def turn(here: Stack) -> int:
    """The longest turn in seconds, as rendered."""
    return int(addresses.openclaw(here.environment, here.gateway)["agents"]["defaults"]["timeoutSeconds"])


def caller(here: Stack) -> Caller:
    """A program with the gateway's token; where people sign in at the load balancer, one of them."""
    auth = addresses.openclaw(here.environment, here.gateway)["gateway"]["auth"]
    if auth["mode"] == "token":
        return Caller(here.url(here.gateway), bearer(mapping.SECRETS["token"]))
    proxy = auth["trustedProxy"]
    said = dict.fromkeys(proxy["requiredHeaders"], "https") | {proxy["userHeader"]: PERSON}
    return Caller(here.url(here.gateway), said | {"X-Forwarded-For": "203.0.113.9"})


def session(name: str) -> Mapping[str, str]:
    """The header that names a conversation."""
    return {"x-openclaw-session-key": name}


def ask(here: Stack, name: str, conversation: str) -> Call:
    """A short reply, all of it."""
    return caller(here).ask(name, "openclaw", headers=session(conversation)).join(WARM)
