"""Content routing: the data by which OpenClaw's plugin and LiteLLM's classifier decide, both in the same way.

generator/assets holds the two programs and what they know of words and scripts; the environment adds the routes.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from pathlib import Path

from generator.environment.model import Environment
from generator.environment.models import Route
from generator.kubernetes.objects import Obj

ASSETS = Path(__file__).parents[1] / "assets"


def data(env: Environment, provider: str, models: Collection[str]) -> Obj:
    """The whole of router.json: the routes whose models may be called, by a caller that knows them below `provider`."""
    known = _known()
    return {
        "default": env.routing.default,
        "provider": provider,
        "general": list(env.routing.general),
        "lexicon": known["lexicon"],
        "routes": [told(route, known["languages"]) for route in env.routing.routes if route.model in models],
    }


def told(route: Route, languages: Obj) -> Obj:
    """A route with what it is told by: its examples, or the letters of its language."""
    if route.language:
        told_by = {key: value for key, value in languages[route.language].items() if key != "means"}
    else:
        told_by = {"examples": list(route.examples)}
    return {"name": route.name, "model": route.model, **told_by}


def plugin() -> dict[str, str]:
    """The files of OpenClaw's plugin, but for router.json."""
    return {path.name: path.read_text("utf-8") for path in sorted((ASSETS / "openclaw-router").iterdir())}


@cache
def _known() -> Obj:
    found: Obj = json.loads((ASSETS / "router-lexicon.json").read_text("utf-8"))
    return found
