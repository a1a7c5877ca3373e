"""docs/day-2.md says what the tables and the commands say."""

from __future__ import annotations

import re

from generator import known_bad
from generator.cli import main
from generator.day2.moving import MOVES, STAYS
from tests.conftest import ROOT

PAGE = (ROOT / "docs/day-2.md").read_text("utf-8")


def test_both_lists_of_a_promotion_are_on_the_page() -> None:
    rows = re.findall(r"^\| (`.*`) \| (.*) \|$", PAGE, re.MULTILINE)
    shown = {key: words for keys, words in rows for key in re.findall(r"`([^`]+)`", keys)}
    assert shown.keys() == MOVES.keys() | STAYS.keys()
    assert {key: shown[key] for key in STAYS} == STAYS
    assert {shown[key] for key, manner in MOVES.items() if manner == "release"} == {"always"}


def test_every_command_on_the_page_is_a_verb() -> None:
    verbs = set(re.findall(r"-m generator ([a-z-]+)", PAGE))
    assert {"show", "explain", "bump", "promote", "new-env"} <= verbs <= main.commands.keys()


def test_a_refusal_on_the_page_is_worded_as_the_command_words_it() -> None:
    stealer = next(bad for bad in known_bad.releases() if "1.82.7" in bad.versions)
    assert f"litellm v1.82.7 {stealer.told}; {stealer.instead}; nothing was written" in PAGE
    assert f"--only cluster: never moves: {STAYS['cluster']}; nothing was written" in PAGE
