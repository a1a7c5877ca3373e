"""The alert topic: made where the environment takes its ARN from here, encrypted, by TLS alone, known by its name."""

from __future__ import annotations

from dataclasses import replace

from generator.aws import alert_topic, names
from generator.aws.keys import KEY
from generator.aws.resource import Ref
from generator.environment.model import Environment
from generator.environment.outputs import OUTPUTS


def test_the_topic_is_encrypted_by_our_key_under_the_name_that_policies_compute(
    environments: dict[str, Environment],
) -> None:
    env = environments["prod"]
    topic = alert_topic.resources(env)[0]
    assert topic.properties["KmsMasterKeyId"] == KEY
    assert names.alert_topic_arn(env) == f"arn:aws:sns:eu-central-1:111122223333:{topic.properties['TopicName']}"


def test_it_takes_messages_of_our_budgets_and_none_in_plain_text(environments: dict[str, Environment]) -> None:
    env = environments["prod"]
    policy = alert_topic.resources(env)[1]
    refusal, budgets = policy.properties["PolicyDocument"]["Statement"]
    assert (refusal["Effect"], refusal["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert budgets["Principal"] == {"Service": "budgets.amazonaws.com"}
    assert budgets["Action"] == ["sns:Publish"]
    assert budgets["Resource"] == refusal["Resource"][0] == names.alert_topic_arn(env)
    assert budgets["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "111122223333"},
        "ArnLike": {"aws:SourceArn": "arn:aws:budgets::111122223333:*"},
    }


def test_each_address_is_subscribed_and_keeps_its_subscription_when_others_change(
    environments: dict[str, Environment],
) -> None:
    env = environments["prod"]

    def subscriptions(*addresses: str) -> dict[str, str]:
        found = alert_topic.resources(replace(env, aws=replace(env.aws, notify=addresses)))[2:]
        assert all(one.properties["Protocol"] == "email" for one in found)
        return {one.properties["Endpoint"]: one.name for one in found}

    before, after = subscriptions("a@example.com", "b@example.com"), subscriptions("b@example.com")
    assert set(before) == {"a@example.com", "b@example.com"}
    assert after == {"b@example.com": before["b@example.com"]}


def test_its_arn_flows_back_under_the_name_of_the_environments_output(environments: dict[str, Environment]) -> None:
    (output,) = alert_topic.outputs(environments["prod"])
    assert output.value == Ref("AlertTopic")
    known = [one for one in OUTPUTS if one.name == output.name[0].lower() + output.name[1:]]
    assert [one.stack for one in known] == ["state"]


def test_a_topic_of_somebody_elses_is_left_alone(environments: dict[str, Environment]) -> None:
    env = replace(environments["prod"], outputs=frozenset())
    assert alert_topic.resources(env) == []
    assert alert_topic.outputs(env) == []
