"""An answer that is to be in a language goes to its route, whatever the request is written in."""

from __future__ import annotations

import re

import pytest

from .assembled import LEXICON, router_data

from content_decision import Router  # isort: skip

LANGUAGES = sorted(LEXICON["languages"])


@pytest.fixture(scope="module")
def router() -> Router:
    routes = [{"name": language, "model": "solar-pro-3", "language": language} for language in LANGUAGES]
    return Router(router_data({"default": "claude-sonnet", "general": [], "routes": routes}))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Translate this into Korean: see you tomorrow", "ko"),
        ("write the reply in Korean (한국어로)", "ko"),
        ("in Korean please", "ko"),
        ("Summarise the report below and answer in polite Korean, please", "ko"),
        ("Can you say that in Japanese?", "ja"),
        ("Explain tides in simple Arabic for my neighbour", "ar"),
        ("Give me the Hebrew translation of this line", "he"),
        ("Antworte auf Griechisch", "el"),
        ("Übersetze das ins Russische", "ru"),
        ("Réponds en thaï", "th"),
        ("Traduce al hindi: buenos días", "hi"),
        ("Escreva em chinês", "zh"),
        ("Traduci in coreano: ciao", "ko"),
        ("Ответь на корейском", "ko"),
        ("韓国語で答えてください", "ko"),
        ("请翻译成日语", "ja"),
        ("이 문장을 일본어로 번역해 줘", "ja"),
        ("Terjemahkan ke bahasa Korea", "ko"),
        ("What is the capital of Korea?", None),
        ("Is Korean harder than Japanese?", None),
        ("What do elders do in Korean culture?", None),
        ("Write to my Korean landlord about the deposit", None),
        ("Explain how weddings are held in Japanese villages", None),
        ("Translate this Chinese proverb into English", None),
        ("Ist Koreanisch schwer?", None),
        ("韩语难学吗?", "zh"),
    ],
)
def test_the_language_of_the_answer_decides(router: Router, text: str, language: str | None) -> None:
    assert router.route(text) == language


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("request_in", ["Write it in {english}", "用{unspaced}写"])
def test_every_language_can_be_asked_for(router: Router, language: str, request_in: str) -> None:
    names = {kind: alternatives.split("|")[0] for kind, alternatives in LEXICON["languages"][language]["names"].items()}
    assert router.route(request_in.format(**names)) == language


@pytest.mark.parametrize("pattern", [*LEXICON["asking"].values(), LEXICON["lexicon"]["request"]])
def test_a_phrase_is_written_so_that_both_languages_read_it_alike(pattern: str) -> None:
    assert not re.search(r"[*+.$^\\]", pattern), "ends of lines, classes and repetitions without a bound differ"
    assert not re.search(r"\{\d*,\}", pattern), "repetition needs a bound"
