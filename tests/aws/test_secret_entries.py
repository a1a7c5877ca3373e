"""Entries of Secrets Manager: exactly those that the ExternalSecrets read, without values."""

from __future__ import annotations

import pytest

from generator.aws import secret_entries
from generator.aws.keys import KEY
from generator.components import registry
from generator.environment.load import names
from generator.environment.model import Environment
from tests.conftest import ROOT, assert_same

EACH = pytest.mark.parametrize("name", names(ROOT / "environments"))


@EACH
def test_there_is_an_entry_for_each_that_the_cluster_reads(environments: dict[str, Environment], name: str) -> None:
    env = environments[name]
    read: dict[str, set[str]] = {}
    for part in registry.render(env):
        for obj in part.objects:
            for item in obj["spec"]["data"] if obj["kind"] == "ExternalSecret" else ():
                remote = item["remoteRef"]
                read.setdefault(remote["key"], set()).add(remote["property"])
    made = {one.properties["Name"]: one for one in secret_entries.resources(env)}
    assert_same(dict.fromkeys(made), dict.fromkeys(read))
    listed = {f"{env.secrets.prefix}/{entry}": set(found) for entry, found in secret_entries.entries(env).items()}
    assert_same(listed, read)


@EACH
def test_an_entry_is_encrypted_kept_and_empty(environments: dict[str, Environment], name: str) -> None:
    for one in secret_entries.resources(environments[name]):
        assert one.properties["KmsKeyId"] == KEY, one.name
        assert one.retain, one.name
        assert not {"SecretString", "GenerateSecretString"} & one.properties.keys(), f"{one.name}: a value in Git"


def test_resources_are_named_by_their_entry(environments: dict[str, Environment]) -> None:
    made = {one.name: one.properties["Name"] for one in secret_entries.resources(environments["prod"])}
    assert made["VirtualKeysSecret"] == "openclaw/prod/virtual-keys"
    assert made["LlmGatewaySecret"] == "openclaw/prod/llm-gateway"
