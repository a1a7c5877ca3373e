"""schema.json and the reference page are the model, and the schema accepts what the model accepts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from generator.environment import schema
from generator.environment.model import SECTIONS
from tests.conftest import ROOT

VALIDATOR = jsonschema.Draft202012Validator(schema.schema())


@pytest.mark.parametrize("path", [schema.SCHEMA_PATH, schema.REFERENCE_PATH])
def test_generated_file_is_current(path: str) -> None:
    assert (ROOT / path).read_text("utf-8") == schema.files()[path], "run `make docs`"


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema.schema())


@pytest.mark.parametrize("name", ["defaults", "dev", "staging", "prod"])
def test_shipped_environments_fit_the_schema(name: str) -> None:
    data = yaml.safe_load((ROOT / f"environments/{name}.yaml").read_text("utf-8"))
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []


@pytest.mark.parametrize(
    "name", ["unknown-key", "out-of-range", "account-as-number", "floating-ami", "small-instance-size"]
)
def test_editors_see_what_the_loader_refuses(name: str) -> None:
    data = yaml.safe_load((ROOT / f"tests/environment/broken/{name}.yaml").read_text("utf-8"))
    assert list(VALIDATOR.iter_errors(data))


def test_every_key_is_documented() -> None:
    undocumented = [f"{page.name}.{row.key}" for page in schema.sections() for row in page.rows if not row.text]
    assert undocumented == []
    assert [page.name for page in schema.sections() if not page.text] == []


def test_every_key_of_the_schema_is_in_the_reference() -> None:
    page = schema.files()[schema.REFERENCE_PATH]
    missing = [key for key in properties(json.loads(json.dumps(schema.schema()))) if f"{key}`" not in page]
    assert sorted(set(missing) - set(SECTIONS)) == []


def properties(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "properties" and isinstance(value, dict):
                yield from value
            yield from properties(value)
