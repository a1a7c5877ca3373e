"""Content routing: the data by which OpenClaw's plugin and LiteLLM's classifier decide, both in the same way.

generator/assets holds the two programs and what they know of words and scripts; the environment adds the routes.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from pathlib import Path

from generator.environment.model import Environment
from generator.environment.models import Embedding, Route
from generator.kubernetes.objects import Obj

ASSETS = Path(__file__).parents[1] / "assets"


def data(env: Environment, provider: str, models: Collection[str], gateway: Obj) -> Obj:
    """The whole of router.json: the routes whose models may be called, by a caller that knows them below `provider`.

    `gateway` is how that caller reaches the embedding model, if there is one.
    """
    known = _known()
    made = {
        "default": env.routing.default,
        "provider": provider,
        "general": list(env.routing.general),
        "lexicon": known["lexicon"],
        "routes": [told(route, known) for route in env.routing.routes if route.model in models],
    }
    if env.routing.embedding:
        chosen = env.routing.embedding
        made["embedding"] = gateway | {"deadlineMs": chosen.deadline_ms, "request": request(chosen)}
    return made


def request(embedding: Embedding) -> Obj:
    """What a call of the embedding model says besides the texts."""
    made = {"model": embedding.model}
    if "cohere.embed" in embedding.model:
        # Bedrock refuses a call of Cohere that does not say what the vectors are for.
        made["input_type"] = "classification"
    if "-v3" in embedding.model:
        # Up to version 3 it takes 512 tokens, and refuses longer texts unless it may cut them.
        made["truncate"] = "END"
    return made


def told(route: Route, known: Obj) -> Obj:
    """A route with what it is told by: its examples, or the letters and the names of its language."""
    if not route.language:
        return {"name": route.name, "model": route.model, "examples": list(route.examples)}
    language = known["languages"][route.language]
    script = {key: value for key, value in language.items() if key not in ("means", "names")}
    return {"name": route.name, "model": route.model, **script, "asked": asked(known["asking"], language["names"])}


def asked(phrases: Obj, names: Obj) -> str:
    """A pattern of the phrases that ask for a language, with its names in them."""
    filled = []
    for phrase in phrases.values():
        for kind, alternatives in names.items():
            phrase = phrase.replace(f"{{{kind}}}", alternatives)
        filled.append(phrase)
    return "|".join(filled)


def plugin() -> dict[str, str]:
    """The files of OpenClaw's plugin, but for router.json."""
    return _files("openclaw-router")


def classifier() -> dict[str, str]:
    """The files of LiteLLM's classifier, but for router.json."""
    return _files("litellm-router")


def _files(folder: str) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted((ASSETS / folder).iterdir()) if path.is_file()}


@cache
def _known() -> Obj:
    found: Obj = json.loads((ASSETS / "router-lexicon.json").read_text("utf-8"))
    return found
