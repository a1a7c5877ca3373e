"""The routers put together as they are deployed: their files in one folder, router.json beside them."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import yaml

from generator.components.router import ASSETS, data
from generator.environment.model import Environment
from generator.environment.models import Embedding, Route, Routing
from generator.kubernetes.objects import Obj

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# As PYTHONPATH does in the pod.
sys.path.append(str(ASSETS / "litellm-router"))
LEXICON = json.loads((ASSETS / "router-lexicon.json").read_text(encoding="utf-8"))
ROUTING = yaml.safe_load((ROOT / "environments/defaults.yaml").read_text(encoding="utf-8"))["routing"]

SPOKEN = {
    "ar": "ماذا آكل اليوم؟",
    "el": "Τι να φάω σήμερα;",
    "he": "מה כדאי לאכול היום?",
    "hi": "आज दोपहर में क्या खाऊँ?",
    "ja": "今日の昼ご飯は何がいいですか",
    "ko": "오늘 점심 뭐 먹을까",
    "ru": "Что приготовить на обед?",
    "th": "วันนี้กินอะไรดี",
    "zh": "今天中午吃什么好呢",
}
"""The same question in every language that a route may name."""


@dataclass(frozen=True)
class Prompt:
    half: str
    route: str
    lang: str
    text: str


def prompts(half: str) -> list[Prompt]:
    """The labelled prompts that examples and weights were chosen by (`tuning`), or not (`held-out`)."""
    lines = (ROOT / "tools/routing/prompts.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [Prompt(row["half"], row["route"], row["lang"], row["prompt"]) for row in map(json.loads, lines)]
    return [prompt for prompt in rows if prompt.half == half]


def router_data(routing: dict[str, Any], gateway: Obj | None = None) -> Obj:
    """router.json of a `routing` section as it stands in an environment file; `gateway` reaches the embedding model."""
    routes = tuple(Route(**{**route, "examples": tuple(route.get("examples", ()))}) for route in routing["routes"])
    embedding = Embedding("bge-m3", "vllm") if gateway is not None else None
    typed = Routing(routing["default"], tuple(routing["general"]), routes, embedding)
    env = cast(Environment, SimpleNamespace(routing=typed))
    return data(env, "gateway", {route.model for route in routes}, gateway or {})


def python_router(folder: Path, decided_by: Obj) -> ModuleType:
    """content_router.py, imported from a folder as LiteLLM imports it: by its path."""
    shutil.copy(ASSETS / "litellm-router" / "content_router.py", folder)
    (folder / "router.json").write_text(json.dumps(decided_by, ensure_ascii=False), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("content_router", folder / "content_router.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plugin(folder: Path, decided_by: Obj) -> Path:
    """The OpenClaw plugin's folder."""
    shutil.copytree(ASSETS / "openclaw-router", folder, dirs_exist_ok=True)
    (folder / "router.json").write_text(json.dumps(decided_by, ensure_ascii=False), encoding="utf-8")
    return folder
