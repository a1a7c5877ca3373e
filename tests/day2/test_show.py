"""Every value with the line that says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.day2.show import as_yaml, rows
from generator.environment.load import build, load, names
from generator.environment.nodes import parse
from tests.conftest import ENVIRONMENTS, ROOT

from .conftest import Run


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_what_is_shown_is_an_environment_file_that_yields_the_same_environment(name: str) -> None:
    env = load(ROOT / "environments", name)
    assert build(parse(as_yaml(rows(ROOT / "environments", name)), "shown"), name, env.outputs) == env


def test_each_value_names_the_line_that_says_it() -> None:
    found = {row.leaf.key: row for row in rows(ROOT / "environments", "prod")}
    for row in found.values():
        if row.place:
            line = (ROOT / row.place.file).read_text("utf-8").splitlines()[row.place.line - 1]
            names_it = row.leaf.path[-1] in line or row.place.file.endswith(".outputs.yaml")
            assert names_it or isinstance(row.leaf.value, list), f"{row.leaf.key}: {row.origin}: {line}"
    assert found["openclaw.gateways.support.storage"].origin == found["openclaw.gatewayDefaults.storage"].origin
    kinds = {key: found[key].as_dict()["from"] for key in ("cluster.name", "cluster.account", "ingress.signIn.cognito")}
    assert kinds == {"cluster.name": "environment", "cluster.account": "defaults", "ingress.signIn.cognito": "model"}
    assert found["monitoring.receivers.sns.topicArn"].as_dict()["from"] == "outputs"


def test_a_key_shows_what_is_below_it(run: Run) -> None:
    done = run("show", "prod", "models.gpt-5.4.price")
    assert done.exit_code == 0
    assert [line.split("#")[0].strip() for line in done.output.splitlines()] == [
        *("models:", "gpt-5.4:", "price:", "input: 2.5", "output: 15", "cacheRead: 0.25", "cacheWrite: 0"),
    ]
    assert json.loads(run("show", "prod", "cluster.name", "--json").output)[0]["value"] == "openclaw-prod"


def test_a_misspelt_key_is_answered_with_the_one_that_was_meant(run: Run) -> None:
    done = run("show", "prod", "llmGateway.replica")
    assert done.exit_code == 2
    assert "did you mean llmGateway.replicas?" in done.output
    assert "the sections are" in run("show", "prod", "zzz").output


def test_outputs_that_are_not_there_yet_do_not_keep_the_rest_from_being_shown(folder: Path, run: Run) -> None:
    (folder / "staging.outputs.yaml").unlink()
    assert run("show", "staging", "cluster").exit_code == 0
    assert "staging" in names(folder)
