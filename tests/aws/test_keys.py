"""The key's policy: the account decides by IAM; services that write by themselves may, for us alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generator.aws import keys
from generator.environment.model import Environment


def policy(env: Environment, **audit: bool) -> dict[str, dict[str, Any]]:
    changed = replace(env, aws=replace(env.aws, audit=replace(env.aws.audit, **audit)))
    document = keys.resources(changed)[0].properties["KeyPolicy"]
    return {one["Principal"].get("Service", "account"): one for one in document["Statement"]}


def test_a_service_is_named_where_it_writes_and_nowhere_else(environments: dict[str, Environment]) -> None:
    env = environments["dev"]
    assert set(policy(env, trail=False)) == {"account"}
    assert set(policy(env, trail=True)) == {"account", "cloudtrail.amazonaws.com"}
    assert set(policy(env, trail=False, invocation_logs=True)) == {"account", "bedrock.amazonaws.com"}
    assert policy(environments["prod"]).keys() >= {"budgets.amazonaws.com", "logs.eu-central-1.amazonaws.com"}


def test_the_logs_of_a_web_acl_of_somebody_elses_are_not_ours_to_encrypt(environments: dict[str, Environment]) -> None:
    env = environments["prod"]
    acl = "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/theirs/1"
    theirs = replace(env, ingress=replace(env.ingress, web_acl=acl))
    assert "logs.eu-central-1.amazonaws.com" not in policy(theirs)


@pytest.mark.parametrize(
    ("service", "source"),
    [
        ("cloudtrail", "arn:aws:cloudtrail:eu-central-1:111122223333:trail/openclaw-prod-audit"),
        ("bedrock", "arn:aws:bedrock:eu-central-1:111122223333:*"),
        ("budgets", "arn:aws:budgets::111122223333:*"),
        ("logs.eu-central-1", "arn:aws:logs:eu-central-1:111122223333:log-group:aws-waf-logs-openclaw-prod"),
    ],
)
def test_a_service_acts_for_what_is_ours(environments: dict[str, Environment], service: str, source: str) -> None:
    statement = policy(environments["prod"], trail=True, invocation_logs=True)[f"{service}.amazonaws.com"]
    assert [found for operator in statement["Condition"].values() for found in operator.values() if ":" in found] == [
        source
    ]
    assert "kms:GenerateDataKey" in statement["Action"]
    assert not [action for action in statement["Action"] if "*" in action]
