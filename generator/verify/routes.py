"""8: prompts in another language, about a topic and about neither are each answered by the model of their route.

Asks for the model `auto`, with an answer of a few tokens.  LiteLLM reads the prompt and says the route that it chose.
Bifrost cannot read prompts: it is told the route in a header, as a client tells it that has chosen, so what is seen
there is the table of routes and not the choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from generator.components.bifrost_governance import ROUTE_HEADER
from generator.components.litellm import GENERAL
from generator.components.llm_engine import AUTO, callable_models
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from . import models
from .access import Reply, Request, Silent
from .look import Look
from .result import Observation, attempt, failed, ok, skipped
from .rights import Need

TITLE = "prompts are routed"
REMEDY = "docs/decisions/content-routing.md; is the provider's key right, and its budget not spent?"
TIER = "x-litellm-complexity-router-tier"
FALLBACKS = "x-litellm-attempted-fallbacks"
TOKENS = 16
"""Of the answer: enough to show that a model spoke."""
PATIENCE = 90
"""Seconds for one answer."""

GREETINGS = {
    "ko": "대한민국의 수도는 어디인가요?",
    "ja": "日本の首都はどこですか。ひらがなで答えてください。",
    "zh": "请问中国的首都是哪里？",
    "ru": "Какой город является столицей России?",
    "el": "Ποια είναι η πρωτεύουσα της Ελλάδας;",
    "he": "מהי עיר הבירה של ישראל?",
    "ar": "ما هي عاصمة مصر؟",
    "th": "เมืองหลวงของประเทศไทยคืออะไร",
    "hi": "भारत की राजधानी क्या है?",
}
"""A question in each language that a route may have: which city is the capital."""
QUESTION = "What is the capital of Portugal?"


class Prompt(NamedTuple):
    """What is asked, and who should answer."""

    route: str
    model: str
    text: str


def needs(env: Environment, objects: Sequence[Obj]) -> list[Need]:
    return models.needs(env, objects)


def check(look: Look) -> Iterator[Observation]:
    if not look.ask:
        yield skipped("not asked: --ask sends a prompt for each route, which costs a fraction of a cent")
        return
    if not look.env.routing.routes:
        yield skipped("routing.routes is empty: every prompt goes to the default")
        return
    able = [key for key in models.callers(look.env) if AUTO in callable_models(look.env, key)]
    if not able:
        yield skipped(f"no gateway's key may call every model of {AUTO}")
        return
    yield from attempt(_asked(look, able[0]), models.REMEDY)


def prompts(env: Environment) -> list[Prompt]:
    """One for each route; a topic is asked about in the words of its own first example."""
    found = [Prompt(GENERAL, env.routing.default, QUESTION)]
    for route in env.routing.routes:
        text = GREETINGS[route.language] if route.language else route.examples[0]
        found.append(Prompt(route.name, route.model, text))
    return found


def _asked(look: Look, virtual_key: str) -> Iterator[Observation]:
    shown = {"Authorization": f"Bearer {models.key(look, models.callers(look.env)[virtual_key])}"}
    for prompt in prompts(look.env):
        told = {ROUTE_HEADER: prompt.route} if look.env.llm_gateway.engine == "bifrost" else {}
        # The time keeps a cached answer from speaking for its model; who routes reads the user alone.
        system = {"role": "system", "content": f"Answer in one word. It is {look.now.isoformat()}."}
        messages = [system, {"role": "user", "content": prompt.text}]
        body = {"model": AUTO, "max_tokens": TOKENS, "messages": messages}
        request = Request("/v1/chat/completions", shown | told, body, PATIENCE)
        yield from attempt(_judged(look, prompt, request), REMEDY)


def _judged(look: Look, prompt: Prompt, request: Request) -> Iterator[Observation]:
    [reply] = look.access.call(models.DOOR, request)
    if reply.status != 200:
        raise Silent(f"{prompt.route}: {reply.status} {reply.text[:160]}")
    seen = _litellm(reply) if look.env.llm_gateway.engine == "litellm" else _bifrost(look.env, reply)
    wanted = prompt.route if look.env.llm_gateway.engine == "litellm" else prompt.model
    # LiteLLM does not say the route of an answer that a fallback gave.
    if reply.headers.get(FALLBACKS, "0") not in ("", "0"):
        yield failed(f"{prompt.route}: the model of its route failed, a fallback answered", REMEDY)
    elif not seen:
        raise Silent(f"{prompt.route}: the answer does not say which model it is of")
    elif wanted not in seen:
        yield failed(f"{prompt.route}: went to {' or '.join(seen)} instead of {wanted}", REMEDY)
    else:
        yield ok(f"{prompt.route}: answered by {prompt.model}")


def _litellm(reply: Reply) -> list[str]:
    """The route, by the classifier's own word."""
    tier = reply.headers.get(TIER, "")
    return [tier] if tier else []


def _bifrost(env: Environment, reply: Reply) -> list[str]:
    """The environment's names of the models that the answer may be of: several may have one id."""
    answer = reply.json()
    extra = answer.get("extra_fields") or {}
    told = [answer.get("model"), *(extra.get(name) for name in ("resolved_model_used", "model_requested", "model"))]
    bare = {str(one).removeprefix(f"{model.provider}/") for one in told if one for model in env.models.values()}
    return [name for name, model in env.models.items() if bare & {name, model.id, model.id.rpartition("/")[2]}]
