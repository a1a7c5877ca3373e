"""An edit changes the lines that it is about, and leaves every other byte as it was."""

from __future__ import annotations

import difflib
from typing import Any

import pytest
import yaml

from generator.day2.edit import Fragment, Keys, Unfit, put, remove, said, written
from generator.environment.convert import Converter
from generator.environment.nodes import Map, parse

FILE = """\
# Head of the file.
# yaml-language-server: $schema=schema.json
cluster:
  name: one # the first
  zones: [a, b]

# What models cost.
models:
  # dear, and good
  claude-4.7:
    id: 'x.y' # quoted
    price: {input: 3.00, output: 15.00}
    fallbacks:
      - a
      - b # the second

  glm: # the other
    id: glm
    budget: null # nobody counts


empty: {}
last: "end" # of it
"""


def leaves(value: Any, path: Keys = ()) -> list[Keys]:
    if isinstance(value, dict) and value:
        return [path] * bool(path) + [leaf for key, item in value.items() for leaf in leaves(item, (*path, key))]
    return [path]


PATHS = leaves(yaml.safe_load(FILE))


def changed(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def without(value: Any, path: Keys) -> Any:
    """The value without a key, and without the mappings that are empty then."""
    copy = dict(value)
    inner = without(value[path[0]], path[1:]) if len(path) > 1 else None
    if inner:
        copy[path[0]] = inner
    else:
        del copy[path[0]]
    return copy


@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_a_value_put_where_it_was_changes_nothing(path: Keys) -> None:
    fragment = said(FILE, path)
    assert fragment is not None
    assert put(FILE, path, fragment) == FILE


@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_removing_a_key_removes_it_alone(path: Keys) -> None:
    after = remove(FILE, path)
    assert yaml.safe_load(after) == without(yaml.safe_load(FILE), path)
    kept = [line for line in changed(FILE, after) if line.startswith("+")]
    assert len(kept) <= (1 if "price" in path and path[-1] != "price" else 0)


@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_a_removed_key_can_be_put_back(path: Keys) -> None:
    fragment = said(FILE, path)
    assert fragment is not None
    assert yaml.safe_load(put(remove(FILE, path), path, fragment)) == yaml.safe_load(FILE)


def test_a_value_is_replaced_in_its_line_and_keeps_the_comment() -> None:
    assert changed(FILE, put(FILE, ("cluster", "name"), written("two"))) == [
        "-  name: one # the first",
        "+  name: two # the first",
    ]


def test_a_comment_goes_with_its_key_and_not_with_the_next() -> None:
    assert changed(FILE, remove(FILE, ("models", "claude-4.7")))[:2] == ["-  # dear, and good", "-  claude-4.7:"]
    assert "# What models cost.\nmodels:" in remove(FILE, ("cluster", "zones"))
    assert remove(FILE, ("cluster",)).startswith("# Head of the file.\n# yaml-language-server")


def test_a_new_key_stands_where_the_model_has_it() -> None:
    after = put(FILE, ("models", "glm", "images"), written(True), lambda path: ("provider", "id", "images", "budget"))
    assert changed(FILE, after) == ["+    images: true"]
    assert "id: glm\n    images: true\n    budget: null" in after


def test_a_new_section_stands_between_its_neighbours() -> None:
    after = put(
        FILE, ("compute", "limits", "cpu"), written(8), lambda path: () if path else ("cluster", "compute", "models")
    )
    assert "zones: [a, b]\n\ncompute:\n  limits:\n    cpu: 8\n\n# What models cost.\nmodels:" in after


def test_a_block_replaces_a_value_and_a_value_a_block() -> None:
    after = put(FILE, ("models", "glm", "budget"), Fragment("usd: 1\nperiod: 30d", True))
    assert changed(FILE, after)[1:] == ["+    budget: # nobody counts", "+      usd: 1", "+      period: 30d"]
    assert yaml.safe_load(put(FILE, ("models", "claude-4.7"), written(None)))["models"]["claude-4.7"] is None
    assert yaml.safe_load(put(FILE, ("empty", "a", "b"), written([1])))["empty"] == {"a": {"b": [1]}}


def test_braces_take_a_value_and_refuse_a_block() -> None:
    assert "{input: 3.00, output: 15.00, cacheRead: 0.3}" in put(
        FILE, ("models", "claude-4.7", "price", "cacheRead"), written(0.3)
    )
    with pytest.raises(Unfit, match="write it as a block first"):
        put(FILE, ("models", "claude-4.7", "price", "a"), Fragment("b: 1", True))


def test_an_anchor_is_not_copied_to_where_it_means_nothing() -> None:
    with pytest.raises(Unfit, match="anchor"):
        said("a: &x [b]\nc: *x\n", ("a",))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026.9.6",
            "v1.109.1",
            "1.35",
            "no",
            "null",
            "1e3",
            "12:30",
            "a, b",
            "a: b",
            "a #b",
            "#a",
            "[a",
            "- a",
            "it's",
        ),
        *(
            "",
            " a",
            "0 18 * * fri",
            "al2023@v20260903",
            "017",
            "{a}",
            "a\nb",
            "김치",
            "*a",
            "&a",
            "!a",
            "'",
            '"',
            "a'b: c",
        ),
    ],
)
def test_every_text_is_written_so_that_it_is_read_as_that_text(text: str) -> None:
    for line in (f"k: {written(text).text}", f"k: {written([text, 'z']).text}"):
        tree = parse(line, "").entries["k"]
        found = Converter().value(tree if not hasattr(tree, "items") else tree.items[0], str, ())
        assert found == text, line
    assert isinstance(parse(f"k: {written({text or 'k': 1}).text}", "").entries["k"], Map)
