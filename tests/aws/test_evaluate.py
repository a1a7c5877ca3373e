"""The judge of policies, judged by the examples of IAM's user guide (policy evaluation logic, condition operators)."""

from __future__ import annotations

from typing import Any

import pytest

from .evaluate import Call, Context, allowed

BUCKET = "arn:aws:s3:::archives"


def policy(*statements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"Version": "2012-10-17", "Statement": list(statements)}]


def allow(action: str | list[str], resource: str | list[str], condition: Any = None) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": resource}
    return made | ({"Condition": condition} if condition else {})


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("s3:GetObject", f"{BUCKET}/a/b", True),
        ("S3:getobject", f"{BUCKET}/a/b", True),
        ("s3:PutObject", f"{BUCKET}/a/b", False),
        ("s3:GetObject", f"{BUCKET}/b", False),
        ("s3:GetObject", f"{BUCKET}/A/b", False),
        ("s3:GetObjectAcl", f"{BUCKET}/a/b", False),
    ],
)
def test_a_statement_holds_for_its_actions_on_its_resources(action: str, resource: str, expected: bool) -> None:
    assert allowed(policy(allow(["s3:GetObject"], [f"{BUCKET}/a/*"])), Call(action, resource)) is expected


def test_nothing_allows_nothing_and_a_deny_wins() -> None:
    call = Call("s3:GetObject", f"{BUCKET}/a", {"aws:SecureTransport": "false"})
    deny = {
        "Effect": "Deny",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    assert not allowed(policy(), call)
    assert allowed(policy(allow("s3:*", "*")), call)
    assert not allowed(policy(allow("s3:*", "*"), deny), call)
    assert not allowed([*policy(deny), *policy(allow("s3:*", "*"))], call)
    assert allowed(
        policy(allow("s3:*", "*"), deny), Call("s3:GetObject", f"{BUCKET}/a", {"aws:SecureTransport": "true"})
    )


def test_a_question_mark_is_one_character_and_brackets_are_nothing_special() -> None:
    found = policy(allow("s3:*", f"{BUCKET}/a-??"), allow("s3:*", f"{BUCKET}/[ab]"))
    assert allowed(found, Call("s3:GetObject", f"{BUCKET}/a-xy"))
    assert not allowed(found, Call("s3:GetObject", f"{BUCKET}/a-xyz"))
    assert not allowed(found, Call("s3:GetObject", f"{BUCKET}/a"))


@pytest.mark.parametrize(
    ("condition", "context", "expected"),
    [
        ({"StringEquals": {"k": "a"}}, {"k": "a"}, True),
        ({"StringEquals": {"K": ["a", "b"]}}, {"k": "b"}, True),
        ({"StringEquals": {"k": "a"}}, {"k": "A"}, False),
        ({"StringEquals": {"k": "a*"}}, {"k": "ab"}, False),
        ({"StringEquals": {"k": "a"}}, {}, False),
        ({"StringEquals": {"k": "a", "l": "b"}}, {"k": "a"}, False),
        ({"StringEquals": {"k": "a"}, "StringLike": {"l": "*"}}, {"k": "a"}, False),
        ({"StringLike": {"k": "a*"}}, {"k": "ab"}, True),
        ({"StringEqualsIfExists": {"k": "a"}}, {}, True),
        ({"StringEqualsIfExists": {"k": "a"}}, {"k": "b"}, False),
        ({"ArnEquals": {"k": "arn:aws:events:*:1:rule/x"}}, {"k": "arn:aws:events:r:1:rule/x"}, True),
        ({"Null": {"k": "true"}}, {}, True),
        ({"Null": {"k": "true"}}, {"k": ""}, False),
        ({"Null": {"k": "false"}}, {"k": ""}, True),
        ({"ForAllValues:StringEquals": {"k": ["a", "b"]}}, {"k": ["a", "b"]}, True),
        ({"ForAllValues:StringEquals": {"k": ["a", "b"]}}, {"k": ["a", "c"]}, False),
        ({"ForAllValues:StringEquals": {"k": ["a"]}}, {}, True),
        ({"Bool": {"k": "false"}}, {"k": "FALSE"}, True),
    ],
)
def test_conditions(condition: Any, context: Context, expected: bool) -> None:
    assert allowed(policy(allow("*", "*", condition)), Call("s3:GetObject", BUCKET, context)) is expected


def test_a_principal_is_who_calls() -> None:
    found = policy({"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"})
    assert allowed(found, Call("sqs:SendMessage", service="events.amazonaws.com"))
    assert not allowed(found, Call("sqs:SendMessage", service="sns.amazonaws.com"))


@pytest.mark.parametrize("statement", [{"Effect": "Allow", "NotAction": "s3:*", "Action": "*"}])
def test_what_it_does_not_know_it_does_not_judge(statement: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="NotAction"):
        allowed(policy(statement), Call("s3:GetObject"))
    with pytest.raises(KeyError):
        allowed(
            policy(allow("*", "*", {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})), Call("*", "*", {"aws:SourceIp": ""})
        )
