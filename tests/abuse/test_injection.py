"""No value of an environment means anything but itself to whoever reads a generated file.

Each key that holds text is given what shells, templates, configurations and query languages act on. Either the key
refuses it, or every generated file, read by its own parser, holds it as the data that it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, get_args, get_origin

import pytest
import yaml

from generator.day2.keys import is_section
from generator.environment.convert import INVALID, Converter, bare, keys_of
from generator.environment.load import build, merge, read
from generator.environment.model import SECTIONS, Environment
from generator.environment.nodes import Scalar, parse
from generator.environment.problem import EnvironmentInvalid, Place
from generator.kubernetes.emit import emit
from generator.loader import LOADER
from generator.step import Step
from generator.trees.plan import Plan, add_environment
from tests.conftest import ROOT, assert_same

PAYLOADS = (
    *("${zqx}", "$zqx", "$(zqx)", "`zqx`", "$${zqx}", "${env:zqx}", "%{zqx}", "%zqx%", "%(zqx)s"),
    *("{{zqx}}", "{{ .zqx }}", "{% zqx %}", "[[zqx]]", "<zqx>", "&zqx;", "#{zqx}", "{zqx}"),
    *("os.environ/zqx", "env.zqx", "vault.zqx", "!zqx", "@zqx"),
    *("'zqx", '"zqx', "zqx\\", "';zqx;'", '";zqx;"', '"}zqx', '")or zqx("', "\\nzqx", "zqx|zqx", "zqx;zqx", "zqx&&zqx"),
    *("\nzqx: 1", "\n---\nzqx: 1", "\r\nzqx", " #zqx", "# zqx", ": zqx", "- zqx", "zqx\n", "\tzqx", " zqx", "zqx "),
    *(
        "../zqx",
        "/zqx",
        "zqx/../..",
        "--zqx",
        "-zqx",
        "~zqx",
        "*zqx",
        "?zqx",
        "\x1b[0mzqx",
        "\x00zqx",
        "\u202ezqx",
        "\u2028zqx",
    ),
    *(
        "zqx\u0661",
        "\uff5azqx",
        "\x85zqx",
        "\ufeffzqx",
        "zqx=zqx",
        "zqx,zqx",
        "(zqx",
        "zqx)",
        "zqx>zqx",
        "zqx<zqx",
        "^zqx$",
    ),
)
FREE = {
    "ingress.machineClients.claims[].values",
    "routing.general",
    "routing.routes[].examples",
    "services.<name>.variables.<name>",
    "waivers.accepted[].object",
    "waivers.accepted[].reason",
}
"""Prose, what a token says, and what a program of one's own is told: any text that can be seen.

Each is carried as data, see below.
"""
MEANING = re.compile(r"[$`{}<>\\'\"\s;&()\[\]!^|*?]|^[-@%~]|(^|/)\.\.(/|$)|[^\x20-\x7e]")
"""What a shell, a template or a query acts on, what an option or a place begins with, and what is not seen."""
ALLOWED = {
    "backup.schedule": " *?",
    "compute.freezes[].schedule": " *?",
    "gitops.syncWindows[].schedule": " *?",
    "openclaw.gatewayDefaults.admins": "|",
    "openclaw.gatewayDefaults.allowUsers": "|",
    "openclaw.gateways.<name>.admins": "|",
    "openclaw.gateways.<name>.allowUsers": "|",
}
"""Cron expressions, in fields of their own; and `provider|id`, as some directories call people, in JSON."""
URLS = re.compile(r"(?<=[a-z])://\S*")
"""A path with `..` stays at its server."""
REPLACED = ("os.environ/zqx", "env.zqx", "vault.zqx", "env.zqx.example", "vault.zqx.example")
"""What LiteLLM and Bifrost replace by the value of a variable."""
ENGINES = {
    "cache.endpoint",
    "cache.semantic.model",
    "llmGateway.database.host",
    "llmGateway.virtualKeys.<name>",
    "llmGateway.virtualKeys.<name>.models",
    "models.<name>",
    "models.<name>.fallbacks",
    "models.<name>.id",
    "providers.<name>.baseUrl",
    "routing.default",
    "routing.embedding.model",
    "routing.routes[].model",
    "routing.routes[].name",
}
"""Keys whose value stands by itself in the configuration of one of them."""


def texts() -> Iterator[tuple[str, Any]]:
    """Every key of the model that holds text, as docs/environment.md names it, with its type."""
    for key, spec in SECTIONS.items():
        yield from _texts(spec.type, key)


def _texts(kind: Any, key: str) -> Iterator[tuple[str, Any]]:
    inner = bare(kind)
    if is_section(inner):
        for name, spec in keys_of(inner).items():
            yield from _texts(spec.type, f"{key}.{name}")
    elif get_origin(inner) is Mapping:
        names, values = get_args(inner)
        yield from _texts(names, f"{key}.<name>")
        yield from _texts(values, f"{key}.<name>")
    elif get_origin(inner) is tuple:
        item = get_args(inner)[0]
        yield from _texts(item, f"{key}[]" if is_section(bare(item)) else key)
    elif inner is str:
        yield key, kind


def valid(kind: Any) -> str:
    """A text that the type accepts."""
    for text in CANDIDATES:
        if accepts(kind, text):
            return text
    raise AssertionError(f"no example of {kind} is known here")


CANDIDATES = (
    *(
        "zqa",
        "a.zqa",
        "https://a.zqa",
        "a@zqa.example",
        "a/zqa",
        "1Gi",
        "5m",
        "30d",
        "500m",
        "10.0.0.0/20",
        "us-east-1",
    ),
    *("us-east-1a", "al2023@v20260903", "111122223333", "1.20.2", "subnet-0a1", "rtb-0a1", "vpc-01234567", "#zqa"),
    *(
        "0 8 * * mon",
        "2027-03-31",
        f"sha256:{'0' * 64}",
        "arn:aws:sns:us-east-1:111122223333:zqa",
        "a reason of twenty characters",
    ),
    *(
        "arn:aws:acm:us-east-1:111122223333:certificate/zqa",
        "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_Z",
    ),
    *("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", "UTC"),
)


@cache  # many keys are of one type
def accepts(kind: Any, text: str) -> bool:
    return Converter().value(Scalar(Place("x"), text, False, "str"), kind, ()) is not INVALID


def placed(kind: Any) -> Iterator[str]:
    """Payloads alone, before, after and inside of a text that the key accepts."""
    good = valid(kind)
    middle = len(good) // 2
    for payload in PAYLOADS:
        yield from (payload, payload + good, good + payload, good[:middle] + payload + good[middle:])


KEYS = dict(texts())


def test_a_key_refuses_what_somebody_would_act_on() -> None:
    acted = {
        key: sorted(text for text in placed(kind) if accepts(kind, text) and MEANING.search(plain(key, text)))
        for key, kind in KEYS.items()
        if key not in FREE
    }
    assert len(acted) > 100, "the walk through the model finds the keys that hold text"
    assert_same({key: texts for key, texts in acted.items() if texts}, {})


def plain(key: str, text: str) -> str:
    """Without what the key may hold, by which nobody acts."""
    text = URLS.sub("", text)
    return text.translate(dict.fromkeys(map(ord, ALLOWED.get(key, "")))).removeprefix("#")


def test_no_name_in_the_configuration_of_a_gateway_is_read_as_that_of_a_variable() -> None:
    assert KEYS.keys() >= ENGINES
    assert [(key, text) for key in sorted(ENGINES) for text in REPLACED if accepts(KEYS[key], text)] == []


def test_prose_is_carried_as_it_is(environments: Mapping[str, Environment]) -> None:
    """The files of an environment with payloads are those with words, when the payloads stand in the words' places."""
    carried = [text for text in PAYLOADS if all(accepts(KEYS[key], text) for key in FREE if "reason" not in key)]
    assert len(carried) > 40, "control characters apart, prose may hold anything"
    words = [f"zqw{number:03}" for number, _ in enumerate(carried)]
    hostile, harmless = (rendered(environments["prod"], texts) for texts in (carried, words))
    assert hostile.files.keys() == harmless.files.keys()
    for path, text in harmless.files.items():
        if any(word in text for word in words):
            found, expected = parsed(path, hostile.files[path]), parsed(path, text)
            assert_same({path: found}, {path: put(expected, dict(zip(words, carried, strict=True)))})
        else:
            assert hostile.files[path] == text, path


