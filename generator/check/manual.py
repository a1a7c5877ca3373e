"""docs/policies.md: the manual of every rule, from the rules themselves."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.check.admission.admitting import PREFIX
from generator.check.aws.registry import RULES as AWS_RULES
from generator.check.aws.rules import AwsRule
from generator.check.rules import Rule
from generator.check.rules.registry import RULES
from generator.components.policies import policies

PATH = "docs/policies.md"


@dataclass(frozen=True)
class Entry:
    """A rule as the page shows it."""

    id: str
    severity: str
    summary: str
    text: str
    remedy: str


def files() -> dict[str, str]:
    """The page, by path."""
    import jinja2  # 70 ms that only this command pays

    template = Path(__file__).parent.joinpath("policies.md.j2").read_text("utf-8")
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(template).render(admitted=per_object(), whole=whole_set(), account=of_account())
    return {PATH: page.rstrip() + "\n"}


def summaries() -> dict[str, str]:
    """One line on each rule, by its id."""
    return {entry.id: entry.summary for entry in (*per_object(), *whole_set(), *of_account())}


def per_object() -> list[Entry]:
    """The ValidatingAdmissionPolicies."""
    entries = []
    for obj in policies():
        name = obj["metadata"]["name"].removeprefix(PREFIX)
        notes = obj["metadata"]["annotations"]
        reason = " ".join(notes["openclaw.io/reason"].split())
        remedy = " ".join(notes["openclaw.io/remediation"].split())
        summary = " ".join(notes["openclaw.io/summary"].split()).rstrip(".")
        entries.append(Entry(name, notes["openclaw.io/severity"], summary, reason, remedy.rstrip(".")))
    return entries


def whole_set() -> list[Entry]:
    """The rules over all objects together."""
    return _documented(RULES)


def of_account() -> list[Entry]:
    """The rules over the AWS layer."""
    return _documented(AWS_RULES)


def _documented(rules: Sequence[Rule | AwsRule]) -> list[Entry]:
    """Modules of rules, by their docstrings."""
    entries = []
    for rule in rules:
        title, _, body = inspect.cleandoc(rule.__doc__ or "").partition("\n")
        summary = title.partition(": ")[2]
        entries.append(
            Entry(rule.ID, rule.SEVERITY.value, summary.rstrip("."), body.strip(), rule.REMEDIATION.rstrip("."))
        )
    return entries
