"""Access logs of the load balancer: where the Ingress sends them, written by Elastic Load Balancing for us alone."""

from __future__ import annotations

from dataclasses import replace

from generator.aws import access_logs
from generator.components import ingress
from generator.environment.model import Environment


def test_the_load_balancer_may_write_where_its_attributes_send_the_logs(environments: dict[str, Environment]) -> None:
    env = environments["prod"]
    container, policy = access_logs.resources(env)
    told = ingress.attributes(env)
    assert container.properties["BucketName"] == told["access_logs.s3.bucket"]
    _, deliver = policy.properties["PolicyDocument"]["Statement"]
    folder = f"{told['access_logs.s3.bucket']}/{told['access_logs.s3.prefix']}"
    assert deliver["Resource"] == f"arn:aws:s3:::{folder}/AWSLogs/111122223333/*"
    assert deliver["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert deliver["Action"] == ["s3:PutObject"]


def test_only_load_balancers_of_the_account_and_region_may_write(environments: dict[str, Environment]) -> None:
    _, policy = access_logs.resources(environments["prod"])
    _, deliver = policy.properties["PolicyDocument"]["Statement"]
    source = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/*"
    assert deliver["Condition"] == {"ArnLike": {"aws:SourceArn": source}}


def test_logs_are_kept_as_long_as_the_trail(environments: dict[str, Environment]) -> None:
    container, _ = access_logs.resources(environments["prod"])
    expire = container.properties["LifecycleConfiguration"]["Rules"][0]
    assert expire == {"Id": "expire-all", "Status": "Enabled", "ExpirationInDays": 400}


def test_a_closed_door_has_no_logs(environments: dict[str, Environment]) -> None:
    env = environments["prod"]
    assert access_logs.resources(environments["staging"]) == [], "names no bucket"
    assert access_logs.resources(replace(env, ingress=replace(env.ingress, enabled=False))) == []
