"""What the environments render for AWS keeps every rule, and broken in every way that a rule forbids it is caught."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

from generator.check.aws.account import Account, Template
from generator.check.objectset import Item, ObjectSet
from generator.environment.model import Environment
from generator.trees.plan import Plan

from .accounts import BY_ID, breaches, broken, rendered
from .mutations import MUTATIONS, Mutation


@pytest.fixture(scope="module")
def accounts(planned: Plan, environments: dict[str, Environment]) -> dict[str, Account]:
    return {name: rendered(planned, env) for name, env in environments.items()}


@pytest.fixture(scope="module")
def frozen(accounts: dict[str, Account]) -> dict[str, bytes]:
    """The templates, for each mutation to bring to life anew."""
    return {name: pickle.dumps([(one.file, one.obj) for one in it.templates]) for name, it in accounts.items()}


def test_what_is_rendered_keeps_every_rule(accounts: dict[str, Account]) -> None:
    for name, account in accounts.items():
        assert account.env
        waived = {(one.rule, one.object) for one in account.env.waivers.accepted}
        assert sorted(set(broken(account)) - waived) == [], name


@pytest.mark.thorough
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: f"{one.rule}: {one.name}")
def test_every_mutation_is_caught(mutation: Mutation, accounts: dict[str, Account], frozen: dict[str, bytes]) -> None:
    expected = []
    for name, account in accounts.items():
        files = pickle.loads(frozen[name])
        objects = account.objects
        assert objects
        if mutation.alters_objects:
            objects = ObjectSet(pickle.loads(pickle.dumps(objects.items)), account.env)
        lines = list(mutation.change(again(files, objects, account.env)))
        # What was changed in place is looked at afresh.
        if mutation.alters_objects:
            objects = ObjectSet(tuple(Item(one.file, one.obj) for one in objects.items), account.env)
        found = breaches(again(files, objects, account.env), BY_ID[mutation.rule])
        missed = [line for line in lines if not any(one.startswith(line) for one in found)]
        assert missed == [], f"{name}: not said"
        expected += lines
    assert expected, "changes nothing that is rendered"


def again(files: list[tuple[str, dict[str, object]]], objects: ObjectSet, env: Environment | None) -> Account:
    return Account(tuple(Template(file, obj, "") for file, obj in files), objects, env)


def test_every_rule_has_a_mutation(figure: Callable[[str], None]) -> None:
    figure(f"mutations of the AWS layer: {len(MUTATIONS)}, each in every environment that has what it changes")
    assert {one.rule for one in MUTATIONS} == BY_ID.keys()
