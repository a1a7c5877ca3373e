"""The web ACL: strangers are counted and known attacks refused, prompts are not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.aws import web_acl
from generator.environment.model import Environment

from .account import changed

GROUP_CAPACITY = {
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
}
"""WCU (WAF developer guide: baseline and IP reputation rule groups)."""
RATE_CAPACITY = 2
"""WCU of a rate-based rule by address (WAF developer guide, rate-based rule statement)."""
INCLUDED = 1500
"""WCU; above it every request costs more (WAF pricing)."""
COMMON_BODIES = {
    "CrossSiteScripting_BODY",
    "EC2MetaDataSSRF_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "SizeRestrictions_BODY",
}
"""All rules of the common set that look at a body (WAF developer guide, core rule set)."""


@pytest.fixture
def prod(environments: dict[str, Environment]) -> Environment:
    return environments["prod"]


def made(env: Environment) -> dict[str, Any]:
    return {one.name: one.properties for one in web_acl.resources(env)}


def rules(env: Environment) -> dict[str, dict[str, Any]]:
    return {one["Name"]: one for one in made(env)["WebAcl"]["Rules"]}


def managed(env: Environment) -> dict[str, dict[str, Any]]:
    found = {name: one["Statement"].get("ManagedRuleGroupStatement") for name, one in rules(env).items()}
    return {name: statement for name, statement in found.items() if statement}


def test_it_is_made_under_the_name_that_the_door_asks_for(prod: Environment) -> None:
    acl = made(prod)["WebAcl"]
    assert (acl["Name"], acl["Scope"]) == (prod.ingress.web_acl, "REGIONAL")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("ingress.web_acl", None),
        ("ingress.web_acl", "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/shared/1"),
        ("ingress.enabled", False),
    ],
    ids=["none is named", "somebody else's", "no door"],
)
def test_none_is_made(prod: Environment, path: str, value: Any) -> None:
    env = changed(prod, path, value)
    assert (web_acl.resources(env), web_acl.outputs(env)) == ([], [])


def test_an_address_is_refused_above_the_rate_before_anything_else_is_asked(prod: Environment) -> None:
    first = min(rules(prod).values(), key=lambda rule: rule["Priority"])
    assert first["Action"] == {"Block": {}}
    assert first["Statement"] == {
        "RateBasedStatement": {
            "Limit": prod.aws.waf.requests,
            "EvaluationWindowSec": 300,
            "AggregateKeyType": "IP",
        }
    }
    other = changed(prod, "aws.waf.requests", 123)
    assert rules(other)[first["Name"]]["Statement"]["RateBasedStatement"]["Limit"] == 123


def test_rules_have_priorities_and_metrics_of_their_own(prod: Environment) -> None:
    found = list(rules(prod).values())
    assert len({rule["Priority"] for rule in found}) == len(found)
    assert len({rule["VisibilityConfig"]["MetricName"] for rule in found}) == len(found)
    assert all(rule["VisibilityConfig"]["CloudWatchMetricsEnabled"] for rule in found)


def test_managed_groups_block_except_where_a_body_is_a_prompt(prod: Environment) -> None:
    found = managed(prod)
    assert found.keys() == GROUP_CAPACITY.keys()
    assert all(rules(prod)[name]["OverrideAction"] == {"None": {}} for name in found)
    overridden = {name: one["RuleActionOverrides"] for name, one in found.items() if "RuleActionOverrides" in one}
    assert overridden.keys() == {"AWSManagedRulesCommonRuleSet"}
    [common] = overridden.values()
    assert {one["Name"] for one in common} == COMMON_BODIES
    assert all(one["ActionToUse"] == {"Count": {}} for one in common)


def test_its_capacity_is_within_what_the_price_of_a_web_acl_includes(prod: Environment) -> None:
    groups = sum(GROUP_CAPACITY[name] for name in managed(prod))
    rates = [one for one in rules(prod).values() if "RateBasedStatement" in one["Statement"]]
    assert len(managed(prod)) + len(rates) == len(rules(prod)), "a rule of unknown capacity"
    assert groups + RATE_CAPACITY * len(rates) <= INCLUDED


def test_logs_go_to_a_group_that_waf_may_write_to(prod: Environment) -> None:
    logging, group = made(prod)["WebAclLogging"], made(prod)["WebAclLogs"]["LogGroupName"]
    assert group.startswith("aws-waf-logs-")
    [destination] = logging["LogDestinationConfigs"]
    assert destination == f"arn:aws:logs:eu-central-1:111122223333:log-group:{group}"
    [entry] = [one for one in web_acl.resources(prod) if one.name == "WebAclLogging"]
    assert entry.depends == ("WebAclLogs",), "the destination is a name, so nothing else makes the group come first"


def test_what_opens_a_gateway_is_not_in_the_logs(prod: Environment) -> None:
    hidden = {one["SingleHeader"]["Name"] for one in made(prod)["WebAclLogging"]["RedactedFields"]}
    assert hidden == {"authorization", "cookie"}


def test_only_what_was_refused_or_counted_is_logged(prod: Environment) -> None:
    chosen = made(prod)["WebAclLogging"]["LoggingFilter"]
    assert chosen["DefaultBehavior"] == "DROP"
    assert json.dumps(chosen["Filters"]).count('"Behavior": "KEEP"') == len(chosen["Filters"]) == 1
    assert {one["ActionCondition"]["Action"] for one in chosen["Filters"][0]["Conditions"]} == {"BLOCK", "COUNT"}


@pytest.mark.parametrize(("days", "kept"), [(1, 1), (2, 3), (365, 365), (366, 400), (3289, 3653), (3650, 3653)])
def test_logs_are_kept_for_the_next_period_that_cloudwatch_offers(prod: Environment, days: int, kept: int) -> None:
    env = changed(prod, "aws.audit.retention_days", days)
    assert made(env)["WebAclLogs"]["RetentionInDays"] == kept
