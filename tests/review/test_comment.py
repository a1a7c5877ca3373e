"""The comment: what it says first, what it folds, what it leaves out first, and that no value is markup in it."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from generator.check.finding import Finding
from generator.cost.compare import Delta, delta
from generator.cost.estimate import Estimate, Line
from generator.diff.change import Change
from generator.diff.impact import Impact, Severity
from generator.diff.source import Comparison
from generator.environment.load import load
from generator.review.comment import LIMIT, MARKER, Review, comment, touched
from generator.review.part import Part, Rank, fitting, length
from tests.conftest import ROOT
from tests.diff.prose import prose

DANGER, WARNING, NOTE = Severity.DANGER, Severity.WARNING, Severity.NOTE


def obj(value: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"x": value}}


def comparison(*names: str, value: str = "2") -> Comparison:
    """A change of a ConfigMap for each `environment/component/name`."""
    return Comparison("1a2b3c", tuple(Change(f"rendered/{name}.yaml", obj("1"), obj(value)) for name in names), {}, {})


def impact(severity: Severity, text: str, subject: str = "ConfigMap a", environment: str = "dev") -> Impact:
    return Impact(severity, "other", environment, subject, text)


def estimate(amount: float, ceiling: float = 300) -> Estimate:
    line = Line("nodes", "m8g.large", "1 node", "730 h x 0.1", amount, amount * 2)
    return Estimate("dev", "eu-central-1", ceiling, (line,))


def titles(text: str) -> list[str]:
    return re.findall(r"<summary>(.*)</summary>", text)


def test_two_lines_say_what_happens() -> None:
    review = Review(
        comparison("dev/cache/a", "prod/cache/a"),
        [impact(DANGER, "is gone"), impact(WARNING, "restarts"), impact(NOTE, "changes")],
        [Finding("rendered/dev/a.yaml", 3, "graviton", "spec", "is not arm64", "say arm64")],
        {"dev": delta(estimate(100), estimate(120)), "prod": delta(estimate(100), estimate(100))},
    )
    assert comment(review).splitlines()[:3] == [
        MARKER,
        "**2 objects in dev, prod: 2 changed** · 🔴 1 danger · 🟡 1 warning · ❌ policies: 1 error  ",
        "USD a month: **dev** 100 to 200 → 120 to 240 (ceiling 300), **prod** 100 to 200 as before (ceiling 300)",
    ]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (delta(estimate(100), estimate(310)), "100 to 200 → 310 to 620 (**above the ceiling of 300**)"),
        (delta(None, estimate(100)), "100 to 200 (ceiling 300)"),
        (delta(estimate(100), None), "100 to 200 → gone"),
    ],
)
def test_the_sum_of_an_environment(change: Delta, wanted: str) -> None:
    said = comment(Review(comparison("dev/cache/a"), [], [], {"dev": change}))
    assert f"**dev** {wanted}\n" in said


def test_dangers_stand_in_the_open_and_everything_else_is_folded() -> None:
    review = Review(
        comparison("dev/cache/a"),
        [impact(NOTE, "note"), impact(DANGER, "danger"), impact(WARNING, "warning")],
        [
            Finding("a.yaml", 1, "graviton", "", "reason", "the fix"),
            Finding("b.yaml", 1, "x", "", "y", severity="warning"),
        ],
        {"dev": delta(estimate(100), estimate(120))},
    )
    said = comment(review)
    assert "- 🔴 dev: **ConfigMap a**: danger" in said.partition("<details>")[0]
    assert titles(said) == ["Policies", "Warnings", "Cost", "Notes", "Objects of dev", "cache: 1 changed"]
    assert "- ❌ **graviton** a.yaml:1: reason. **Fix:** the fix\n- 🟡 **x** b.yaml:1: y" in said
    assert said.count("<details>") == said.count("</details>") == 6
    assert said.endswith("<sub>The same in a terminal: `python -m generator diff 1a2b3c`</sub>\n")


def test_nothing_is_said_where_nothing_changes() -> None:
    env = load(ROOT / "environments", "dev")
    nothing = Comparison("1a2b3c", (), {"dev": env}, {"dev": env})
    assert touched(nothing, []) == []
    assert comment(Review(nothing, [], [Finding("a.yaml", 1, "x", "", "y")])) == ""


def test_a_setting_that_changes_no_object_is_a_change() -> None:
    said = comment(Review(comparison(), [impact(WARNING, "is 300 instead of 200", "ceiling")]))
    assert "**settings of dev, no object** · 🟡 1 warning · ✅ policies kept" in said
    before, after = load(ROOT / "environments", "dev"), load(ROOT / "environments", "staging")
    assert touched(Comparison("1a2b3c", (), {"dev": before}, {"dev": after}), []) == ["dev"]


def test_an_environment_that_todays_model_cannot_read_at_the_base_is_no_change() -> None:
    assert touched(Comparison("1a2b3c", (), {}, {"dev": load(ROOT / "environments", "dev")}), []) == []


def test_environments_that_change_alike_are_said_once() -> None:
    names = ("dev", "prod", "staging")
    said = comment(
        Review(
            comparison(*(f"{name}/cache/a" for name in names)),
            [impact(DANGER, "is gone", environment=name) for name in names],
        )
    )
    assert "- 🔴 dev, prod, staging: **ConfigMap a**: is gone" in said
    assert "🔴 1 danger" in said
    assert said.count("data.x: 1 -&gt; 2") + said.count("data.x: 1 -> 2") == 1
    assert titles(said) == ["Objects of dev, prod, staging", "cache: 1 changed"]


def test_a_rule_that_says_the_same_of_many_files_says_it_once() -> None:
    findings = [Finding(f"rendered/dev/{name}.yaml", 7, "graviton", "spec", "no arm64", "fix") for name in "abcde"]
    said = comment(Review(comparison("dev/cache/a"), [], findings))
    files = "rendered/dev/a.yaml:7, rendered/dev/b.yaml:7, rendered/dev/c.yaml:7, and 2 more"
    assert f"- ❌ **graviton** {files}: spec: no arm64. **Fix:** fix" in said
    assert "❌ policies: 5 errors" in said


HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</summary></details><script>",
    "@everyone",
    "owner/repo#1",
    "[x](javascript:alert(1))",
    "![x](https://e.example/x.png)",
    "``````\n# heading\n@team",
    "x\r```\r@team <b>",
    "-->\n<!-- openclaw-eks-review -->",
    "</sub>`` @team",
)


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_is_markup_a_mention_or_a_link(value: str) -> None:
    found = comparison("dev/cache/a", value=value)
    said = comment(
        Review(
            Comparison(f"origin/{value}", found.changes, {}, {}),
            [impact(severity, value, value, value) for severity in Severity],
            [Finding(value, 1, value, value, value, value)],
            {value: delta(estimate(1), estimate(2))},
        )
    )
    shown, _, foot = prose(said).removeprefix(MARKER).replace("&#8203;", "\u200b").rpartition("\n<sub>")
    assert re.fullmatch(r"The same in a terminal: (`+)[^\n]*[^`]\1</sub>\n", foot)
    tags = set(re.findall(r"<[^>]*>", shown))
    assert tags <= {"<details>", "</details>", "<summary>", "</summary>"}
    assert not re.search(r"@\w|#\d|://|^#", shown, re.MULTILINE)
    assert not re.search(r"(?<!\\)[\[\]]", shown)
    assert shown.count("<details>") == shown.count("</details>")


def crowd(dice: random.Random) -> Review:
    """A change with much to say, of uneven length."""

    def words(longest: int) -> str:
        return "é😀x" * dice.randrange(1, longest)

    environments = [f"e{index}" for index in range(dice.randrange(1, 9))]
    impacts = [
        impact(dice.choice(list(Severity)), f"{index} {words(30)}", f"Deployment {index}", dice.choice(environments))
        for index in range(dice.randrange(1, 200))
    ]
    findings = [
        Finding(f"f{index}.yaml", 1, "rule", "", f"{index} {words(40)}", severity=dice.choice(["error", "warning"]))
        for index in range(dice.randrange(40))
    ]
    objects = comparison(
        *(f"{name}/c{index}/a" for name in environments for index in range(dice.randrange(9))), value=words(900)
    )
    return Review(objects, impacts, findings, {environments[0]: delta(estimate(1), estimate(2))})


def test_a_comment_keeps_its_limit_and_leaves_out_the_least_important_first() -> None:
    dice = random.Random(11)
    cut = 0
    for _ in range(12):
        review, limit = crowd(dice), dice.randrange(1_500, 20_000)
        said = comment(review, limit)
        assert length(said) <= limit
        kept = {sign: said.count(f"- {sign} e") for sign in "🔴🟡⚪"}
        wanted = {
            sign: sum(one.severity == severity for one in review.impacts)
            for sign, severity in zip("🔴🟡⚪", (DANGER, WARNING, NOTE), strict=True)
        }
        if kept["🔴"] < wanted["🔴"]:
            assert kept["🟡"] == kept["⚪"] == 0
            assert "```diff" not in said
        if kept["🟡"] < wanted["🟡"]:
            assert kept["⚪"] == 0
        if kept["⚪"] < wanted["⚪"]:
            assert "```diff" not in said
        whole = said == comment(review, 10**9)
        assert ("**Left out**" in said) != whole
        cut += not whole
    assert cut > 5


def test_what_is_left_out_is_counted_and_the_command_named() -> None:
    names = [f"dev/c{index}/a" for index in range(9)]
    review = Review(comparison(*names, value="x" * 9_000), [impact(DANGER, "is gone")])
    said = comment(review, 700)
    assert "🔴 dev: **ConfigMap a**: is gone" in said
    assert "**Left out**, for a comment holds 700 characters: " in said
    assert "components' objects (c" in said
    assert "of dev, and " in said
    assert "All of it: `python -m generator diff 1a2b3c`" in said


def test_one_huge_component_does_not_crowd_out_the_small_ones() -> None:
    small, huge = comparison("dev/small/a"), comparison("dev/huge/a", value="\n".join(map(str, range(20_000))))
    said = comment(Review(Comparison("1a2b3c", (*huge.changes, *small.changes), {}, {}), []))
    assert length(said) <= LIMIT
    assert "small: 1 changed" in said
    assert "1 component&#39;s" not in said
    assert "**Left out**, for a comment holds 65,536 characters: 1 component's objects (huge of dev)" in said


def test_parts_keep_their_order_and_length_counts_as_github_may() -> None:
    parts = [Part(Rank.NOTE, "n"), Part(Rank.DANGER, "d"), Part(Rank.WARNING, "w")]

    def assembled(kept: object) -> str:
        assert isinstance(kept, list)
        return "".join(part.text for part in kept)

    assert [fitting(parts, assembled, limit) for limit in (3, 2, 1, 0)] == ["ndw", "dw", "d", ""]
    assert (length("é"), length("😀")) == (1, 2)
