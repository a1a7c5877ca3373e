"""AWS Config rules: on what this environment has, looking at what is its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from generator.aws import config_rules
from generator.environment.model import Environment

PERIODIC = {
    "CLOUD_TRAIL_ENABLED",
    "CLOUD_TRAIL_ENCRYPTION_ENABLED",
    "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
    "CMK_BACKING_KEY_ROTATION_ENABLED",
}
"""Of the rules used here (AWS Config developer guide): AWS Config refuses a scope for them."""


def found(env: Environment) -> dict[str, dict[str, Any]]:
    asked = replace(env, aws=replace(env.aws, audit=replace(env.aws.audit, config_rules=True)))
    return {one.properties["Source"]["SourceIdentifier"]: dict(one.properties) for one in config_rules.resources(asked)}


def test_a_rule_looks_at_the_environments_own_or_has_no_scope_to_name(environments: dict[str, Environment]) -> None:
    rules = found(environments["prod"])
    assert rules.keys() >= PERIODIC
    for identifier, rule in rules.items():
        scope: Any = rule.get("Scope")
        if identifier in PERIODIC:
            assert scope is None, identifier
        elif identifier == "S3_BUCKET_DEFAULT_LOCK_ENABLED":
            assert scope["ComplianceResourceId"] == "openclaw-prod-backup-111122223333"
        else:
            assert scope == {"TagKey": "openclaw.io/environment", "TagValue": "prod"}, identifier


def test_the_trail_is_looked_for_by_its_bucket(environments: dict[str, Environment]) -> None:
    parameters = found(environments["prod"])["CLOUD_TRAIL_ENABLED"]["InputParameters"]
    assert parameters == {"s3BucketName": "openclaw-prod-trail-111122223333"}


def test_what_is_not_made_is_not_looked_for(environments: dict[str, Environment]) -> None:
    env = environments["dev"]
    off = replace(env, aws=replace(env.aws, audit=replace(env.aws.audit, trail=False)))
    absent = {"SNS_ENCRYPTED_KMS", "S3_BUCKET_DEFAULT_LOCK_ENABLED", "CLOUD_TRAIL_ENABLED"}
    assert not found(off).keys() & absent
    assert found(environments["prod"]).keys() >= absent


def test_rules_are_made_where_they_are_asked_for(environments: dict[str, Environment]) -> None:
    assert config_rules.resources(environments["dev"]) == []
    assert config_rules.resources(environments["prod"])
