"""What decides: order, script, shape, the ends of a long prompt; and data that nothing can be decided by."""

from __future__ import annotations

import asyncio
import copy
import functools
import operator
import re
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from .assembled import LEXICON, ROUTING, SPOKEN, python_router, router_data

from content_decision import Router  # isort: skip
from content_lexicon import Lexicon, excerpt  # isort: skip

LANGUAGES = [
    {"name": language, "model": "solar-pro-3", "language": language} for language in sorted(LEXICON["languages"])
]


def made(*routes: dict[str, Any], general: tuple[str, ...] = ("What is for dinner?",)) -> Router:
    return Router(router_data({"default": "claude-sonnet", "general": [*general], "routes": [*routes]}))


def topic(name: str, *examples: str) -> dict[str, Any]:
    return {"name": name, "model": "glm-4.7", "examples": [*examples]}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *((text, language) for language, text in SPOKEN.items()),
        ("\u110b\u1169\u1102\u1173\u11af \u110c\u1165\u11b7\u1109\u1175\u11b7", "ko"),  # typed as single jamo
        ("Google Calendar랑 Notion 중에 뭐가 더 나아?", "ko"),
        ("東京都知事選挙の開票結果", "zh"),  # a headline of Chinese characters with one kana: the limit of the rule
        ("請推薦臺北的小吃", "zh"),
        ("What should I eat today?", None),
        ("¿Qué como hoy? Dziś zupę", None),
        ("How do I say 감사합니다 politely in a business letter?", None),
        ("12:30 😀 !!!", None),
        ("", None),
    ],
)
def test_a_language_is_told_by_its_script(text: str, language: str | None) -> None:
    assert made(*LANGUAGES).route(text) == language


def test_the_line_above_or_below_a_quotation_tells_the_language() -> None:
    quotation = "The elevators are out of service on Thursday. " * 30
    router = made(*LANGUAGES)
    assert router.route(f"이 공지를 번역해 주세요.\n\n{quotation}") == "ko"
    assert router.route(f"{quotation}\n\n이 공지를 번역해 주세요.") == "ko"


def test_the_first_route_of_those_that_match_wins() -> None:
    coding, korean = ROUTING["routes"]
    question = "파이썬 함수에서 TypeError가 나는데 고쳐 줘"
    assert made(coding, korean, general=ROUTING["general"]).route(question) == "coding"
    assert made(korean, coding, general=ROUTING["general"]).route(question) == "korean"


def test_of_two_topics_the_one_with_more_in_common_wins_and_the_earlier_of_equals() -> None:
    law = topic("law", "Review the liability clause of this lease", "terminate the tenancy agreement")
    tax = topic("tax", "Deduct travel expenses from income tax", "terminate the payroll agreement")
    router = made(tax, law)
    assert router.route("Is the liability clause of my tenancy valid?") == "law"
    assert router.route("Can I deduct travel expenses?") == "tax"
    assert made(tax, law).route("terminate agreement") == "tax"
    assert made(law, tax).route("terminate agreement") == "law"


def test_a_prompt_that_shares_nothing_with_a_topic_belongs_to_none() -> None:
    assert made(topic("law", "Review the liability clause of this lease")).route("Bake bread") is None


def test_a_language_needs_no_examples_of_general_prompts() -> None:
    assert made(*LANGUAGES, general=()).route("안녕하세요") == "ko"


@pytest.mark.parametrize("where", ["start", "end"])
def test_a_question_at_either_end_of_a_long_prompt_is_read(router: Router, where: str) -> None:
    text = "The committee met on Thursday. " * 30_000
    question = "Refactor this TypeScript function and fix the compiler error in `loadUser()`."
    prompt = f"{question}\n{text}" if where == "start" else f"{text}\n{question}"
    assert router.route(prompt) == "coding"
    assert len(excerpt(prompt)) == 2001


