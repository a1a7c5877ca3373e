"""2: every OpenClaw gateway answers that it lives and is ready.

By the JSON that it answers with: an unknown path is answered with a page of HTML and status 200.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.components import openclaw
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from .access import Door, Reply, Request, Silent
from .look import Look
from .result import Observation, attempt, failed, ok
from .rights import Need, through

TITLE = "gateways answer"


def needs(env: Environment, objects: Sequence[Obj]) -> list[Need]:
    return [right for name in env.openclaw.gateways for right in through(openclaw.NAMESPACE, openclaw.instance(name))]


def check(look: Look) -> Iterator[Observation]:
    for name in look.env.openclaw.gateways:
        yield from attempt(_gateway(look, name), _remedy(name))


def _gateway(look: Look, name: str) -> Iterator[Observation]:
    door = Door(openclaw.NAMESPACE, openclaw.instance(name), openclaw.PORT)
    lives, ready = look.access.call(door, Request("/healthz"), Request("/readyz"))
    if lives.status != 200 or _answer(lives, "/healthz").get("ok") is not True:
        yield failed(f"{name}: /healthz {lives.status} {lives.text[:120]}", _remedy(name))
    elif ready.status != 200 or _answer(ready, "/readyz").get("ready") is not True:
        waits = ", ".join(map(str, _answer(ready, "/readyz").get("failing", ()))) or ready.text[:120]
        yield failed(f"{name} lives and is not ready: {waits}", _remedy(name))
    else:
        yield ok(f"{name} lives and is ready")


def _answer(reply: Reply, path: str) -> Obj:
    found = reply.json()
    if not isinstance(found, dict):
        raise Silent(f"{path} answers {reply.text[:80]!r}")
    return found


def _remedy(name: str) -> str:
    return f"kubectl -n {openclaw.NAMESPACE} logs {openclaw.instance(name)}-0; docs/runbooks/OpenClawGatewayDown.md"
