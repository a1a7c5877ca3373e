"""What was there before a change: objects and templates of now, with the change undone."""

from __future__ import annotations

from typing import Any

from generator.diff.change import Change
from generator.diff.source import Comparison
from generator.environment.model import Environment
from generator.review.costs import before, costs
from generator.trees.plan import Plan
from tests.conftest import ROOT, assert_same

CACHE, TEMPLATE = "rendered/dev/cache/{}.yaml", "rendered/dev/aws/state.yaml"


def obj(name: str, replicas: int = 1) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {"replicas": replicas}}


def resource(name: str, size: int) -> dict[str, Any]:
    return {"Type": "AWS::KMS::Key", "Size": size, "kind": "AWS::KMS::Key", "metadata": {"name": name}}


def test_what_was_added_goes_what_was_removed_comes_back_what_was_changed_is_as_it_was() -> None:
    changes = (
        Change(CACHE.format("new"), None, obj("new")),
        Change(CACHE.format("gone"), obj("gone"), None),
        Change(CACHE.format("other"), obj("other", 1), obj("other", 2)),
        Change(TEMPLATE, None, resource("New", 1)),
        Change(TEMPLATE, resource("Gone", 1), None),
        Change(TEMPLATE, resource("Other", 1), resource("Other", 2)),
        Change("rendered/dev/aws/gone.yaml", resource("Last", 1), None),
    )
    objects = {
        CACHE.format("new"): obj("new"),
        CACHE.format("other"): obj("other", 2),
        CACHE.format("same"): obj("same"),
    }
    resources = {"New": resource("New", 1), "Other": resource("Other", 2), "Same": resource("Same", 1)}
    now = {TEMPLATE: {"Resources": dict(resources)}}
    old_objects, old_templates = before(Comparison("base", changes, {}, {}), objects, now)
    assert_same(
        old_objects,
        {
            CACHE.format("gone"): obj("gone"),
            CACHE.format("other"): obj("other", 1),
            CACHE.format("same"): obj("same"),
        },
    )
    assert_same(
        old_templates,
        {
            TEMPLATE: {"Resources": {name: resource(name, 1) for name in ("Gone", "Other", "Same")}},
            "rendered/dev/aws/gone.yaml": {"Resources": {"Last": resource("Last", 1)}},
        },
    )
    assert now == {TEMPLATE: {"Resources": resources}}, "what is now stays as it is"


def test_an_environment_that_is_new_has_no_cost_before(environments: dict[str, Environment], planned: Plan) -> None:
    found = Comparison("base", (), {}, {"dev": environments["dev"]})
    delta = costs(found, planned, ["dev"])["dev"]
    assert delta.before is None
    assert delta.after is not None
    assert (ROOT / "environments" / f"{delta.after.environment}.yaml").exists()
