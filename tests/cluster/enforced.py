"""Our admission policies on a server: whether they are live, and what they say to an object."""

import re
import time
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass

import yaml

from generator.components import policies
from tests.cluster.client import Answer, Client, Obj, Refused
from tests.conftest import ROOT

PLUGIN = "ValidatingAdmissionPolicy"
BINDING = f"{PLUGIN}Binding"
_SAYS = rf"{PLUGIN} '(?P<policy>[^']+)' with binding '(?P<binding>[^']+)'"
DENIED = re.compile(rf"is forbidden: {_SAYS} denied request: (?P<message>.*)", re.DOTALL)
WARNED = re.compile(rf"Validation failed for {_SAYS}: (?P<message>.*)", re.DOTALL)
TOLD = "-told"
"""Ends the names of bindings that tell what enforcing ones refuse."""

RULES = tuple(sorted(path.stem for path in policies.FOLDER.glob("*.yaml")))


@dataclass(frozen=True)
class Said:
    """What one policy says to one object."""

    policy: str
    message: str


@dataclass(frozen=True)
class Verdict:
    """What the policies of a server make of an object."""

    warned: frozenset[Said]
    denied: Said | None
    """The first that refuses it: the server names one."""
    refused_before: str
    """Why it never came before the policies; empty where it did."""


def verdict(answer: Answer) -> Verdict:
    """What an attempt to create an object, without storing it, says."""
    warned = frozenset(
        Said(found["policy"], found["message"]) for text in answer.warnings if (found := WARNED.fullmatch(text))
    )
    denied = DENIED.search(answer.message) if not answer.accepted else None
    if denied:
        return Verdict(warned, Said(denied["policy"], denied["message"]), "")
    # Quotas count, and the store knows whether a name is taken, when policies have spoken.
    passed = answer.accepted or answer.body.get("reason") == "AlreadyExists" or "exceeded quota" in answer.message
    return Verdict(warned, None, "" if passed else answer.message)


def examples(rule: str, name: str) -> list[Obj]:
    """The objects that stand for what a rule admits (`good`) or forbids (`bad`)."""
    text = (ROOT / "tests" / "policies" / rule / f"{name}.yaml").read_text("utf-8")
    return [obj for obj in yaml.load_all(text, yaml.CSafeLoader) if obj]


def telling(bindings: Iterable[Obj]) -> list[Obj]:
    """For each binding that refuses another that warns: a refusal names one rule, warnings name all."""
    made = [deepcopy(obj) for obj in bindings if obj["spec"]["validationActions"] == ["Deny"]]
    for obj in made:
        obj["metadata"]["name"] += TOLD
        obj["spec"]["validationActions"] = ["Warn"]
    return made


def wait_until_live(client: Client, bindings: Iterable[Obj], *, timeout: float = 60) -> None:
    """Wait until each binding speaks about what its rule forbids; raises Refused, naming those that stay silent."""
    silent = {obj["metadata"]["name"]: obj["spec"]["policyName"].removeprefix("openclaw-") for obj in bindings}
    deadline = time.monotonic() + timeout
    while silent:
        for obj in [obj for rule in sorted({*silent.values()}) for obj in examples(rule, "bad")]:
            for name in _heard(client.create(obj, dry_run=True)):
                silent.pop(name, None)
        if silent and time.monotonic() > deadline:
            raise Refused(f"silent after {timeout:g} s: {', '.join(sorted(silent))}")


def _heard(answer: Answer) -> list[str]:
    """The bindings that spoke."""
    found = [WARNED.fullmatch(text) for text in answer.warnings] + [DENIED.search(answer.message)]
    return [one["binding"] for one in found if one]