@pytest.mark.parametrize("piece", [*"a`가漢😀$", "a_", "[ ", "\n  ", "at a.", '\n  "a', "x(y", "<a ", "a.b"])
def test_no_text_takes_long(router: Router, piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    times = []
    for _ in range(7):
        start = time.process_time()
        router.route(text)
        times.append(time.process_time() - start)
    assert sorted(times)[3] < 0.02, f"{sorted(times)[3] * 1000:.1f} ms"


def test_every_shape_is_known_from_an_example() -> None:
    features = Lexicon(LEXICON["lexicon"]).features
    coding = next(topic for topic in ROUTING["routes"] if topic["name"] == "coding")
    seen = {feature for text in coding["examples"] for feature in features(text)}
    assert {f"!{name}" for name in LEXICON["lexicon"]["shapes"]} - seen == set()


@pytest.mark.parametrize("name", sorted(LEXICON["lexicon"]["shapes"]))
def test_a_shape_is_written_so_that_both_languages_read_it_alike(name: str) -> None:
    pattern = LEXICON["lexicon"]["shapes"][name]
    outside_classes = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "", pattern)
    assert not re.search(r"[.$^]", outside_classes), "ends of lines differ"
    assert not re.search(r"[*+]|,\}", outside_classes), "repetition needs a bound"
    assert not re.search(r"\\[sSDWAZzpPuUN]|\(\?[^:!=]", pattern), "classes and flags differ"


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("lexicon",), None, r"missing keys \['lexicon'\]"),
        (("colour",), "red", r"unknown keys \['colour'\]"),
        (("general",), [], "general: needs examples"),
        (("routes", 0, "examples"), [], "coding: needs examples"),
        (("routes", 0, "examples"), ["ok", 7], "coding: needs examples"),
        (("routes", 0, "name"), "korean", "each its own"),
        (("routes", 0, "name"), "general", "cannot be a route"),
        (("routes", 0, "speed"), 3, r"coding: missing keys \[\], unknown keys \['speed'\]"),
        (("routes", 1, "letters"), ["AC00"], "korean: not ranges"),
        (("routes", 1, "minimumShare"), 0, "whole number of percent"),
        (("lexicon", "shapes", "call"), "(", "shape call"),
    ],
)
def test_data_that_nothing_can_be_decided_by_fails_at_import(
    tmp_path: Path, path: tuple[Any, ...], value: Any, complaint: str
) -> None:
    data = copy.deepcopy(router_data(ROUTING))
    parent: Any = functools.reduce(operator.getitem, path[:-1], data)
    if value is None:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    with pytest.raises(ValueError, match=complaint):
        python_router(tmp_path, data)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return python_router(tmp_path_factory.mktemp("router"), router_data(ROUTING))


CODE = "Fix this Python traceback: KeyError in json.loads(text)"
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


@pytest.mark.parametrize(
    ("messages", "tier"),
    [
        ([{"role": "user", "content": CODE}], "coding"),
        ([{"role": "user", "content": [{"type": "text", "text": CODE}]}], "coding"),
        ([{"role": "user", "content": CODE}, {"role": "user", "content": "What is for dinner?"}], "general"),
        ([{"role": "system", "content": CODE}, {"role": "user", "content": "오늘 점심 뭐 먹을까"}], "korean"),
        ([{"role": "user", "content": "오늘 점심 뭐 먹을까"}, {"role": "tool", "content": CODE}], "korean"),
        ([{"role": "user", "content": CODE}, {"role": "user", "content": [{"type": "tool_result"}]}], "coding"),
        ([{"role": "user", "content": [{"type": "text", "text": CODE}, IMAGE]}], "general"),
        ([{"role": "user", "content": [IMAGE]}, {"role": "user", "content": CODE}], "general"),
        ([{"role": "user", "content": None}], "general"),
        ([], "general"),
    ],
)
def test_litellm_is_told_the_tier_of_what_the_user_wrote_last(
    proxy: ModuleType, messages: list[dict[str, Any]], tier: str
) -> None:
    assert asyncio.run(proxy.classifier.classify(SimpleNamespace(structured_messages=messages))) == tier
