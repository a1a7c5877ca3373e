"""Whatever rendered file a fault is planted in, `check` names the file, the line and the path."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.check.documents import Document, parse_documents
from generator.check.objectset import Item, ObjectSet
from generator.check.run import check_objects
from generator.environment.model import Environment
from generator.trees.plan import Plan

Plant = Callable[[str], tuple[str, int, str]]
"""A rendered text -> the text with a fault, the line where it shows, and the path that is named."""


def unknown_field(text: str) -> tuple[str, int, str]:
    return f"{text}planted: 1\n", text.count("\n") + 1, "planted"


def wrong_type(text: str) -> tuple[str, int, str]:
    lines = text.splitlines()
    at = lines.index("metadata:")
    end = next((n for n in range(at + 1, len(lines)) if not lines[n].startswith(" ")), len(lines))
    return "\n".join([*lines[:at], "metadata: planted", *lines[end:], ""]), at + 1, "metadata"


def missing_key(text: str) -> tuple[str, int, str]:
    lines = [line for line in text.splitlines() if not line.startswith("kind:")]
    return "\n".join([*lines, ""]), 1, ""


@pytest.mark.parametrize("plant", [unknown_field, wrong_type, missing_key])
def test_planted_fault_is_named_in_every_rendered_file(
    plant: Plant, planned: Plan, environments: dict[str, Environment]
) -> None:
    unnamed = []
    for env in environments.values():
        planted = {
            path: plant(planned.files[path]) for path in planned.objects if path.startswith(f"rendered/{env.name}/")
        }
        parsed = [found for path, (text, _, _) in planted.items() for found in parse_documents(path, text)]
        items = tuple(Item(one.file, one.obj) for one in parsed if isinstance(one, Document))
        assert len(items) == len(planted)
        texts = {path: text for path, (text, _, _) in planted.items()}
        found = check_objects(ObjectSet(items, env), texts)
        named = {(one.file, one.line, one.path) for one in found if one.rule == "schema"}
        unnamed += [path for path, (_, line, field) in planted.items() if (path, line, field) not in named]
    assert unnamed == []
