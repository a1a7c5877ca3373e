"""Checks 2, 3, 5 and 8: what programs in the cluster answer."""

from typing import get_args, get_type_hints

import pytest

from generator.components.llm_engine import callable_models
from generator.environment.model import Environment
from generator.environment.models import Route
from generator.trees.plan import Plan
from generator.verify import routes
from generator.verify.access import Reply, Silent, Unseen
from generator.verify.result import Result, State
from tests.verify.recorded import FORBIDDEN, Recorded, looking, reply, run, secret, told

GATEWAY, LLM = "openclaw/openclaw-main:18789", "llm-gateway/llm-gateway:4000"
LANGFUSE = "langfuse/langfuse-web:3000"
KEY = "/api/v1/namespaces/openclaw/secrets/openclaw-main"
PROJECT = "/api/v1/namespaces/telemetry/secrets/otel-collector"
OBSERVATIONS, TRACES = "/api/public/v2/observations", "/api/public/traces"
LIVE, READY = reply(200, {"ok": True, "status": "live"}), reply(200, {"ready": True, "failing": []})
PAGE = reply(200, "<!doctype html><title>OpenClaw</title>")
TUNNEL = Unseen("needs create pods/portforward in openclaw")


@pytest.mark.parametrize(
    ("lives", "ready", "state", "evidence"),
    [
        (LIVE, READY, State.OK, "main lives and is ready"),
        (LIVE, reply(503, {"ready": False, "failing": ["startup-sidecars"]}), State.FAILED, "startup-sidecars"),
        (reply(503, {"ok": False}), READY, State.FAILED, "/healthz 503"),
        (PAGE, READY, State.FAILED, "200, and no JSON"),
        (Silent("connection refused"), READY, State.FAILED, "connection refused"),
        (TUNNEL, READY, State.UNSEEN, "could not see: needs create pods/portforward in openclaw"),
    ],
)
def test_a_gateway_is_judged_by_its_own_words(
    environments: dict[str, Environment],
    planned: Plan,
    lives: Reply | Exception,
    ready: Reply,
    state: State,
    evidence: str,
) -> None:
    access = Recorded(replies={(GATEWAY, "/healthz"): lives, (GATEWAY, "/readyz"): ready})
    result = run(2, looking(environments["dev"], planned, access))
    assert (result.state, evidence in told(result)) == (state, True), told(result)


def test_one_gateway_that_is_silent_hides_no_other(environments: dict[str, Environment], planned: Plan) -> None:
    door = "openclaw/openclaw-ci:18789"
    access = Recorded(replies={(door, "/healthz"): LIVE, (door, "/readyz"): READY})
    found = told(run(2, looking(environments["staging"], planned, access)))
    assert "failed: main: /healthz 404" in found
    assert "ok: ci lives and is ready" in found


def listing(*names: str) -> Reply:
    return reply(200, {"data": [{"id": name} for name in names]})


def models(environments: dict[str, Environment], planned: Plan, name: str, answer: Reply) -> tuple[Result, Recorded]:
    paths = {KEY: secret(llm_gateway_key="sk-of-main")}
    access = Recorded(paths, {(LLM, "/v1/models"): answer})
    return run(3, looking(environments[name], planned, access)), access


def test_every_named_model_is_offered(environments: dict[str, Environment], planned: Plan) -> None:
    names = callable_models(environments["dev"], "openclaw")
    result, access = models(environments, planned, "dev", listing(*names))
    assert result.state is State.OK, told(result)
    assert access.asked[0][1].headers == {"Authorization": "Bearer sk-of-main"}
    assert "sk-of-main" not in told(result)


def test_a_model_that_is_not_offered_is_named(environments: dict[str, Environment], planned: Plan) -> None:
    names = [name for name in callable_models(environments["dev"], "openclaw") if name != "glm-4.7"]
    result, _ = models(environments, planned, "dev", listing(*names))
    assert "failed: key openclaw is not offered glm-4.7" in told(result)


def test_bifrost_lists_models_below_their_providers(environments: dict[str, Environment], planned: Plan) -> None:
    env = environments["staging"]
    access = Recorded(
        {KEY.replace("main", "ci"): secret(llm_gateway_key="k"), KEY.replace("main", "research"): FORBIDDEN},
        {(LLM, "/v1/models"): listing(*(f"{model.provider}/{name}" for name, model in env.models.items()))},
    )
    result = run(3, looking(env, planned, access))
    assert result.state is State.UNSEEN
    assert "ok: key openclaw is offered claude-direct" in told(result)


@pytest.mark.parametrize(
    ("answer", "evidence"),
    [
        (reply(401, {"error": "unknown key"}), "key openclaw is refused with 401"),
        (reply(503, "upstream"), "/v1/models answers 503"),
        (reply(200, {"object": "list"}), "something else than a list"),
        (PAGE, "200, and no JSON"),
    ],
)
def test_a_listing_that_fails_is_said(
    environments: dict[str, Environment], planned: Plan, answer: Reply, evidence: str
) -> None:
    result, _ = models(environments, planned, "dev", answer)
    assert (result.state, evidence in told(result)) == (State.FAILED, True), told(result)


def test_a_secret_that_may_not_be_read_is_not_seen(environments: dict[str, Environment], planned: Plan) -> None:
    result = run(3, looking(environments["dev"], planned, Recorded({KEY: FORBIDDEN})))
    assert (result.state, told(result)) == (State.UNSEEN, f"not seen: could not see: {FORBIDDEN}")


def test_a_secret_without_the_key_is_a_failure(environments: dict[str, Environment], planned: Plan) -> None:
    result = run(3, looking(environments["dev"], planned, Recorded({KEY: secret(token="t")})))
    assert "failed: Secret openclaw/openclaw-main has no llm-gateway-key" in told(result)


