"""A key's meaning, its values, and the objects that follow from it."""

from __future__ import annotations

import json

import pytest

from generator.day2.explain import explain
from generator.day2.keys import below, leaves
from generator.environment.model import Environment
from tests.conftest import ROOT

from .conftest import Run

FOLDER = ROOT / "environments"
pytestmark = pytest.mark.thorough


def test_a_key_changes_the_objects_that_are_rendered_from_it() -> None:
    found = explain(FOLDER, "openclaw.drain.preStop", ["dev"])
    assert "Pause before SIGTERM" in found.meaning
    assert (found.accepts, found.required) == ("0 to 60 seconds", True)
    assert {name: rows[0].leaf.value for name, rows in found.rows.items()} == {"defaults": 5, "dev": 5}
    assert [(one.component, one.object) for one in found.effects] == [
        ("openclaw-main", "StatefulSet openclaw/openclaw-main")
    ]
    assert found.tried == ["dev: openclaw.drain.preStop 5 -> 6"]


def test_resources_of_the_account_are_among_them() -> None:
    found = explain(FOLDER, "aws.waf.requests", ["prod"])
    assert [(one.component, one.object) for one in found.effects] == [("aws", "AWS::WAFv2::WebACL door/WebAcl")]
    pool = explain(FOLDER, "aws.mfa", ["staging"])
    assert [one.object for one in pool.effects] == ["AWS::Cognito::UserPool door/UserPool"]


def test_a_key_without_effect_says_so() -> None:
    found = explain(FOLDER, "langfuse.url", ["dev"])
    assert (found.effects, found.silent, found.alone) == ([], ["langfuse.url"], {})


def test_a_key_that_is_left_out_is_tried_with_an_example() -> None:
    found = explain(FOLDER, "cache.image.digest", ["dev"])
    assert [one.object for one in found.effects] == ["Deployment llm-gateway/cache"]


def test_what_cannot_change_alone_is_rendered_all_the_same_and_says_why() -> None:
    found = explain(FOLDER, "ingress.enabled", ["staging"])
    assert "sso" in found.alone["ingress.enabled"]
    assert "Ingress openclaw/openclaw-main" in {one.object for one in found.effects}


def test_a_name_with_dots_and_any_name_are_keys(environments: dict[str, Environment]) -> None:
    known = list(leaves(environments["prod"]))
    assert [leaf.value for leaf in below(known, "models.glm-4.7.images")] == [False]
    assert len(below(known, "openclaw.gateways.<name>.tools")) == 3
    assert below(known, "models.glm-4") == []


def test_a_misspelt_key_is_answered_with_the_one_that_was_meant(run: Run) -> None:
    done = run("explain", "openclaw.drian", "--env", "dev")
    assert (done.exit_code, "did you mean openclaw.drain?" in done.output) == (2, True), done.output


def test_json_holds_the_same(run: Run) -> None:
    found = json.loads(run("explain", "openclaw.drain.preStop", "--env", "dev", "--json").output)
    assert found["objects"] == [
        {"component": "openclaw-main", "object": "StatefulSet openclaw/openclaw-main", "environments": ["dev"]}
    ]
    assert found["values"]["dev"][0]["file"] == "environments/defaults.yaml"
