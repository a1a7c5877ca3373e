"""The OpenClaw plugin decides as the LiteLLM classifier does, and steps back where it must.  Needs Node.js 20."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from generator.kubernetes.objects import Obj

from .assembled import HERE, LEXICON, ROUTING, SPOKEN, plugin, prompts, router_data

from content_decision import Router  # isort: skip
from content_lexicon import excerpt  # isort: skip

pytestmark = pytest.mark.thorough

DEFAULT = {"modelProviderId": "gateway", "modelId": ROUTING["default"]}
LAW = "Review the liability clause of this lease"
EDGES = [
    *(f"{filler * 3000}가{filler * after}" for filler in ".😀" for after in (498, 499, 500)),  # what is read of the end
    *(f"{'😀' * before}가{'😀' * 3000}" for before in (1498, 1499, 1500)),  # and of the start
    *(f"{'.' * (length - 1)}가" for length in (1999, 2000, 2001, 4000, 4001)),
    *(f"{'漢' * own}の" for own in (9, 10, 11)),  # how much kana Chinese bears
    *(f"`{'😀' * length}`" for length in (40, 41, 80, 81)),  # what a bounded repetition counts
]
CODE = "Fix this Python traceback: KeyError in json.loads(text)"


GATEWAY = {"url": "http://gateway/v1/embeddings", "keyVariable": "KEY"}

Calls = list[tuple[dict[str, Any], dict[str, Any]]]


def driven(node: str, folder: Path, calls: Calls, *vectors: str) -> dict[str, Any]:
    """What the plugin answers to each event, and what it asked the gateway."""
    driver = [node, str(HERE / "drive.mjs"), str(folder), *vectors]
    environ = {"KEY": "a virtual key"}
    text = json.dumps(calls)
    done = subprocess.run(driver, input=text, capture_output=True, text=True, check=False, timeout=60, env=environ)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def answers(node: str, folder: Path, calls: Calls, *vectors: str) -> list[dict[str, str] | None]:
    found: list[dict[str, str] | None] = driven(node, folder, calls, *vectors)["answers"]
    return found


def many_routes(gateway: Obj | None = None) -> dict[str, Any]:
    """Every language and a second topic, each with a model of its own name."""
    law = {"name": "law", "examples": [LAW, "계약 해지와 위약금", "契約書を確認して"]}
    languages = [{"name": language, "language": language} for language in LEXICON["languages"]]
    routes = [*ROUTING["routes"], law, *languages]
    return router_data({**ROUTING, "routes": [{**route, "model": route["name"]} for route in routes]}, gateway)


def texts(seed: int, count: int) -> list[str]:
    """Prompts, their fragments, and strings of any code point: emoji, lone surrogates, controls, unassigned ones."""
    rng = random.Random(seed)
    known = [prompt.text for name in ("tuning", "held-out") for prompt in prompts(name)]
    known += [LAW, *SPOKEN.values()]
    odd = [*"\n\t .,;:(){}[]<>=!-+/`\"'$_#😀각ᄒ漢İßＡﬁ𝒳𠮷", "```", "=>", "::", "かな", "Σς", "e\u0301", "no", "the"]
    odd += [*"\ud800\udc00\u200b\u2028\u0085\xa0\x00\x1c"]

    def fragment() -> str:
        text = rng.choice(known)
        start = rng.randrange(len(text))
        return text[start : start + rng.randrange(60)]

    def text() -> str:
        kind = rng.randrange(4)
        if kind == 0:
            return "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randrange(40)))
        if kind == 1:
            return rng.choice(["😀", "a", "가나 ", "x=1;\n", "\ud800"]) * rng.randrange(700, 2100) + rng.choice(known)
        return "".join(rng.choice([rng.choice(odd), fragment()]) for _ in range(rng.randrange(1, 14)))

    found = [*known, *EDGES, *(text() for _ in range(count))]
    # Two lone surrogates side by side are one character to JSON.
    return [text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass") for text in found]


def test_both_languages_decide_alike(node: str, tmp_path: Path) -> None:
    data = many_routes()
    router = Router(data)
    asked = texts(seed=20, count=800)
    found = answers(node, plugin(tmp_path, data), [({"prompt": text}, DEFAULT) for text in asked])
    expected = [router.route(text) for text in asked]
    assert differences(asked, found, expected) == []
    assert set(expected) == {None, "coding", "korean", "law", *SPOKEN} - {"ko"}, "every route was tried"


def test_both_languages_decide_alike_by_the_same_vectors(node: str, tmp_path: Path) -> None:
    data = many_routes(GATEWAY)
    asked = [text for text in texts(seed=21, count=100)[::3] if text.isprintable()]
    rng = random.Random(22)
    examples = [*data["general"], *(text for route in data["routes"] for text in route.get("examples", ()))]
    vectors = {excerpt(text): [rng.gauss(0, 1) for _ in range(32)] for text in (*examples, *asked)}
    (tmp_path / "vectors.json").write_text(json.dumps(vectors), encoding="utf-8")

    async def embed(batch: list[str]) -> list[list[float]]:
        return [vectors[text] for text in batch]

    async def decided() -> list[str | None]:
        router = Router(data, embed)
        await router.settle("hm")
        await asyncio.sleep(0.1)
        return [await router.settle(text) for text in asked]

    folder = plugin(tmp_path / "plugin", data)
    calls = [({"prompt": text}, DEFAULT) for text in asked]
    found = driven(node, folder, calls, str(tmp_path / "vectors.json"))
    expected = asyncio.run(decided())
    assert differences(asked, found["answers"], expected) == []
    router = Router(data)
    assert [router.route(text) for text in asked] != expected, "the vectors decided something"
    assert found["asked"][-1] == {
        "url": "http://gateway/v1/embeddings",
        "key": "Bearer a virtual key",
        "request": {"model": "bge-m3"},
        "texts": 1,
    }


def test_the_plugin_decides_by_words_when_the_gateway_fails(node: str, tmp_path: Path) -> None:
    data = many_routes(GATEWAY)
    asked = [prompt.text for prompt in prompts("tuning")]
    found = answers(node, plugin(tmp_path, data), [({"prompt": text}, DEFAULT) for text in asked])
    router = Router(data)
    assert differences(asked, found, [router.route(text) for text in asked]) == []


def differences(asked: list[str], found: list[dict[str, str] | None], expected: list[str | None]) -> list[str]:
    models = [answer and answer["modelOverride"] for answer in found]
    pairs = zip(asked, models, expected, strict=True)
    return [f"{text[:80]!a}: JavaScript {a}, Python {b}" for text, a, b in pairs if a != b]


@pytest.mark.parametrize(
    ("event", "context", "model"),
    [
        ({"prompt": CODE}, DEFAULT, "glm-4.7"),
        ({"prompt": "오늘 점심 뭐 먹을까"}, DEFAULT, "solar-pro-3"),
        ({"prompt": "What should I cook tonight?"}, DEFAULT, None),
        ({"prompt": ""}, DEFAULT, None),
        pytest.param({"prompt": CODE}, {**DEFAULT, "modelId": "solar-pro-3"}, None, id="another model was asked"),
        pytest.param({"prompt": CODE}, {**DEFAULT, "modelProviderId": "own"}, None, id="another provider was asked"),
        pytest.param({"prompt": CODE, "attachments": [{"kind": "image"}]}, DEFAULT, None, id="an image is attached"),
        pytest.param(
            {
                "prompt": f"[Chat messages since your last reply - for context]\nUser: {CODE}\nAssistant: Done.\n\n"
                "[Current message - respond to this]\nUser: Thanks! What should I cook tonight?"
            },
            DEFAULT,
            None,
            id="what was said before does not count",
        ),
    ],
)
def test_the_plugin_names_provider_and_model_or_steps_back(
    node: str, tmp_path: Path, event: dict[str, Any], context: dict[str, Any], model: str | None
) -> None:
    [answer] = answers(node, plugin(tmp_path, router_data(ROUTING)), [(event, context)])
    assert answer == (model and {"providerOverride": "gateway", "modelOverride": model})


def test_the_plugin_refuses_data_that_nothing_can_be_decided_by(node: str, tmp_path: Path) -> None:
    data = router_data({**ROUTING, "general": []})
    with pytest.raises(AssertionError, match="general: needs examples"):
        answers(node, plugin(tmp_path, data), [])
