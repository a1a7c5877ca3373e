"""3: the LLM gateway knows the models that the environment names, as each gateway's virtual key sees them.

Read with the key from the gateway's own Secret, which holds less than the LLM gateway's.  Bifrost lists models below
their providers, and has `auto` as rules that no listing shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.components import llm_engine, llm_gateway, openclaw
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from .access import Door, Request, Silent
from .look import Look
from .result import Observation, attempt, failed, ok
from .rights import Need, Right, through

TITLE = "models are routed"
REMEDY = "kubectl -n llm-gateway logs deployment/llm-gateway; docs/runbooks/LlmGatewayDown.md"
DOOR = Door(llm_gateway.NAMESPACE, llm_gateway.NAME, llm_gateway.PORT)


def needs(env: Environment, objects: Sequence[Obj]) -> list[Need]:
    secrets = [
        Right(openclaw.NAMESPACE, "", "secrets", "get", openclaw.instance(name)) for name in callers(env).values()
    ]
    return [*secrets, *through(DOOR.namespace, DOOR.service)]


def callers(env: Environment) -> dict[str, str]:
    """A gateway for every virtual key that any has."""
    found: dict[str, str] = {}
    for name, gateway in env.openclaw.gateways.items():
        found.setdefault(gateway.virtual_key, name)
    return found


def key(look: Look, gateway: str) -> str:
    """The virtual key of a gateway."""
    return look.secret(openclaw.NAMESPACE, openclaw.instance(gateway), openclaw.LLM_KEY)


def check(look: Look) -> Iterator[Observation]:
    for virtual_key, gateway in callers(look.env).items():
        yield from attempt(_listed(look, virtual_key, gateway), REMEDY)


def _listed(look: Look, virtual_key: str, gateway: str) -> Iterator[Observation]:
    shown = {"Authorization": f"Bearer {key(look, gateway)}"}
    [reply] = look.access.call(DOOR, Request("/v1/models", shown, timeout=30))
    if reply.status in (401, 403):
        remedy = "the key in the Secret is not the one that the LLM gateway started with: restart it after a new key"
        yield failed(f"key {virtual_key} is refused with {reply.status}", remedy)
        return
    if reply.status != 200:
        raise Silent(f"/v1/models answers {reply.status} to key {virtual_key}")
    try:
        names = {str(model["id"]) for model in reply.json()["data"]}
    except (KeyError, TypeError):
        raise Silent(f"/v1/models answers something else than a list: {reply.text[:80]!r}") from None
    wanted = _expected(look.env, virtual_key)
    names |= {name.partition("/")[2] for name in names}
    missing = [name for name in wanted if name not in names]
    if missing:
        remedy = f"is the rollout over, and its config the rendered one? {REMEDY}"
        yield failed(f"key {virtual_key} is not offered {', '.join(missing)}", remedy)
    else:
        yield ok(f"key {virtual_key} is offered {', '.join(wanted)}")


def _expected(env: Environment, virtual_key: str) -> list[str]:
    names = llm_engine.callable_models(env, virtual_key)
    return [name for name in names if env.llm_gateway.engine == "litellm" or name in env.models]
