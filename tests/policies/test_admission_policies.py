"""Each admission policy: well-formed, silent on what is good, and clear about what is bad."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml

from generator.check.admission.evaluator import Admission
from generator.check.admission.lint import lint
from generator.check.admission.policy import policy
from generator.check.rules import Severity
from generator.check.schemas import DEFAULT_MINOR, Schemas
from generator.components import karpenter, policies
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj
from generator.trees.plan import Plan
from tests.conftest import ENVIRONMENTS, ROOT

from .judging import PREFIX, admission, refusals

FILES = sorted(policies.FOLDER.glob("*.yaml"))
IDS = [path.stem for path in FILES]
EACH = pytest.mark.parametrize("rule", IDS)


@pytest.fixture(scope="module")
def judge(environments: dict[str, Environment]) -> Admission:
    return admission(environments["prod"])


def read(rule: str) -> Obj:
    found: Obj = yaml.safe_load((policies.FOLDER / f"{rule}.yaml").read_text("utf-8"))
    return found


def fixture(rule: str, name: str) -> list[Obj]:
    return [yaml.safe_load(text) for text in documents(rule, name)]


def documents(rule: str, name: str) -> list[str]:
    return (ROOT / "tests" / "policies" / rule / f"{name}.yaml").read_text("utf-8").split("---\n")


@EACH
def test_policy_is_accepted_by_the_server_and_can_be_evaluated_offline(rule: str) -> None:
    assert lint(policy(read(rule))) == []
    assert Schemas(DEFAULT_MINOR).violations(read(rule)) == []


@EACH
def test_policy_says_why_and_what_to_do(rule: str) -> None:
    meta = read(rule)["metadata"]
    assert meta["name"] == PREFIX + rule
    assert [*meta["annotations"]] == [
        "openclaw.io/severity",
        "openclaw.io/summary",
        "openclaw.io/reason",
        "openclaw.io/remediation",
    ]
    assert meta["annotations"]["openclaw.io/severity"] in set(Severity)
    assert all(meta["annotations"].values())


@EACH
def test_policy_is_about_ours_alone_and_fails_closed(rule: str) -> None:
    """Whatever is cluster-wide is ours by its own label, everything else by that of its namespace."""
    spec = read(rule)["spec"]
    match = spec["matchConstraints"]
    scopes = {each["scope"] for each in match["resourceRules"]}
    selector = "objectSelector" if scopes == {"Cluster"} else "namespaceSelector"
    assert match[selector] == {"matchLabels": {"app.kubernetes.io/part-of": "openclaw"}}
    assert len(scopes) == 1
    assert spec["failurePolicy"] == "Fail"


@EACH
def test_an_object_that_stands_already_is_judged_by_what_is_changed(rule: str) -> None:
    """Else a controller could not label, scale down or finalize what was there before the rule."""
    spec = read(rule)["spec"]
    updated = any("UPDATE" in each["operations"] for each in spec["matchConstraints"]["resourceRules"])
    assert updated == ("changed" in [each["name"] for each in spec.get("matchConditions", ())])


def test_rules_about_pods_find_the_pod_in_the_same_way() -> None:
    """Policies cannot share variables, so each has its own copy."""
    spelled: dict[str, dict[str, str]] = {}
    for rule in IDS:
        for variable in read(rule)["spec"].get("variables", ()):
            if variable["name"] in ("pod", "containers", "terms"):
                spelled.setdefault(variable["name"], {})[rule] = variable["expression"]
    short = {"spread", "service-account"}  # they need the template too
    for name, copies in spelled.items():
        assert len({text for rule, text in copies.items() if name != "pod" or rule not in short}) == 1, (name, copies)
    kinds = {
        rule: tuple(map(tuple, (each["resources"] for each in read(rule)["spec"]["matchConstraints"]["resourceRules"])))
        for rule in spelled["pod"]
        if rule not in short
    }
    assert len({*kinds.values()}) == 1, kinds


@EACH
def test_fixtures_are_objects_that_a_server_reads(rule: str) -> None:
    schemas = Schemas(DEFAULT_MINOR)
    for obj in fixture(rule, "good") + fixture(rule, "bad"):
        assert schemas.violations(obj) == [], obj["metadata"]["name"]


@EACH
def test_good_objects_pass_every_rule(rule: str, judge: Admission) -> None:
    assert {obj["metadata"]["name"]: refusals(judge, obj) for obj in fixture(rule, "good")} == {
        obj["metadata"]["name"]: {} for obj in fixture(rule, "good")
    }


@EACH
def test_bad_objects_are_refused_by_this_rule_alone_with_these_words(rule: str, judge: Admission) -> None:
    """Which words, the lines `# says:` above each object tell."""
    for text in documents(rule, "bad"):
        words = [line.removeprefix("# says: ") for line in text.splitlines() if line.startswith("# says: ")]
        obj = yaml.safe_load(text)
        assert refusals(judge, obj) == {rule: words}, obj["metadata"]["name"]


@EACH
def test_objects_of_others_are_none_of_our_business(rule: str, judge: Admission) -> None:
    for obj in fixture(rule, "bad"):
        meta = obj["metadata"]
        if "namespace" in meta:
            meta["namespace"] = "kube-system"
        else:
            del meta["labels"]
        assert refusals(judge, obj) == {}, meta["name"]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_everything_rendered_passes(name: str, planned: Plan, environments: dict[str, Environment]) -> None:
    judge = admission(environments[name])
    below = f"rendered/{name}/"
    found = {path: refusals(judge, obj) for path, obj in planned.objects.items() if path.startswith(below)}
    assert {path: refused for path, refused in found.items() if refused} == {}
    assert found


@pytest.mark.parametrize(("enforcement", "actions"), [("audit", ["Audit", "Warn"]), ("deny", ["Deny"])])
def test_enforcement_decides_what_every_binding_does(
    enforcement: Any, actions: list[str], defaults: Environment
) -> None:
    env = replace(defaults, policies=replace(defaults.policies, enforcement=enforcement))
    bindings = [obj for obj in policies.objects(env) if obj["kind"] == "ValidatingAdmissionPolicyBinding"]
    assert {obj["spec"]["policyName"]: obj["spec"]["validationActions"] for obj in bindings} == {
        PREFIX + rule: actions for rule in IDS
    }


@pytest.mark.parametrize(("allowed", "wanted", "refused"), [(3, 3, False), (3, 4, False), (4, 3, True)])
def test_the_environment_says_which_generation_is_the_oldest(
    allowed: Any, wanted: Any, refused: bool, defaults: Environment
) -> None:
    def graviton(generation: Any) -> Environment:
        return replace(defaults, compute=replace(defaults.compute, graviton=generation))

    found = refusals(admission(graviton(allowed)), karpenter.node_pool(graviton(wanted)))
    assert list(found) == (["pool-graviton"] if refused else [])


def test_without_parameters_no_pool_is_admitted(environments: dict[str, Environment]) -> None:
    """A deleted ConfigMap must not open the door."""
    env = environments["prod"]
    assert list(refusals(admission(env, parameters=False), karpenter.node_pool(env))) == ["pool-graviton"]
