"""Values of secrets: which are made and how, which a person must give, and what each must look like.

Nothing is read or written here.  What is made is made once: an entry that has a value keeps it.
"""

from __future__ import annotations

import base64
import re
import secrets
import string
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from generator.aws.secret_entries import entries
from generator.components.registry import all_secrets
from generator.environment.model import Environment

ANYTHING = r"[^\s](.*[^\s])?"
"""One line without spaces around it: a pasted line break would become part of a password."""
PASSWORD_LENGTH = 40
"""Letters and digits, since some become part of URLs: 238 bits."""


@dataclass(frozen=True)
class Recipe:
    """How one value comes to be."""

    said: str
    """For people: `64 hexadecimal digits`, or what they must give."""
    make: Callable[[], str] | None = None
    """None: a person gives it."""
    pattern: str = ANYTHING
    """What also a given value must match, as a whole."""


@dataclass(frozen=True)
class Property:
    """One property of one entry's JSON."""

    entry: str
    name: str
    recipe: Recipe


class Unfit(ValueError):
    """A value that a person gave cannot be used; the message names the property, never the value."""


def _given(said: str, pattern: str = ANYTHING) -> Recipe:
    return Recipe(f"given: {said}", None, pattern)


def _fixed(value: str) -> Recipe:
    return Recipe(f"always «{value}»", lambda: value)


def _password() -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(PASSWORD_LENGTH))


def _base64() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _with_uuid(prefix: str) -> Recipe:
    return Recipe(f"{prefix} and a UUID", lambda: f"{prefix}{uuid.uuid4()}", rf"{prefix}[!-~]{{16,}}")


PASSWORD = Recipe(f"{PASSWORD_LENGTH} letters and digits", _password, r"[A-Za-z0-9]{8,}")
HEX = Recipe("64 hexadecimal digits", lambda: secrets.token_hex(32), r"[0-9a-f]{64}")
BASE64 = Recipe("32 bytes in base64", _base64, r"[!-~]{32,}")
TOKEN = Recipe("64 hexadecimal digits", lambda: secrets.token_hex(32), r"[!-~]{16,}")
LITELLM_KEY = Recipe("sk- and 64 hexadecimal digits", lambda: f"sk-{secrets.token_hex(32)}", r"sk-[!-~]{16,}")
"""LiteLLM takes no other key for its master's."""
VIRTUAL_KEY = _with_uuid("sk-bf-")
"""Bifrost looks at no other key."""
ADMIN = _fixed("admin")


def properties(env: Environment) -> list[Property]:
    """Every value that the environment reads from Secrets Manager, by entry and property."""
    return [Property(entry, name, recipe(env, entry, name)) for entry, found in entries(env).items() for name in found]


def recipe(env: Environment, entry: str, name: str) -> Recipe:
    """Raises LookupError for a property that nobody has thought about here."""
    match entry:
        case "virtual-keys":
            return VIRTUAL_KEY
        case "openclaw":
            return TOKEN
        case "providers":
            return _given(f"API key of {name}")
    found = {
        "alerting": {"slack-url": _given("address of the channel's webhook", r"https://[!-~]+")},
        "cache": {"password": PASSWORD if env.cache.mode == "in-cluster" else _given("AUTH token of ElastiCache")},
        "grafana": {"password": PASSWORD, "username": ADMIN},
        "ingress": {key: _given(f"{key} at the sign-in's provider") for key in ("client-id", "client-secret")},
        "langfuse": _langfuse(env),
        "llm-gateway": {
            "admin-password": PASSWORD,
            "admin-username": ADMIN,
            "database-password": _given("of Bifrost's database"),
            "database-user": _given("of Bifrost's database"),
            "encryption-key": HEX,
            "master-key": LITELLM_KEY,
            "metrics-key": LITELLM_KEY,
        },
    }
    if name in found.get(entry, {}):
        return found[entry][name]
    said = {(remote.entry, remote.property): remote.given for one in all_secrets(env) for remote in one.data.values()}
    given = said.get((entry, name))
    if given is None:
        raise LookupError(f"nobody says how {entry}/{name} comes to be: Remote(..., given=...) in its component does")
    return _given(given) if given else PASSWORD


def _langfuse(env: Environment) -> dict[str, Recipe]:
    """A store outside has its password already; the bundled one gets it from here."""
    settings = env.langfuse
    if not settings.managed:
        where = "in the project's settings at Langfuse"
        return {"public-key": _given(where, r"pk-lf-[!-~]+"), "secret-key": _given(where, r"sk-lf-[!-~]+")}
    outside = {"clickhouse": settings.clickhouse, "postgres": settings.postgres, "redis": settings.redis}
    # They become part of URLs, which Langfuse does not escape.
    given = {
        store: _given(f"password of {store} at {at.host}", r"[A-Za-z0-9._~-]+") for store, at in outside.items() if at
    }
    return {
        "admin-password": PASSWORD,
        "encryption-key": HEX,
        "nextauth-secret": BASE64,
        "postgres-admin-password": PASSWORD,
        "postgres-database": _fixed("langfuse"),
        "postgres-username": _fixed("langfuse"),
        "public-key": _with_uuid("pk-lf-"),
        "salt": BASE64,
        "secret-key": _with_uuid("sk-lf-"),
    } | {f"{store}-password": given.get(store, PASSWORD) for store in outside}


def missing(wanted: Sequence[Property], present: Mapping[str, Mapping[str, object]]) -> list[Property]:
    """What has no value yet; an empty one is none."""
    return [one for one in wanted if not present.get(one.entry, {}).get(one.name)]


def accept(one: Property, value: object) -> str:
    """A value that a person gave, if it can be used."""
    if not isinstance(value, str) or not re.fullmatch(one.recipe.pattern, value):
        said = one.recipe.said.removeprefix("given: ")
        raise Unfit(f"{one.entry}/{one.name}: not what it must be: {said}, matching {one.recipe.pattern}")
    return value


def given(wanted: Sequence[Property], document: object) -> dict[tuple[str, str], str]:
    """Values of a file, `{"providers": {"openai": "..."}}`, by entry and property.  Raises Unfit with every problem."""
    if not isinstance(document, dict) or not all(isinstance(inner, dict) for inner in document.values()):
        raise Unfit('not of the form {"entry": {"property": "value"}}')
    known = {(one.entry, one.name): one for one in wanted}
    problems, found = [], {}
    for key in [(entry, name) for entry, inner in document.items() for name in inner]:
        if key not in known:
            problems.append(f"{'/'.join(key)}: nobody reads it")
            continue
        try:
            found[key] = accept(known[key], document[key[0]][key[1]])
        except Unfit as error:
            problems.append(str(error))
    if problems:
        raise Unfit("\n".join(problems))
    return found
