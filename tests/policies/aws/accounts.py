"""Accounts for the rules over the AWS layer: fixtures, and what the environments render."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from generator.check.aws.account import Account, Template, is_template
from generator.check.aws.registry import RULES
from generator.check.aws.rules import AwsRule
from generator.check.documents import Document, parse_documents
from generator.check.objectset import Item, ObjectSet
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj
from generator.trees.plan import Plan
from tests.policies.sets import items_of, line

FOLDER = Path(__file__).parent
BY_ID: Mapping[str, AwsRule] = {rule.ID: rule for rule in RULES}


def account(*objs: Obj, env: Environment | None = None, text: str = "") -> Account:
    """Templates and Kubernetes objects together; `text` is the text of every template."""
    templates = tuple(Template(f"t{n}.yaml", one, text) for n, one in enumerate(objs) if is_template(one))
    items = tuple(Item(f"o{n}.yaml", one) for n, one in enumerate(objs) if not is_template(one))
    return Account(templates, ObjectSet(items, env), env)


def fixture(path: Path) -> Account:
    """The documents of a file."""
    objs = []
    for found in parse_documents(path.name, path.read_text("utf-8")):
        assert isinstance(found, Document), str(found)
        objs.append(found.obj)
    return account(*objs)


def rendered(planned: Plan, env: Environment) -> Account:
    """What an environment renders, as the check sees it."""
    below = f"rendered/{env.name}/"
    found = planned.templates.items()
    templates = tuple(Template(path, obj, planned.files[path]) for path, obj in found if path.startswith(below))
    return Account(templates, ObjectSet(tuple(items_of(planned, env.name)), env), env)


def breaches(judged: Account, rule: AwsRule) -> list[str]:
    """What a rule says, one line a breach: resource, field, message."""
    return [line(one) for one in rule.check(judged)]


def broken(judged: Account) -> Iterator[tuple[str, str]]:
    """Every rule that is broken, and by what."""
    return ((rule.ID, str(breach.item)) for rule in RULES for breach in rule.check(judged))
