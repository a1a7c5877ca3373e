"""Whatever rendered file a fault is planted in, `check` names the file, the line and the path."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.check.finding import Finding
from generator.check.run import _check_text
from generator.check.schemas import Schemas
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
        schemas = Schemas(env.cluster.kubernetes_version)
        for path in (path for path in planned.objects if path.startswith(f"rendered/{env.name}/")):
            text, line, field = plant(planned.files[path])
            found: list[Finding] = _check_text(schemas, path, text)
            if not any((one.file, one.line, one.path) == (path, line, field) for one in found):
                unnamed.append(f"{path}: {[str(one) for one in found]}")
    assert unnamed == []
