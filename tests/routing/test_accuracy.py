"""How often the default routing is right by words alone, on prompts that it was not made from, and at what cost."""

from __future__ import annotations

import statistics
import time
from collections import Counter

from .assembled import ROUTING, Prompt, prompts

from content_decision import Router  # isort: skip

WRONG_AT_MOST = {"coding": 27, "general": 26, "korean": 9}
"""Of 178, 158 and 97 held-out prompts 19, 15 and 4 went wrong when this was written."""


def test_held_out_prompts_are_routed_as_well_as_measured(router: Router) -> None:
    asked = prompts("held-out")
    wrong = [prompt for prompt in asked if route(router, prompt.text) != prompt.route]
    counted = Counter(prompt.route for prompt in wrong)
    assert {name: n for name, n in counted.items() if n > WRONG_AT_MOST[name]} == {}, report(router, wrong)
    assert len(wrong) <= 0.15 * len(asked), report(router, wrong)


def test_tuning_prompts_are_nearly_all_routed_right(router: Router) -> None:
    asked = prompts("tuning")
    wrong = [prompt for prompt in asked if route(router, prompt.text) != prompt.route]
    assert len(wrong) <= 0.03 * len(asked), report(router, wrong)


def test_a_decision_takes_less_than_a_millisecond(router: Router) -> None:
    times = []
    for prompt in prompts("held-out"):
        start = time.process_time()
        router.route(prompt.text)
        times.append(time.process_time() - start)
    assert statistics.median(times) < 0.001, f"{statistics.median(times) * 1000:.2f} ms"


def test_half_of_the_prompts_were_never_used_for_tuning() -> None:
    tuning, held_out = prompts("tuning"), prompts("held-out")
    assert len(tuning) + len(held_out) >= 300
    assert len(held_out) >= len(tuning)
    assert {prompt.route for prompt in held_out} == {"coding", "korean", "general"}


def test_no_prompt_is_in_both_halves_or_in_the_examples() -> None:
    held_out = {prompt.text for prompt in prompts("held-out")}
    examples = {text for topic in ROUTING["routes"] for text in topic.get("examples", ())} | {*ROUTING["general"]}
    assert held_out & ({prompt.text for prompt in prompts("tuning")} | examples) == set()


def test_every_example_goes_where_it_says(router: Router) -> None:
    coding = next(topic for topic in ROUTING["routes"] if topic["name"] == "coding")
    assert [text for text in coding["examples"] if route(router, text) != "coding"] == []
    assert [text for text in ROUTING["general"] if route(router, text) == "coding"] == []


def route(router: Router, text: str) -> str:
    return router.route(text) or "general"


def report(router: Router, wrong: list[Prompt]) -> str:
    return "\n".join(f"{p.text[:80]!r} -> {route(router, p.text)}, not {p.route}" for p in wrong)
