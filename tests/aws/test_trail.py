"""The trail: of all Regions, provably unchanged, encrypted, into a bucket that only it writes to."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from generator.aws import names, trail
from generator.aws.keys import KEY
from generator.aws.resource import Ref, Resource
from generator.environment.model import Environment


def made(env: Environment) -> dict[str, Resource]:
    return {one.name: one for one in trail.resources(env)}


def selected(env: Environment) -> dict[str, dict[str, Any]]:
    selectors = made(env)["Trail"].properties["AdvancedEventSelectors"]
    return {
        one["Name"]: {part["Field"]: part.get("Equals") or part["StartsWith"] for part in one["FieldSelectors"]}
        for one in selectors
    }


def test_it_writes_encrypted_files_whose_change_would_show(environments: dict[str, Environment]) -> None:
    found = made(environments["prod"])["Trail"].properties
    assert found["KMSKeyId"] == KEY
    assert found["S3BucketName"] == Ref("TrailBucket")
    switches = ("IsLogging", "EnableLogFileValidation", "IsMultiRegionTrail", "IncludeGlobalServiceEvents")
    assert {switch: found[switch] for switch in switches} == dict.fromkeys(switches, True)


def test_it_selects_calls_of_models_and_what_happens_to_state(environments: dict[str, Environment]) -> None:
    assert selected(environments["prod"]) == {
        "management": {"eventCategory": ["Management"]},
        "models": {"eventCategory": ["Data"], "resources.type": ["AWS::Bedrock::Model"]},
        "state": {
            "eventCategory": ["Data"],
            "resources.type": ["AWS::S3::Object"],
            "resources.ARN": [
                "arn:aws:s3:::openclaw-prod-backup-111122223333/",
                "arn:aws:s3:::openclaw-prod-langfuse-111122223333/",
            ],
        },
    }


def test_without_state_no_objects_are_watched(environments: dict[str, Environment]) -> None:
    assert set(selected(environments["dev"])) == {"management", "models"}


def test_the_bucket_admits_this_trail_alone(environments: dict[str, Environment]) -> None:
    env = environments["prod"]
    policy = made(env)["TrailBucketPolicy"].properties["PolicyDocument"]
    _, look, write = policy["Statement"]
    bucket = "arn:aws:s3:::openclaw-prod-trail-111122223333"
    assert (look["Action"], look["Resource"]) == (["s3:GetBucketAcl"], bucket)
    assert (write["Action"], write["Resource"]) == (["s3:PutObject"], f"{bucket}/AWSLogs/111122223333/*")
    arn = f"arn:aws:cloudtrail:eu-central-1:111122223333:trail/{made(env)['Trail'].properties['TrailName']}"
    for statement in (look, write):
        assert statement["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
        assert statement["Condition"]["StringEquals"]["aws:SourceArn"] == arn


def test_the_policy_is_there_before_the_trail_which_tries_it(environments: dict[str, Environment]) -> None:
    assert made(environments["prod"])["Trail"].depends == ("TrailBucketPolicy",)


def test_logs_are_kept_for_as_long_as_the_environment_says(environments: dict[str, Environment]) -> None:
    rules = made(environments["prod"])["TrailBucket"].properties["LifecycleConfiguration"]["Rules"]
    assert rules[0]["ExpirationInDays"] == 400


@pytest.mark.parametrize("cluster", ["a__b", "a--b", "a-_b", "ends-"])
def test_its_name_is_one_that_cloudtrail_takes(environments: dict[str, Environment], cluster: str) -> None:
    env = environments["prod"]
    found = names.trail(replace(env, cluster=replace(env.cluster, name=cluster)))
    assert re.fullmatch(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*", found), found


def test_it_can_be_left_out(environments: dict[str, Environment]) -> None:
    env = environments["prod"]
    off = replace(env, aws=replace(env.aws, audit=replace(env.aws.audit, trail=False)))
    assert trail.resources(off) == []
