"""A diff in each of its forms: complete, and no value in it acts on whoever reads it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import click
import pytest
import yaml

from generator.diff.change import changes
from generator.diff.fields import ABSENT, Field
from generator.diff.forms import FORMS
from generator.diff.impact import Impact, Severity
from generator.diff.markdown import escaped, fenced, folded, inert
from generator.diff.source import Comparison
from generator.diff.text import line_diff, lines, value
from tests.diff.prose import prose

SCRIPT = "</pre><script>alert(1)</script>"
TICKS = "``````\n# not a heading\n@everyone"
ESCAPES = "\x1b[2J\u202egnp\r```"


def obj(name: str, **data: Any) -> str:
    return yaml.safe_dump({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data})


def comparison(*pairs: tuple[str, str, str]) -> Comparison:
    return Comparison("base", tuple(changes({file: (before, after) for file, before, after in pairs})), {}, {})


CHANGED = comparison(
    ("rendered/dev/cache/a.yaml", obj("a", x="1", gone=None), obj("a", x="2", new=None)),
    ("rendered/dev/cache/b.yaml", "", obj("b")),
    ("rendered/prod/cache/c.yaml", obj("c"), ""),
)
SAID = [
    Impact(Severity.DANGER, "delete", "prod", "ConfigMap c", "is removed"),
    Impact(Severity.NOTE, "other", "dev", "ConfigMap a", "changes in place"),
    Impact(Severity.WARNING, "money", "staging", "ceiling", "is 300 instead of 200"),
]
HOSTILE = comparison(
    ("rendered/dev/cache/a.yaml", obj("a", x="1", y="1\n2"), obj("a", x=SCRIPT + ESCAPES, y=TICKS)),
)
HOSTILE_SAID = [Impact(Severity.DANGER, "other", "dev", f"model {SCRIPT}", f"is <b>@team</b> {ESCAPES}")]


def plain(found: Comparison, impacts: list[Impact]) -> str:
    return click.unstyle(FORMS["text"](found, impacts))


def test_text_says_consequences_then_objects() -> None:
    assert (
        plain(CHANGED, SAID)
        == """\
dev: 1 changed, 1 added

  cache
  ~ ConfigMap a
      - data.gone: null
      + data.new: null
      data.x: 1 -> 2
  + ConfigMap b

prod: 1 removed
  ! ConfigMap c: is removed

  cache
  - ConfigMap c

staging: no object changes
  ! ceiling: is 300 instead of 200"""
    )


def test_json_keeps_null_and_absent_apart() -> None:
    data = json.loads(FORMS["json"](CHANGED, SAID))
    first = data["objects"][0]
    assert (first["kind"], first["name"], first["verb"], first["component"]) == ("ConfigMap", "a", "changed", "cache")
    assert first["fields"] == [
        {"path": "data.gone", "before": None},
        {"path": "data.new", "after": None},
        {"path": "data.x", "before": "1", "after": "2"},
    ]
    assert data["impacts"][0] == {
        "severity": "danger",
        "category": "delete",
        "environment": "prod",
        "subject": "ConfigMap c",
        "text": "is removed",
    }


def test_markdown_has_every_environment_with_its_objects_folded() -> None:
    said = FORMS["markdown"](CHANGED, SAID)
    assert [line for line in said.splitlines() if line.startswith("### ")] == ["### dev", "### prod", "### staging"]
    assert "- 🔴 **ConfigMap c**: is removed" in said
    assert (
        "<details><summary>cache: 1 changed, 1 added</summary>\n\n```diff\n~ ConfigMap a\n-   data.gone: null" in said
    )


class Page(HTMLParser):
    """The tags of a page and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_is_one_page_without_anything_from_elsewhere() -> None:
    page = Page(FORMS["html"](CHANGED, SAID))
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    for wanted in ("dev: 1 changed, 1 added", "data.x: 1 -> 2", "is removed", "staging: no object changes"):
        assert wanted in page.text


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_no_value_acts_on_a_terminal_or_turns_a_line_around(form: str) -> None:
    said = FORMS[form](HOSTILE, HOSTILE_SAID)
    assert not {"\r", "\x1b", "\u202e"} & set(click.unstyle(said))


