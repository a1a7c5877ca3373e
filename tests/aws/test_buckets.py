"""Buckets: private, encrypted, emptied as the environment says, and archives beyond a pod's reach."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generator.aws import access_logs, bucket, buckets, invocation_logs, names, trail
from generator.aws.keys import KEY
from generator.aws.resource import Ref, Resource
from generator.environment.load import names as environment_names
from generator.environment.model import Environment
from tests.conftest import ROOT

EACH = pytest.mark.parametrize("name", environment_names(ROOT / "environments"))


def by_name(resources: list[Resource]) -> dict[str, Resource]:
    return {one.name: one for one in resources}


def everything(env: Environment) -> Environment:
    """With every bucket that this layer can make."""
    return replace(env, aws=replace(env.aws, audit=replace(env.aws.audit, trail=True, invocation_logs=True)))


def all_of(env: Environment) -> list[Resource]:
    modules = (buckets, access_logs, trail, invocation_logs)
    return [one for module in modules for one in module.resources(everything(env))]


def rules(made: Resource) -> dict[str, dict[str, Any]]:
    return {rule["Id"]: rule for rule in made.properties["LifecycleConfiguration"]["Rules"]}


def statements(made: Resource) -> dict[str, dict[str, Any]]:
    return {one["Sid"]: one for one in made.properties["PolicyDocument"]["Statement"]}


def admits(statement: dict[str, Any], headers: dict[str, Any]) -> bool:
    """Whether a Deny of ours lets a request with these headers pass: every operator must match for it to refuse."""
    matches = [
        all((key not in headers) == (value == "true") for key, value in statement["Condition"]["Null"].items()),
        all(headers.get(key) != value for key, value in statement["Condition"]["StringNotEquals"].items()),
    ]
    return not all(matches)


@EACH
def test_every_bucket_is_private_versioned_and_kept(environments: dict[str, Environment], name: str) -> None:
    made = [one for one in all_of(environments[name]) if one.type == "AWS::S3::Bucket"]
    assert made
    for one in made:
        assert set(one.properties["PublicAccessBlockConfiguration"].values()) == {True}, one.name
        assert len(one.properties["PublicAccessBlockConfiguration"]) == 4, one.name
        assert one.properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}, one.name
        assert one.properties["VersioningConfiguration"] == {"Status": "Enabled"}, one.name
        assert one.retain, one.name


@EACH
def test_every_bucket_has_a_policy_that_refuses_plain_text(environments: dict[str, Environment], name: str) -> None:
    found = all_of(environments[name])
    policies = {one.properties["Bucket"]: one for one in found if one.type == "AWS::S3::BucketPolicy"}
    for one in found:
        if one.type != "AWS::S3::Bucket":
            continue
        assert Ref(one.name) in policies, f"Missing: policy of {one.name}"
        assert policies[Ref(one.name)].retain
        refusal = statements(policies[Ref(one.name)])["TlsOnly"]
        arn = f"arn:aws:s3:::{one.properties['BucketName']}"
        assert (refusal["Effect"], refusal["Resource"]) == ("Deny", [arn, f"{arn}/*"])


@EACH
def test_every_bucket_but_that_of_access_logs_is_encrypted_by_our_key(
    environments: dict[str, Environment], name: str
) -> None:
    for one in all_of(environments[name]):
        if one.type == "AWS::S3::Bucket":
            (rule,) = one.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            chosen = rule["ServerSideEncryptionByDefault"]
            if one.name == "AccessLogsBucket":
                assert chosen == {"SSEAlgorithm": "AES256"}
            else:
                assert chosen == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}, one.name
                assert rule["BucketKeyEnabled"] is True, one.name


@EACH
def test_what_nobody_lists_is_removed(environments: dict[str, Environment], name: str) -> None:
    for one in all_of(environments[name]):
        if one.type == "AWS::S3::Bucket":
            leftovers = rules(one)["leftovers"]
            assert leftovers["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}, one.name
            assert leftovers["NoncurrentVersionExpiration"] == {"NoncurrentDays": bucket.UNDO_DAYS}, one.name
            assert leftovers["ExpiredObjectDeleteMarker"] is True, one.name


def test_archives_expire_when_their_lock_ends(environments: dict[str, Environment]) -> None:
    env = environments["prod"]
    made = by_name(buckets.resources(env))["BackupBucket"]
    assert rules(made)["expire-openclaw-prod"]["Prefix"] == "openclaw/prod/"
    assert rules(made)["expire-openclaw-prod"]["ExpirationInDays"] == env.backup.retention_days == 90
    assert made.properties["ObjectLockEnabled"] is True
    retention = made.properties["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": "GOVERNANCE", "Days": 90}


def test_media_of_traces_stay_and_raw_events_go(environments: dict[str, Environment]) -> None:
    env = environments["staging"]
    made = by_name(buckets.resources(env))["LangfuseBucket"]
    expiring = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules(made).values() if "Prefix" in rule}
    assert expiring == {"events/": 14, "exports/": 14}
    assert "ObjectLockConfiguration" not in made.properties, "Langfuse deletes what people delete"


@pytest.mark.parametrize("name", ["BackupBucketPolicy", "LangfuseBucketPolicy"])
def test_an_upload_that_names_no_key_passes_and_another_key_is_refused(
    environments: dict[str, Environment], name: str
) -> None:
    found = statements(by_name(buckets.resources(environments["prod"]))[name])
    header = "s3:x-amz-server-side-encryption"
    key = f"{header}-aws-kms-key-id"
    requests: list[tuple[dict[str, Any], bool]] = [
        ({}, True),
        ({header: "aws:kms"}, True),
        ({header: "aws:kms", key: KEY}, True),
        ({header: "AES256"}, False),
        ({header: "aws:kms", key: "arn:aws:kms:eu-central-1:111122223333:key/another"}, False),
    ]
    for headers, expected in requests:
        passes = all(admits(found[sid], headers) for sid in ("KmsOnly", "OurKeyOnly"))
        assert passes is expected, headers


def test_nothing_is_made_where_nothing_is_kept(environments: dict[str, Environment]) -> None:
    assert buckets.resources(environments["dev"]) == []


def test_a_bucket_of_our_own_has_the_name_of_the_cluster(environments: dict[str, Environment]) -> None:
    assert names.own_bucket(environments["prod"], "trail") == "openclaw-prod-trail-111122223333"


@pytest.mark.parametrize("cluster", ["Open_Claw", "x" * 100, f"a{'-' * 90}b", "a" * 45, "A"])
def test_every_name_of_a_cluster_makes_a_name_of_a_bucket(environments: dict[str, Environment], cluster: str) -> None:
    env = environments["prod"]
    made = names.own_bucket(replace(env, cluster=replace(env.cluster, name=cluster)), "invocations")
    assert len(made) <= 63
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert made.endswith("-invocations-111122223333")


def test_clusters_with_names_of_one_beginning_have_buckets_of_their_own(environments: dict[str, Environment]) -> None:
    env = environments["prod"]
    made = {
        names.own_bucket(replace(env, cluster=replace(env.cluster, name=cluster)), "trail")
        for cluster in ("open-claw", "open_claw", "Open-Claw", "x" * 80 + "a", "x" * 80 + "b")
    }
    assert len(made) == 5