HASH = re.compile(r"-[bcdfghkmt2-9]{10}\b")
"""What the name of a ConfigMap ends with, by its content."""


def rendered(env: Environment, texts: list[str]) -> Plan:
    clients = env.ingress.machine_clients
    assert clients
    claims = tuple(replace(clients.claims[0], values=(text,)) for text in texts)
    routes = (replace(env.routing.routes[0], examples=tuple(texts)), *env.routing.routes[1:])
    plan = Plan()
    made = replace(
        env,
        ingress=replace(env.ingress, machine_clients=replace(clients, claims=claims)),
        routing=replace(env.routing, routes=routes, general=tuple(texts)),
    )
    add_environment(plan, made, {}, ())
    plan.files |= {path: emit(obj) for path, obj in plan.objects.items()}
    plan.files = {path: HASH.sub("-hash", text) for path, text in plan.files.items()}
    return plan


def parsed(path: str, text: str) -> Any:
    """A file as its own parser reads it, and so the files inside of it."""
    if path.endswith((".yaml", ".yml")):
        documents = list(yaml.load_all(text, Loader=LOADER))
        return [inside(path, document) for document in documents]
    if path.endswith(".json"):
        return inside(path, json.loads(text))
    return inside(path, text)


def inside(path: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: parsed(key, item) if isinstance(item, str) and "." in key else inside(path, item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [inside(path, item) for item in value]
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            return json.loads(value)  # e.g. annotations of an Ingress
        except ValueError:
            return value
    return value


def put(value: Any, places: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: put(item, places) for key, item in value.items()}
    if isinstance(value, list):
        return [put(item, places) for item in value]
    return places.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("repoUrl", "https://git.example/{{ .name }}", "expected the URL of a Git repository"),
        ("revision", "main $(id)", "expected the name of a branch or a tag"),
        ("revision", "main\nrm -rf /", "expected the name of a branch or a tag"),
        ("revision", "ma\u202ein", "holds the character U+202E, which nobody sees; remove it"),
    ],
)
def test_a_refusal_has_its_place_the_value_and_the_fix(key: str, value: str, said: str) -> None:
    text = f'gitops:\n  {key}: "{value}"\n'
    with pytest.raises(EnvironmentInvalid) as caught:
        build(
            merge(
                read(ROOT / "environments/defaults.yaml", "environments/defaults.yaml"),
                parse(text, "environments/x.yaml"),
            ),
            "x",
        )
    (problem,) = map(str, caught.value.problems)
    assert problem.startswith(f"environments/x.yaml:2:{5 + len(key)}: gitops.{key}: «{value[:2]}")
    assert said in problem
    assert problem.isprintable()


def test_a_step_for_a_person_is_a_comment_whatever_it_speaks_of() -> None:
    assert str(Step("access to https://x\nrm -rf /\rreboot\u2028halt")).count("\n") == 0
