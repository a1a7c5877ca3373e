"""The text is that of Python's own encoder."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.kubernetes.json_text import json_text

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(VALUES)
def test_the_text_is_that_of_the_standard_library(value: object) -> None:
    assert json_text(value) == json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def test_tuples_are_lists() -> None:
    assert json_text({"a": (1, ())}) == '{\n  "a": [\n    1,\n    []\n  ]\n}\n'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [object()], {1: 2}, {"a": {2}}])
def test_what_json_does_not_have_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        json_text(value)
