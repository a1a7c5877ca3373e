"""What policies say to an object: the verdicts of the API server, from a literal policy and a literal object."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.check.admission.evaluator import Admission, Denial, Refused
from generator.check.admission.policy import binding, policy

CASES = yaml.safe_load((Path(__file__).parent / "cel" / "admission-1.36.yaml").read_text())

DEPLOYMENTS = {
    "resourceRules": [
        {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["deployments"]}
    ]
}
WEB = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
    "spec": {
        "replicas": 3,
        "template": {
            "spec": {
                "initContainers": [{"name": "setup", "image": "setup:1"}],
                "containers": [
                    {
                        "name": "app",
                        "image": "web/app@sha256:0123abcd",
                        "resources": {"requests": {"memory": "512Mi"}, "limits": {"memory": "0.5Gi"}},
                    },
                    {"name": "proxy", "image": "Proxy:1.2"},
                ],
            }
        },
    },
}
SHOP = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "shop", "labels": {"team": "red", "tier": "gold", "kubernetes.io/metadata.name": "shop"}},
}


def made(case: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The policy, its binding and the object of a case, as manifests."""
    spec = dict(case["policy"])
    spec.setdefault("failurePolicy", "Fail")
    spec["matchConstraints"] = spec.pop("match", DEPLOYMENTS)
    bound = {"policyName": "rule.example.com", "validationActions": ["Deny"], **case.get("binding", {})}
    return (
        {"metadata": {"name": "rule.example.com"}, "spec": spec},
        {"metadata": {"name": "rule-everywhere"}, "spec": bound},
        case.get("object", WEB),
    )


def verdicts(case: dict[str, Any], **more: Any) -> list[Denial]:
    rule, bound, obj = made(case)
    known = {"params": case.get("params", []), "namespaces": [SHOP], **more}
    return Admission([policy(rule)], [binding(bound)], **known).verdicts(obj)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_the_verdict_is_that_of_the_api_server(case: dict[str, Any]) -> None:
    said = [denial.message for denial in verdicts(case)]
    for number, expected in enumerate(case["says"]):
        if expected.endswith("...") and number < len(said) and said[number].startswith(expected[:-3]):
            said[number] = expected
    assert said == case["says"]


BROKEN = {"policy": {"validations": [{"expression": "true"}, {"expression": "false", "message": "told"}]}}


def test_a_denial_names_the_policy_the_binding_the_reason_and_the_validation() -> None:
    assert verdicts(BROKEN) == [Denial("rule.example.com", "rule-everywhere", "Deny", "told", "Invalid", 1)]
    forbidden = {"policy": {"validations": [{"expression": "false", "message": "told", "reason": "Forbidden"}]}}
    assert [denial.reason for denial in verdicts(forbidden)] == ["Forbidden"]


def test_each_action_of_a_binding_has_its_denial() -> None:
    found = verdicts({**BROKEN, "binding": {"validationActions": ["Warn", "Audit"]}})
    assert [(denial.action, denial.message) for denial in found] == [("Warn", "told"), ("Audit", "told")]


