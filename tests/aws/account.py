"""What tests of identities share: environments with one thing changed, and their policies with references as names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from generator.aws import addons, controllers, identities
from generator.aws.identity import Identity
from generator.aws.identity import trust as trust_of
from generator.aws.resource import Att, Joined, Ref
from generator.environment.model import Environment

Triple = tuple[str, str, str, str]
"""Role, action, resource and, as JSON, condition."""


def changed(env: Environment, path: str, value: Any) -> Environment:
    """The environment with another value at a path of fields: `backup.enabled`."""
    return _changed(env, path.split("."), value)  # type: ignore[no-any-return]


def _changed(section: Any, path: list[str], value: Any) -> Any:
    first, *rest = path
    return replace(section, **{first: _changed(getattr(section, first), rest, value) if rest else value})


def without_model(env: Environment, name: str) -> Environment:
    """The environment without a model, and without whatever points at it."""
    models = {
        key: replace(model, fallbacks=tuple(one for one in model.fallbacks if one != name))
        for key, model in env.models.items()
        if key != name
    }
    routes = tuple(route for route in env.routing.routes if route.model != name)
    default = next(iter(models)) if env.routing.default == name else env.routing.default
    return replace(env, models=models, routing=replace(env.routing, default=default, routes=routes))


def all_identities(env: Environment) -> dict[str, Identity]:
    found = [*identities.identities(env), *controllers.identities(env), *addons.identities(env)]
    assert len({one.name for one in found}) == len(found), "two identities with one name"
    return {one.name: one for one in found}


def policies(env: Environment, name: str) -> list[dict[str, Any]]:
    """What an identity may do; nothing where there is none."""
    found = all_identities(env).get(name)
    return [policy(found)] if found else []


def policy(identity: Identity) -> dict[str, Any]:
    return plain({"Statement": [one.statement() for one in identity.allowed]})  # type: ignore[no-any-return]


def trust(env: Environment, name: str) -> list[dict[str, Any]]:
    return [trust_of(env, all_identities(env)[name])]


def triples(env: Environment) -> set[Triple]:
    """Everything that any identity of the environment may do."""
    return {triple for one in all_identities(env).values() for triple in _of(one)}


def _of(identity: Identity) -> Iterator[Triple]:
    for statement in policy(identity)["Statement"]:
        condition = json.dumps(statement.get("Condition", {}), sort_keys=True)
        for action in statement["Action"]:
            yield from ((identity.name, action, resource, condition) for resource in statement["Resource"])


def plain(value: Any) -> Any:
    """References as names: `Att("StateKey", "Arn")` is `StateKey.Arn`."""
    if isinstance(value, Ref):
        return value.name
    if isinstance(value, Att):
        return f"{value.name}.{value.attribute}"
    if isinstance(value, Joined):
        return "".join(plain(part) for part in value.parts)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