def test_no_value_is_markup() -> None:
    tags = Page(FORMS["html"](HOSTILE, HOSTILE_SAID)).tags
    assert not {"script", "b"} & set(tags)
    assert sorted(set(Page(prose(FORMS["markdown"](HOSTILE, HOSTILE_SAID))).tags)) == ["details", "summary"]
    assert "@everyone" not in prose(FORMS["markdown"](HOSTILE, HOSTILE_SAID))


def test_nothing_is_said_of_nothing() -> None:
    nothing = comparison()
    assert plain(nothing, []) == "nothing differs from base"
    assert FORMS["markdown"](nothing, []) == ""
    assert json.loads(FORMS["json"](nothing, [])) == {"base": "base", "impacts": [], "objects": []}
    assert "Nothing." in FORMS["html"](nothing, [])


@pytest.mark.parametrize("body", ["```", "a\n````diff\nb", "~~~\n`````` x", "", "x\r```\ry"])
def test_nothing_in_a_block_closes_its_fence(body: str) -> None:
    first, *_, last = fenced(body).split("\n")
    ticks = first.removesuffix("diff")
    assert last == ticks
    assert set(ticks) == {"`"}
    assert ticks not in body
    assert "\r" not in fenced(body)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a_b*c", r"a\_b\*c"),
        ("[x](http://e.example)", "\\[x\\](http:&#8203;//e.example)"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("&lt;", "&amp;lt;"),
        ("@team", "@&#8203;team"),
        ("x#12, GH-3", "x#&#8203;12, GH&#8203;-3"),
        ("www.evil.example", "www&#8203;.evil.example"),
        ("`code` ~~no~~ a|b", r"\`code\` \~\~no\~\~ a\|b"),
        ("$x$", "&#36;x&#36;"),
        ("one\n# two\r\n- three", "one #&#8203; two - three"),
        ("\\", "\\\\"),
        ("\x1b[31m\u202e", r"\u001b\[31m\u202e"),
    ],
)
def test_escaped_text_is_text(text: str, wanted: str) -> None:
    assert escaped(text) == wanted


def test_a_title_stands_in_html_without_backslashes() -> None:
    assert folded("a_b <i>@x", "y").startswith("<details><summary>a_b &lt;i&gt;@&#8203;x</summary>\n\n")
    assert inert("a*b") == "a*b"


def test_long_texts_show_only_the_lines_that_differ() -> None:
    assert list(lines(Field(("data", "a"), "x\ny\nz\n", "x\nY\nz\n"))) == ["data.a:", "  -y", "  +Y"]


def test_lines_that_look_like_a_diff_are_shown() -> None:
    assert list(line_diff("a\n-- x\n@@ y", "a\n++ z")) == ["--- x", "-@@ y", "+++ z"]


def test_a_last_line_end_is_a_difference() -> None:
    assert list(line_diff("a\nb\n", "a\nb")) == ["-"]


def test_long_values_are_shortened_in_their_middle() -> None:
    text = f"start{'x' * 200}end"
    assert value(text).startswith("startx")
    assert value(text).endswith("xend")
    assert len(value(text)) < len(text)
    assert value({"b": None, "a": "ü"}) == '{"a": "ü", "b": null}'
    assert value("a\nb") == "a\\nb"


def test_of_two_long_values_the_place_where_they_part_is_shown() -> None:
    head, tail = "h" * 300, "t" * 300
    [line] = lines(Field(("a",), f"{head}ONE{tail}", f"{head}TWO{tail}"))
    assert "ONE" in line.partition(" -> ")[0]
    assert "TWO" in line.partition(" -> ")[2]
    assert len(line) < 300


def test_what_was_not_there_is_not_shown() -> None:
    assert list(lines(Field(("a",), ABSENT, None))) == ["+ a: null"]
    assert list(lines(Field(("a",), False, ABSENT))) == ["- a: false"]
    assert list(lines(Field(("a",), None, ""))) == ["a: null -> "]