def test_a_binding_that_cannot_be_used_denies_whatever_its_actions_are() -> None:
    case = {
        "policy": {"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}, "validations": [{"expression": "true"}]},
        "binding": {"validationActions": ["Warn"], "paramRef": {"name": "a", "parameterNotFoundAction": "Deny"}},
    }
    assert [(denial.action, denial.expression_index) for denial in verdicts(case)] == [("Deny", -1)]


def test_a_reference_to_a_namespace_does_not_fit_parameters_without_one() -> None:
    case = {
        "policy": {
            "paramKind": {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass"},
            "validations": [{"expression": "params.provisioner == 'x'", "message": "told"}],
        },
        "params": [
            {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "a"}, "provisioner": "y"}
        ],
    }
    reference = {"name": "a", "parameterNotFoundAction": "Deny"}
    assert [denial.message for denial in verdicts({**case, "binding": {"paramRef": reference}})] == ["told"]
    found = verdicts({**case, "binding": {"paramRef": reference | {"namespace": "shop"}}})
    assert [denial.message for denial in found] == [
        "failed to configure binding: paramRef.namespace must not be provided for a cluster-scoped `paramKind`"
    ]


def test_policies_and_bindings_speak_in_their_order() -> None:
    rules = [made(BROKEN)[0] | {"metadata": {"name": name}} for name in ("second", "first")]
    spec = {"validationActions": ["Deny"]}
    bound = [
        {"metadata": {"name": f"{name}-{number}"}, "spec": spec | {"policyName": name}}
        for name in ("first", "second")
        for number in (1, 2)
    ]
    found = Admission(map(policy, rules), map(binding, bound)).verdicts(WEB)
    assert [denial.binding for denial in found] == ["second-1", "second-2", "first-1", "first-2"]


def test_a_policy_without_a_binding_says_nothing() -> None:
    assert Admission([policy(made(BROKEN)[0])], []).verdicts(WEB) == []


def test_a_policy_that_cannot_be_evaluated_is_refused_with_every_problem() -> None:
    bad = {"policy": {"validations": [{"expression": "1"}, {"expression": "authorizer != null"}]}}
    rule, bound, _ = made(bad)
    stray = bound | {"metadata": {"name": "stray"}, "spec": bound["spec"] | {"policyName": "nosuch"}}
    with pytest.raises(Refused) as caught:
        Admission([policy(rule)], [binding(bound), binding(stray)])
    assert str(caught.value).splitlines() == [
        "rule.example.com: validations[0].expression: must evaluate to bool, not to int",
        "rule.example.com: validations[1].expression: what the authorizer would say cannot be known offline",
        "stray: there is no policy «nosuch»",
    ]


def test_an_unused_variable_does_not_keep_a_policy_from_being_used() -> None:
    case = {"policy": {**BROKEN["policy"], "variables": [{"name": "idle", "expression": "1"}]}}
    assert [denial.message for denial in verdicts(case)] == ["told"]


def test_another_version_of_the_resource_is_told_where_the_server_would_convert_it() -> None:
    rules = [{**DEPLOYMENTS["resourceRules"][0], "apiVersions": ["v1beta1"]}]
    case = {"policy": {**BROKEN["policy"], "match": {"resourceRules": rules}}}
    (denial,) = verdicts(case)
    assert denial.expression_index == -1
    assert denial.message.startswith(
        "failed to configure policy: deployments are named in version v1beta1, the object has v1"
    )
    assert verdicts({"policy": {**case["policy"], "failurePolicy": "Ignore"}}) == []


@pytest.mark.parametrize("kind", ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"])
def test_policies_do_not_speak_of_policies(kind: str) -> None:
    everything = [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}]
    obj = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": "self"}}
    assert verdicts({"policy": {**BROKEN["policy"], "match": {"resourceRules": everything}}, "object": obj}) == []


def test_a_null_is_a_field_that_is_not_set() -> None:
    spec = {"selector": None, "items": [{"a": None, "b": 1}]}
    obj = WEB | {"spec": spec}
    expressions = ["!has(object.spec.selector)", "object.spec.items == [{'b': 1}]"]
    case = {"policy": {"validations": [{"expression": each} for each in expressions]}, "object": obj}
    assert verdicts(case) == []


def test_without_a_namespace_an_object_goes_to_default() -> None:
    obj = WEB | {"metadata": {"name": "web"}}
    case = {"policy": {"validations": [{"expression": "request.namespace == 'default'"}]}, "object": obj}
    assert verdicts(case) == []


def test_a_namespace_that_is_not_known_has_its_name_as_a_label() -> None:
    labels = "namespaceObject.metadata.labels == {'kubernetes.io/metadata.name': 'shop'}"
    assert verdicts({"policy": {"validations": [{"expression": labels}]}}, namespaces=[]) == []


@pytest.mark.parametrize(
    "metadata", [{}, {"name": None}, {"name": "a", "labels": None}, {"name": "a", "labels": ["b"]}]
)
@pytest.mark.parametrize("kind", ["Namespace", "ConfigMap"])
def test_broken_metadata_is_left_to_the_schemas(kind: str, metadata: dict[str, Any]) -> None:
    everything = [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}]
    match = {"resourceRules": everything, "objectSelector": {"matchExpressions": [{"key": "b", "operator": "Exists"}]}}
    obj = {"apiVersion": "v1", "kind": kind, "metadata": metadata}
    assert verdicts({"policy": {**BROKEN["policy"], "match": match}, "object": obj}) == []


@pytest.mark.parametrize("obj", [{}, {"kind": "Deployment"}, {"apiVersion": 1, "kind": "A", "metadata": {}}])
def test_nothing_is_said_of_what_is_not_an_object(obj: dict[str, Any]) -> None:
    assert verdicts({**BROKEN, "object": obj}) == []


def test_nothing_is_loaded_before_the_first_policy() -> None:
    program = """
import sys
from generator.check.admission.evaluator import Admission
assert Admission([], []).verdicts({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}) == []
loaded = {"cel_expr_python", "google.protobuf", "re2", "ipaddress"} & {*sys.modules}
assert not loaded, loaded
"""
    run = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[3], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
