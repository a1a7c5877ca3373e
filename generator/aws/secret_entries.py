"""The entries of Secrets Manager that the environment reads, without their values, which `secrets --run` puts in."""

from __future__ import annotations

from generator.components.registry import all_secrets
from generator.environment.model import Environment

from .keys import KEY
from .policy import tags
from .resource import Resource
from .stack import Output


def resources(env: Environment) -> list[Resource]:
    return [
        Resource(
            f"{entry.title().replace('-', '')}Secret",
            "AWS::SecretsManager::Secret",
            {
                "Name": f"{env.secrets.prefix}/{entry}",
                "Description": f"OpenClaw {env.name}: {entry}",
                "KmsKeyId": KEY,
                "Tags": tags(env),
            },
            retain=True,
        )
        for entry in entries(env)
    ]


def outputs(env: Environment) -> list[Output]:
    return []


def entries(env: Environment) -> dict[str, list[str]]:
    """Entry below the prefix -> the properties of its JSON, both sorted."""
    found: dict[str, set[str]] = {}
    for secret in all_secrets(env):
        for remote in secret.data.values():
            found.setdefault(remote.entry, set()).add(remote.property)
    return {entry: sorted(found[entry]) for entry in sorted(found)}
