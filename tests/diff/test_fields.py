"""Two values, field by field: nothing that differs goes unsaid, nothing that is the same is said."""

from __future__ import annotations

import random
from typing import Any

import pytest

from generator.diff.fields import ABSENT, fields


def shown(before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    return {field.shown: (field.before, field.after) for field in fields(before, after)}


def test_maps_are_compared_by_key_and_the_deepest_field_is_named() -> None:
    before = {"spec": {"replicas": 1, "paused": False}}
    assert shown(before, {"spec": {"replicas": 2, "paused": False}}) == {"spec.replicas": (1, 2)}


def test_absent_and_null_are_two_things() -> None:
    assert shown({"a": None}, {}) == {"a": (None, ABSENT)}
    assert shown({}, {"a": None}) == {"a": (ABSENT, None)}
    assert shown({"a": None}, {"a": ""}) == {"a": (None, "")}


def test_a_whole_map_that_appears_is_one_field() -> None:
    assert shown({}, {"spec": {"a": {"b": 1}}}) == {"spec": (ABSENT, {"a": {"b": 1}})}


def test_items_with_a_name_are_found_wherever_they_stand() -> None:
    before = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
    after = {"env": [{"name": "A", "value": "1"}, {"name": "C", "value": "3"}, {"name": "B", "value": "4"}]}
    assert shown(before, after) == {"env[B].value": ("2", "4"), "env[C]": (ABSENT, {"name": "C", "value": "3"})}


@pytest.mark.parametrize("key", ["containerPort", "mountPath", "topologyKey", "model_name", "alert", "Key"])
def test_items_are_named_by_kubernetes_merge_keys_and_the_like(key: str) -> None:
    before = [{key: "a", "x": 1}, {key: "b", "x": 1}]
    assert shown(before, [{key: "a", "x": 1}, {key: "b", "x": 2}]) == {"[b].x": (1, 2)}


def test_another_order_of_named_items_is_said() -> None:
    before = [{"name": "a"}, {"name": "b"}]
    assert shown({"initContainers": before}, {"initContainers": before[::-1]}) == {
        "initContainers": (["a", "b"], ["b", "a"])
    }


def test_items_that_share_a_name_are_compared_by_content() -> None:
    before = [{"name": "a", "x": 1}, {"name": "a", "x": 2}]
    assert shown(before, [{"name": "a", "x": 1}, {"name": "a", "x": 3}]) == {"[1].x": (2, 3)}


def test_items_without_a_name_pair_where_they_are_equal() -> None:
    before = [{"from": "a"}, {"from": "b"}]
    assert shown(before, [{"from": "new"}, {"from": "a"}, {"from": "b"}]) == {"[0]": (ABSENT, {"from": "new"})}
    assert shown(before, [{"from": "b"}]) == {"[0]": ({"from": "a"}, ABSENT)}
    assert shown(before, before[::-1]) == {"": (before, before[::-1])}


def test_of_plain_lists_what_came_and_what_went_is_said() -> None:
    assert shown({"zones": ["a", "b"]}, {"zones": ["b", "c"]}) == {"zones[a]": ("a", ABSENT), "zones[c]": (ABSENT, "c")}
    assert shown({"args": ["-a", "-b"]}, {"args": ["-b", "-a"]}) == {"args": (["-a", "-b"], ["-b", "-a"])}
    assert shown({"args": ["-v", "-v"]}, {"args": ["-v"]}) == {"args": (["-v", "-v"], ["-v"])}


@pytest.mark.parametrize(("before", "after"), [(1, True), (0, False), (1, 1.0), ("1", 1), ("", None), ([], {})])
def test_another_type_is_another_value_at_any_depth(before: Any, after: Any) -> None:
    assert shown({"a": {"b": [{"name": "x", "c": before}]}}, {"a": {"b": [{"name": "x", "c": after}]}}) == {
        "a.b[x].c": (before, after)
    }


def test_keys_with_dots_and_slashes_are_quoted_and_other_types_shown_as_they_are() -> None:
    before = {"metadata": {"labels": {"app.kubernetes.io/name": "a"}}, True: 1, None: 1}
    after = {"metadata": {"labels": {"app.kubernetes.io/name": "b"}}, True: 2, None: 2}
    assert shown(before, after) == {
        'metadata.labels."app.kubernetes.io/name"': ("a", "b"),
        "True": (1, 2),
        "None": (1, 2),
    }


def test_files_in_a_configmap_are_compared_by_what_they_say() -> None:
    before = {"data": {"config.json": '{"a": 1, "b": [1]}', "config.yaml": "a: 1\nb: x\n"}}
    after = {"data": {"config.json": '{\n "b": [1],\n "a": 2}', "config.yaml": "b: x\na: 1 # as it was\n"}}
    assert shown(before, after) == {'data."config.json".a': (1, 2)}


def test_a_file_that_does_not_parse_is_compared_as_text() -> None:
    before = {"data": {"config.json": "{", "x.yaml": "a: ["}}
    after = {"data": {"config.json": "{}", "x.yaml": "a: []"}}
    assert shown(before, after) == {'data."config.json"': ("{", "{}"), 'data."x.yaml"': ("a: [", "a: []")}


def test_text_elsewhere_is_never_taken_for_a_file() -> None:
    assert shown({"args": {"x.json": "{}"}}, {"args": {"x.json": "{ }"}}) == {'args."x.json"': ("{}", "{ }")}


def some_value(dice: random.Random, depth: int = 3) -> Any:
    """Few scalars and few keys, so that two values often agree in part."""
    shape = dice.randrange(4) if depth else 0
    if shape == 0:
        return dice.choice([None, True, False, 0, 1, "", "a"])
    size = dice.randrange(4)
    if shape == 1:
        return [some_value(dice, depth - 1) for _ in range(size)]
    if shape == 2:
        return [{"name": dice.choice("abc"), "x": some_value(dice, depth - 1)} for _ in range(size)]
    return {dice.choice(["name", "a", "b"]): some_value(dice, depth - 1) for _ in range(size)}


def exact(value: Any) -> Any:
    """A value that compares as the API server does."""
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    return [exact(item) for item in value] if isinstance(value, list) else (type(value), value)


def test_something_is_said_exactly_where_something_differs() -> None:
    dice = random.Random(7)
    pairs = [(some_value(dice), some_value(dice)) for _ in range(2000)]
    wrong = [(a, b) for a, b in pairs if bool(shown(a, b)) != (exact(a) != exact(b))]
    assert wrong == []
    assert 0 < sum(exact(a) == exact(b) for a, b in pairs) < len(pairs)
