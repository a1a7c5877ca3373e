"""What a policy is told before it is used."""

from typing import Any

import pytest

from generator.check.admission.lint import lint
from generator.check.admission.policy import policy

MATCH = {"resourceRules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["CREATE"], "resources": ["pods"]}]}


def linted(**spec: Any) -> list[str]:
    spec = {"matchConstraints": MATCH, "validations": [{"expression": "true"}], **spec}
    return lint(policy({"metadata": {"name": "rule"}, "spec": spec}))


def test_a_good_policy_is_told_nothing() -> None:
    assert (
        linted(
            paramKind={"apiVersion": "v1", "kind": "ConfigMap"},
            matchConditions=[{"name": "named", "expression": "object.metadata.name != ''"}],
            variables=[
                {"name": "containers", "expression": "object.spec.containers"},
                {"name": "names", "expression": "variables.containers.map(c, c.name)"},
            ],
            validations=[
                {
                    "expression": "variables.names.all(n, n.startsWith(params.data.prefix))",
                    "message": "names begin alike",
                    "messageExpression": "'names begin with ' + params.data.prefix",
                    "reason": "Forbidden",
                }
            ],
        )
        == []
    )


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (
            {"validations": [{"expression": "object.spec.replicas"}]},
            "validations[0].expression: must evaluate to bool, not to dyn",
        ),
        ({"validations": [{"expression": "'a'"}]}, "validations[0].expression: must evaluate to bool, not to string"),
        (
            {"validations": [{"expression": "true"}, {"expression": "true", "messageExpression": "object.a"}]},
            "validations[1].messageExpression: must evaluate to string, not to dyn",
        ),
        (
            {"matchConditions": [{"name": "a", "expression": "1"}]},
            "matchConditions[0].expression: must evaluate to bool, not to int",
        ),
        (
            {"variables": [{"name": "a", "expression": "1"}], "validations": [{"expression": "variables.b == 1"}]},
            "validations[0].expression: no variable «b» before this expression; known: a",
        ),
        (
            {
                "variables": [{"name": "a", "expression": "variables.b"}, {"name": "b", "expression": "1"}],
                "validations": [{"expression": "variables.b == 1"}],
            },
            "variables[0].expression: no variable «b» before this expression; known: none",
        ),
        (
            {
                "variables": [{"name": "a", "expression": "true"}],
                "matchConditions": [{"name": "c", "expression": "variables.a"}],
                "validations": [{"expression": "variables.a"}],
            },
            "matchConditions[0].expression: no variable «a» before this expression; known: none",
        ),
        (
            {
                "variables": [{"name": "a", "expression": "1"}, {"name": "a", "expression": "2"}],
                "validations": [{"expression": "variables.a == 1"}],
            },
            "variables[1].name: «a» is there twice",
        ),
        (
            {"variables": [{"name": "a", "expression": "1"}, {"name": "b", "expression": "object.b"}]},
            "variables: «b» is not used",
        ),
        (
            {"validations": [{"expression": "authorizer.group('').resource('pods').check('get').allowed()"}]},
            "validations[0].expression: what the authorizer would say cannot be known offline",
        ),
        ({"auditAnnotations": [{"key": "a", "valueExpression": "'a'"}]}, "auditAnnotations: not evaluated offline"),
        ({"validations": []}, "validations: there are none"),
        ({"matchConstraints": {}}, "matchConstraints.resourceRules: there are none"),
        (
            {"matchConstraints": {"resourceRules": [{**MATCH["resourceRules"][0], "operations": ["UPDATE"]}]}},
            "matchConstraints.resourceRules: none is about CREATE",
        ),
        ({"validations": [{"expression": "true", "message": " "}]}, "validations[0].message: blank"),
        ({"validations": [{"expression": "true", "message": "a\nb"}]}, "validations[0].message: has a line break"),
        ({"validations": [{"expression": "true", "reason": "Odd"}]}, "validations[0].reason: «Odd» is not one of"),
        (
            {"validations": [{"expression": "format.dns1123Label().validate('a').hasValue()"}]},
            "validations[0].expression: 1:1: undeclared reference to 'format'",
        ),
        (
            {"validations": [{"expression": "[1, 'a'] == []"}]},
            "validations[0].expression: a list of mixed types: int and string",
        ),
        (
            {
                "variables": [{"name": "limit", "expression": "quantity('1')"}],
                "validations": [{"expression": "variables.limit == quantity('1')"}],
            },
            "validations[0].expression: quantities are compared with compareTo(...) == 0",
        ),
        (
            {"validations": [{"expression": "params.a == 1"}]},
            "validations[0].expression: 1:7: undeclared reference to 'params.a'",
        ),
        (
            {"validations": [{"expression": "math.greatest(1, 2) == 2"}]},
            "validations[0].expression: 1:1: undeclared reference to 'math'",
        ),
    ],
)
def test_a_mistake_is_told_with_its_field(spec: dict[str, Any], says: str) -> None:
    found = linted(**spec)
    assert any(line.startswith(says) for line in found), found


def test_every_mistake_is_told_once() -> None:
    validations = [{"expression": "1"}, {"expression": "[1, 'a'] == [] || [1, 'a'] == []"}]
    assert linted(validations=validations) == [
        "validations[0].expression: must evaluate to bool, not to int",
        "validations[1].expression: a list of mixed types: int and string",
    ]
