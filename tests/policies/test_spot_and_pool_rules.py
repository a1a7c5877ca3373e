"""The rules on Spot, pools, volumes and images: fixtures, figures, edges, and every mutation of what is rendered."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from generator.check.objectset import Item, ObjectSet, dig
from generator.check.rules import Rule
from generator.check.rules.registry import RULES as REGISTERED
from generator.check.schemas import DEFAULT_MINOR, Schemas
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj
from generator.trees.plan import Plan
from tests.conftest import ENVIRONMENTS

from .sets import FOLDER, POOL, breaches, fixture, items_of
from .whole_set_mutations_pool import MUTATIONS

RULES: dict[str, Rule] = {rule.ID: rule for rule in REGISTERED if rule.ID in POOL}


def objects_of(rule: str, name: str) -> ObjectSet:
    return fixture(FOLDER / rule / f"{name}.yaml")


@pytest.mark.parametrize("rule", RULES)
def test_good_objects_keep_every_rule(rule: str) -> None:
    items = objects_of(rule, "good").items
    assert {other: found for other in RULES if (found := breaches(RULES[other], items))} == {}


@pytest.mark.parametrize("rule", RULES)
def test_bad_objects_break_their_rule_in_these_words_and_no_other(rule: str) -> None:
    items = objects_of(rule, "bad").items
    expected = (FOLDER / rule / "bad.expected").read_text("utf-8").splitlines()
    assert "\n".join(breaches(RULES[rule], items)) == "\n".join(expected)
    assert {other for other in RULES if breaches(RULES[other], items)} == {rule}


@pytest.mark.parametrize("name", ["good", "bad"])
@pytest.mark.parametrize("rule", RULES)
def test_fixtures_are_objects_that_the_check_lets_through_to_rules(rule: str, name: str) -> None:
    schemas = Schemas(DEFAULT_MINOR)
    assert {str(item): found for item in objects_of(rule, name).items if (found := schemas.violations(item.obj))} == {}


@pytest.mark.parametrize("rule", RULES)
def test_breaches_name_a_field_that_exists_or_could(rule: str) -> None:
    """The path leads to the field, or the field is what is missing from where it leads."""
    for breach in RULES[rule].check(objects_of(rule, "bad")):
        assert isinstance(breach.item, Item)
        assert dig(breach.item.obj, breach.path[:-1]) is not None, (str(breach.item), breach.path)


@pytest.mark.thorough
@pytest.mark.parametrize("rule", RULES)
def test_rules_survive_fields_without_a_value(rule: str) -> None:
    objects = objects_of(rule, "bad")
    for place, item in enumerate(objects.items):
        for path in paths(item.obj):
            holed = deepcopy(item.obj)
            dig(holed, path[:-1])[path[-1]] = None
            items = [*objects.items]
            items[place] = Item(item.file, holed, item.number)
            list(RULES[rule].check(ObjectSet(tuple(items))))


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in pairs:
        yield (*path, key)
        yield from paths(child, (*path, key))


# What is rendered


def rendered(planned: Plan, name: str) -> list[Obj]:
    return [item.obj for item in items_of(planned, name)]


def broken(objects: list[Obj], env: Environment) -> set[tuple[str, str, str]]:
    """Rule, object and message of every breach."""
    found = ObjectSet(tuple(Item("set.yaml", obj) for obj in objects), env)
    return {(rule.ID, str(breach.item), breach.message) for rule in RULES.values() for breach in rule.check(found)}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_environments_break_no_rule_but_by_gateways_on_spot(
    name: str, planned: Plan, environments: dict[str, Environment]
) -> None:
    env = environments[name]
    on_spot = {
        f"StatefulSet openclaw/openclaw-{gateway}"
        for gateway, chosen in env.openclaw.gateways.items()
        if "on-demand" not in (chosen.capacity, env.compute.capacity)
    }
    found = broken(rendered(planned, name), env)
    assert {(rule, where) for rule, where, _ in found} == {("spot-stateful", where) for where in on_spot}


@pytest.mark.parametrize(
    "name", [ENVIRONMENTS[0], *(pytest.param(name, marks=pytest.mark.thorough) for name in ENVIRONMENTS[1:])]
)
def test_every_mutation_is_caught_by_its_rules_and_by_no_other(
    name: str, planned: Plan, environments: dict[str, Environment]
) -> None:
    """All objects at once, and each object by itself where only objects changed."""
    env, objects = environments[name], rendered(planned, name)
    before = broken(objects, env)
    wrong = []
    for title, mutate, expected in MUTATIONS:
        mutated = mutate(objects)
        places = [place for place, pair in enumerate(zip(objects, mutated, strict=False)) if pair[0] != pair[1]]
        cases = {"all": mutated} if mutated != objects else {}
        if len(mutated) == len(objects):
            for place in places:
                meta = mutated[place]["metadata"]
                case = f"{mutated[place]['kind']} {meta['name']}"
                cases[case] = [*objects[:place], mutated[place], *objects[place + 1 :]]
        for case, broken_set in cases.items():
            found = {rule for rule, _, _ in broken(broken_set, env) - before}
            wrong += [f"Survives {rule}: {title}, {case}" for rule in sorted(expected - found)]
            wrong += [f"Also caught by {rule}: {title}, {case}" for rule in sorted(found - expected)]
    assert not wrong, "\n" + "\n".join(wrong[:40])


def test_every_mutation_changes_some_environment_and_every_rule_has_one(planned: Plan) -> None:
    environments = [rendered(planned, name) for name in ENVIRONMENTS]
    assert [title for title, mutate, _ in MUTATIONS if all(mutate(one) == one for one in environments)] == []
    assert {rule for _, _, rules in MUTATIONS for rule in rules} == set(RULES)
