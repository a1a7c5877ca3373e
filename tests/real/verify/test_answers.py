"""The checks that talk HTTP, before the real programs: their answers are what the checks take them for."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from generator.components import openclaw
from generator.environment.load import load
from generator.verify import models
from generator.verify.access import Absent, Door, Reply, Request
from generator.verify.look import Look
from generator.verify.programs import Programs
from generator.verify.registry import CHECKLIST
from generator.verify.result import Result, State
from tests.conftest import ROOT
from tests.real import addresses, manifests, stack
from tests.real.accept.bench import bench, running
from tests.real.accept.subjects import environments
from tests.real.stack import Stack

LITELLM = environments("litellm", engine="litellm")
TOKENS = [
    pytest.param((name, component), marks=pytest.mark.program("openclaw", name), id=f"{name}-{component}")
    for name in manifests.environments()
    for component in addresses.gateways(name)[:1]
]


@dataclass(frozen=True)
class Bench:
    """What the checks reach: doors that lead to programs here, and Secrets with what these were given."""

    doors: Mapping[str, str]
    secrets: Mapping[str, str]

    def get(self, path: str, **query: str) -> Any:
        name = path.rpartition("/")[2]
        if name not in self.secrets:
            raise Absent(f"Secret {name} is not there")
        return {"data": {openclaw.LLM_KEY: base64.b64encode(self.secrets[name].encode()).decode()}}

    def call(self, door: Door | str, *requests: Request) -> list[Reply]:
        return Programs("nowhere", "", "").call(self.doors[str(door)], *requests)

    def aws(self, *argv: str, region: str) -> Any:
        raise Absent("there is no account")


def run(number: int, environment: str, access: Bench) -> Result:
    env = load(ROOT / "environments", environment)
    return CHECKLIST[number - 1].run(Look(env, [], access, datetime.now(UTC), ask=True))


def told(result: Result) -> list[str]:
    return [f"{one.state.value}: {one.evidence}" for one in result.observations]


@pytest.fixture(scope="module", params=LITELLM)
def litellm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with (
        bench(request.param, tmp_path_factory.mktemp("bench")) as made,
        running(stack._cache(made)),
        running(stack._litellm(made)) as made.llm,
    ):
        yield made


def before(here: Stack, *, key: str = "") -> Bench:
    """The LLM gateway, with the key of each gateway, or with another."""
    shown = {name: manifests.variables(here.environment, name) for name in addresses.gateways(here.environment)}
    secrets = {name: key or variables["LLM_GATEWAY_API_KEY"] for name, variables in shown.items()}
    return Bench({str(models.DOOR): here.url("llm-gateway")}, secrets)


def test_litellm_offers_every_key_its_models(litellm: Stack) -> None:
    result = run(3, litellm.environment, before(litellm))
    assert result.state is State.OK, told(result)


def test_litellm_refuses_a_key_that_it_does_not_know(litellm: Stack) -> None:
    result = run(3, litellm.environment, before(litellm, key="sk-of-somebody-else-entirely"))
    assert result.state is State.FAILED
    assert all("is refused with 401" in line for line in told(result)), told(result)


def test_litellm_names_the_route_of_every_prompt(litellm: Stack) -> None:
    result = run(8, litellm.environment, before(litellm))
    assert result.state is State.OK, told(result)
    routing = load(ROOT / "environments", litellm.environment).routing
    assert told(result) == [
        f"ok: general: answered by {routing.default}",
        *(f"ok: {route.name}: answered by {route.model}" for route in routing.routes),
    ]


def test_a_fallback_of_litellm_is_seen(litellm: Stack) -> None:
    env = load(ROOT / "environments", litellm.environment)
    route = next(route for route in env.routing.routes if env.models[route.model].fallbacks)
    litellm.upstream.behave(env.models[route.model].id, status=503)
    try:
        result = run(8, litellm.environment, before(litellm))
        assert f"failed: {route.name}: the model of its route failed, a fallback answered" in told(result)
    finally:
        litellm.upstream.behave_well()


@pytest.fixture(scope="module", params=TOKENS)
def gateway(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    environment, component = request.param
    with bench(environment, tmp_path_factory.mktemp("bench")) as here:
        here.gateway = component
        with running(stack._openclaw(here)):
            yield here


def test_openclaw_says_that_it_lives_and_is_ready(gateway: Stack) -> None:
    door = f"{openclaw.NAMESPACE}/{gateway.gateway}:{openclaw.PORT}"
    result = run(2, gateway.environment, Bench(_Others({door: gateway.url(gateway.gateway)}), {}))
    name = gateway.gateway.removeprefix("openclaw-")
    assert f"ok: {name} lives and is ready" in told(result), told(result)


class _Others(dict[str, str]):
    """Doors of gateways that do not run here lead to nobody."""

    def __missing__(self, door: str) -> str:
        return "http://127.0.0.1:9"
