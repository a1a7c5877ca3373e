"""How often the default routing is right, on prompts that it was not made from."""

from __future__ import annotations

from collections import Counter
from types import ModuleType

from .assembled import ROUTING, prompts

WRONG_AT_MOST = {
    "korean-general": 0,
    "korean-coding": 2,
    "english-coding": 2,
    "english-general": 1,
    "mixed": 0,
    "computers-not-coding-english": 2,
    "computers-not-coding-korean": 0,
}
"""Of 104 held-out prompts 3 went wrong when this was written: one each of the kinds that may fail by two."""


def test_held_out_prompts_are_routed_as_well_as_measured(router: ModuleType) -> None:
    wrong = [prompt for prompt in prompts("holdout") if route(router, prompt.text) != prompt.route]
    counted = Counter(prompt.kind for prompt in wrong)
    report = "\n".join(f"{p.kind}: {p.text[:80]!r} -> {route(router, p.text)}, not {p.route}" for p in wrong)
    assert {kind: n for kind, n in counted.items() if n > WRONG_AT_MOST[kind]} == {}, report
    assert len(wrong) <= 5, report


def test_development_prompts_are_routed_right(router: ModuleType) -> None:
    assert [p.text for p in prompts("dev") if route(router, p.text) != p.route] == []


def test_no_prompt_is_in_both_sets_or_in_the_examples() -> None:
    held_out = {prompt.text for prompt in prompts("holdout")}
    examples = {text for topic in ROUTING["routes"] for text in topic.get("examples", ())} | {*ROUTING["general"]}
    assert held_out & ({prompt.text for prompt in prompts("dev")} | examples) == set()


def test_every_example_goes_where_it_says(router: ModuleType) -> None:
    coding = next(topic for topic in ROUTING["routes"] if topic["name"] == "coding")
    assert [text for text in coding["examples"] if route(router, text) != "coding"] == []
    assert [text for text in ROUTING["general"] if route(router, text) == "coding"] == []


def route(router: ModuleType, text: str) -> str:
    return router.classifier.route(text) or "general"
