"""Secrets: written so that the API server has nothing to add."""

from __future__ import annotations

from generator.components import secrets
from generator.environment.model import Environment
from generator.kubernetes.secret import Remote, Secret


def test_an_entry_says_what_the_server_would_add_to_it(defaults: Environment) -> None:
    declared = Secret("cache", "llm-gateway", {"password": Remote("cache", "password")})
    [entry] = secrets.external_secret(defaults, declared)["spec"]["data"]
    assert entry["remoteRef"] == {
        "key": f"{defaults.secrets.prefix}/cache",
        "property": "password",
        "conversionStrategy": "Default",
        "decodingStrategy": "None",
        "metadataPolicy": "None",
    }