def traces(environments: dict[str, Environment], planned: Plan, new: Reply, old: Reply | None = None) -> Result:
    paths = {PROJECT: secret(public_key="pk", secret_key="sk")}
    replies = {(LANGFUSE, OBSERVATIONS): new, (LANGFUSE, TRACES): old or reply(500, {})}
    return run(5, looking(environments["staging"], planned, Recorded(paths, replies)))


def test_the_newest_observation_is_the_evidence(environments: dict[str, Environment], planned: Plan) -> None:
    one = {"id": "o1", "traceId": "t1", "name": "chat", "startTime": "2026-11-22T11:57:00.000Z"}
    result = traces(environments, planned, reply(200, {"data": [one]}))
    assert told(result) == "ok: newest is «chat» of trace t1, 3 min ago"


def test_an_older_langfuse_is_asked_for_traces(environments: dict[str, Environment], planned: Plan) -> None:
    one = {"id": "t1", "name": "chat", "timestamp": "2026-11-22T09:00:00.000Z"}
    result = traces(environments, planned, reply(404, {}), reply(200, {"data": [one]}))
    assert told(result) == "ok: newest is «chat» of trace t1, 3 h ago"


@pytest.mark.parametrize(
    ("answer", "evidence"),
    [
        (reply(200, {"data": []}), "no trace of the last 24 hours"),
        (reply(401, {}), "refuses the collector's keys with 401"),
        (reply(502, "bad gateway"), "Langfuse answers 502"),
    ],
)
def test_traces_that_do_not_arrive_are_a_failure(
    environments: dict[str, Environment], planned: Plan, answer: Reply, evidence: str
) -> None:
    result = traces(environments, planned, answer)
    assert (result.state, evidence in told(result)) == (State.FAILED, True), told(result)


def test_without_langfuse_there_are_no_traces_to_see(environments: dict[str, Environment], planned: Plan) -> None:
    assert run(5, looking(environments["dev"], planned, Recorded())).state is State.SKIPPED


def test_nothing_is_asked_of_a_model_unless_it_is_wished(environments: dict[str, Environment], planned: Plan) -> None:
    access = Recorded({KEY: secret(llm_gateway_key="k")})
    result = run(8, looking(environments["dev"], planned, access))
    assert (result.state, access.asked) == (State.SKIPPED, [])


CHAT = "/v1/chat/completions"


def tiers(*names: str, **headers: str) -> list[Reply]:
    return [reply(200, {"model": "auto"}, **{routes.TIER: name, **headers}) for name in names]


def asked(environments: dict[str, Environment], planned: Plan, name: str, answers: list[Reply]) -> Result:
    return run(8, looking(environments[name], planned, chats(environments[name], answers), ask=True))


def chats(env: Environment, answers: list[Reply]) -> Recorded:
    keys = {KEY.replace("main", name): secret(llm_gateway_key="k") for name in env.openclaw.gateways}
    return Recorded(keys, {(LLM, CHAT): answers})


def order(env: Environment) -> list[str]:
    return [prompt.route for prompt in routes.prompts(env)]


def test_litellm_says_the_route_of_each_prompt(environments: dict[str, Environment], planned: Plan) -> None:
    result = asked(environments, planned, "dev", tiers(*order(environments["dev"])))
    assert result.state is State.OK, told(result)
    assert "ok: korean: answered by solar-pro-3" in told(result)


def test_a_prompt_that_goes_elsewhere_is_a_failure(environments: dict[str, Environment], planned: Plan) -> None:
    names = ["general" if name == "korean" else name for name in order(environments["dev"])]
    result = asked(environments, planned, "dev", tiers(*names))
    assert "failed: korean: went to general instead of korean" in told(result)


def test_a_fallback_that_answers_is_a_failure(environments: dict[str, Environment], planned: Plan) -> None:
    answers = [reply(200, {"model": "auto"}, **{routes.FALLBACKS: "1"}) for _ in order(environments["dev"])]
    result = asked(environments, planned, "dev", answers)
    assert "failed: korean: the model of its route failed, a fallback answered" in told(result)


def test_bifrost_is_told_the_route_and_says_the_model(environments: dict[str, Environment], planned: Plan) -> None:
    env = environments["staging"]
    found = routes.prompts(env)
    answers = [reply(200, {"model": env.models[prompt.model].id}) for prompt in found]
    access = chats(env, answers)
    result = run(8, looking(env, planned, access, ask=True))
    assert result.state is State.OK, told(result)
    assert [request.headers["x-route"] for _, request in access.asked] == [prompt.route for prompt in found]


def test_bifrosts_other_model_is_a_failure(environments: dict[str, Environment], planned: Plan) -> None:
    env = environments["staging"]
    answers = [reply(200, {"model": env.models["claude-sonnet"].id}) for _ in routes.prompts(env)]
    result = asked(environments, planned, "staging", answers)
    assert "failed: korean: went to claude-sonnet instead of solar-pro-3" in told(result)


def test_an_answer_that_names_no_model_proves_nothing(environments: dict[str, Environment], planned: Plan) -> None:
    result = asked(environments, planned, "dev", [reply(200, {})] * 3)
    assert "failed: korean: the answer does not say which model it is of" in told(result)


def test_every_language_of_the_model_has_its_question(environments: dict[str, Environment]) -> None:
    route = next(route for route in environments["dev"].routing.routes if route.language)
    [kind, _] = get_args(get_type_hints(Route)["language"])
    assert set(get_args(kind)) == routes.GREETINGS.keys()
    asked_of = {prompt.route: prompt.text for prompt in routes.prompts(environments["dev"])}
    assert asked_of[route.name] == routes.GREETINGS["ko"]
