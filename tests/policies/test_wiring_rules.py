"""The rules on wiring, secrets, time-outs and delivery: fixtures, oddities, and every mutation of what is rendered."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from generator.check.compute import cost_floor
from generator.check.objectset import Item, ObjectSet
from generator.check.rules import Rule, budget, edges_admitted, metrics_known, server_valid
from generator.check.rules.registry import RULES as REGISTERED
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj
from generator.trees.plan import Plan
from tests.conftest import ENVIRONMENTS

from .sets import FOLDER, POOL, breaches, fixture, items_of
from .whole_set_mutations_wiring import MUTATIONS, Mutation

# metrics-known has tests of its own: it compares with a record of what programs expose.
RULES: dict[str, Rule] = {rule.ID: rule for rule in REGISTERED if rule.ID not in {*POOL, metrics_known.ID}}
REFUSED = sorted((FOLDER / "server-valid" / "refused").glob("*.yaml"))
Identity = tuple[str, str, str]


@pytest.mark.parametrize("name", RULES)
def test_a_good_set_passes(name: str, defaults: Environment) -> None:
    assert breaches(RULES[name], fixture(FOLDER / name / "good.yaml").items, defaults) == []


@pytest.mark.parametrize("name", RULES)
def test_a_bad_set_is_told_what_will_happen(name: str, defaults: Environment) -> None:
    found = breaches(RULES[name], fixture(FOLDER / name / "bad.yaml").items, defaults)
    assert found == (FOLDER / name / "bad.expected").read_text("utf-8").splitlines()


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_what_the_api_server_refuses_is_named_alone(path: Path) -> None:
    """The first line of each file says what is wrong; a server refuses each of them."""
    expected = path.read_text("utf-8").splitlines()[0].removeprefix("# ")
    found = [text.partition(": ")[2] for text in breaches(server_valid, fixture(path).items)]
    assert found == [f"{expected}: the API server refuses the object"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("name", RULES)
def test_rendered_environments_keep_the_rule(
    name: str, environment: str, planned: Plan, environments: dict[str, Environment]
) -> None:
    assert breaches(RULES[name], items_of(planned, environment), environments[environment]) == []


@pytest.mark.parametrize(
    "everywhere", [False, pytest.param(True, marks=pytest.mark.thorough)], ids=["once", "everywhere"]
)
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation[0])
def test_a_mutation_is_caught_by_its_rules_and_no_others(
    mutation: Mutation, everywhere: bool, planned: Plan, environments: dict[str, Environment]
) -> None:
    _, mutate, expected = mutation
    caught: dict[str, list[str]] = {}
    for name in ENVIRONMENTS:
        items = items_of(planned, name)
        objects = [item.obj for item in items]
        changed = mutate(objects)
        if changed != objects:
            found = placed(changed, items)
            caught[name] = sorted(rule.ID for rule in RULES.values() if breaches(rule, found, environments[name]))
            if not everywhere:
                break
    assert caught, "the mutation changes nothing in any environment"
    assert caught == dict.fromkeys(caught, sorted(expected))


def placed(objects: list[Obj], before: list[Item]) -> list[Item]:
    """Changed objects in their files; one of a new name stands where others of its kind, or of its namespace, do."""
    files: dict[Any, str] = {}
    for item in before:
        files[_identity(item.obj)] = item.file
        files.setdefault(item.kind, item.file)
        files.setdefault(item.namespace, item.file)
    return [
        Item(files.get(_identity(obj)) or files.get(obj["kind"]) or files[obj["metadata"].get("namespace", "")], obj)
        for obj in objects
    ]


def _identity(obj: Obj) -> Identity:
    return obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"]


def test_every_rule_has_a_mutation() -> None:
    assert sorted({rule for _, _, expected in MUTATIONS for rule in expected}) == sorted(RULES)


@pytest.mark.thorough
@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("which", ["good", "bad"])
def test_no_rule_fails_on_objects_with_holes(name: str, which: str, defaults: Environment) -> None:
    """Each field in turn is left out, and replaced by what it should not be: other people's manifests have it all."""
    items = fixture(FOLDER / name / f"{which}.yaml").items
    odd: tuple[Any, ...] = (None, [], {}, "text", 5)
    for index, path in places([item.obj for item in items]):
        for value in odd:
            obj = deepcopy(items[index].obj)
            put(obj, path, value)
            spoilt = [*items[:index], dataclasses.replace(items[index], obj=obj), *items[index + 1 :]]
            breaches(RULES[name], spoilt, defaults)


def places(objects: list[Obj]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Every field of every object but what makes it an object."""
    for index, obj in enumerate(objects):
        for path in _paths(obj, ()):
            if path not in (("kind",), ("apiVersion",), ("metadata", "name")):
                yield index, path


def _paths(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        yield from _paths(child, (*path, step))


def put(obj: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        obj = obj[step]
    obj[path[-1]] = value


def test_an_empty_set_breaks_nothing(defaults: Environment) -> None:
    assert [found for rule in RULES.values() for found in breaches(rule, [], defaults)] == []


def test_a_folder_that_is_not_ours_has_no_ceiling() -> None:
    assert breaches(budget, fixture(FOLDER / "budget" / "bad.yaml").items) == []


def test_the_cost_floor_takes_the_cheapest_type_that_all_pods_fit() -> None:
    """Two pods of 4 GiB: a c8g.large holds none, an m8g.large one."""
    (pods, models) = cost_floor.parts(fixture(FOLDER / "budget" / "bad.yaml"))
    assert (round(pods.usd, 2), pods.what) == (131.05, "2 nodes m8g.large of pool shop at 0.08976 USD an hour")
    assert (models.usd, models.what) == (9000, "model budgets of llm (bedrock 9000.00), and without a budget gpt")


@pytest.mark.parametrize(
    ("period", "usd"),
    [("30d", 304.17), ("1mo", 300.0), ("1M", 300.0), ("1h", 219000.0), ("1w", 1303.57), ("0d", None), ("soon", None)],
)
def test_a_budget_of_a_period_is_one_of_a_month(period: str, usd: float | None) -> None:
    """1mo is LiteLLM's spelling of a month, 1M is Bifrost's; 730 hours are a month."""
    config = f"""{{"providers": {{"openai": {{"keys": [{{}}]}}}}, "governance": {{
      "virtual_keys": [{{"id": "key", "name": "web"}}],
      "budgets": [{{"id": "one", "virtual_key_id": "key", "max_limit": 300, "reset_duration": "{period}"}}]}}}}"""
    found = cost_floor.parts(ObjectSet(tuple(pod_with("config.json", config))))
    assert [round(part.usd, 2) for part in found] == ([] if usd is None else [usd])


def test_on_auto_mode_dns_is_an_address_and_no_pod(environments: dict[str, Environment]) -> None:
    """CoreDNS runs on the node there: a rule that means the pods of kube-dns lets no name resolve."""
    items = list(fixture(FOLDER / "edges-admitted" / "good.yaml").items)
    node = {"apiVersion": "eks.amazonaws.com/v1", "kind": "NodeClass", "metadata": {"name": "shop"}, "spec": {}}
    assert breaches(edges_admitted, [*items, Item("node.yaml", node)]) == [
        "Deployment shop/web: spec.template.spec: on EKS Auto Mode CoreDNS runs on the node, which no pod selector "
        "means, and no egress rule of Deployment shop/web admits the DNS address 10.100.0.10 or 172.20.0.10: no name "
        "resolves, not store (and 5 more)"
    ]


def pod_with(file: str, content: str) -> Iterator[Item]:
    """A pod and the ConfigMap that it mounts."""
    volume = {"name": "config", "configMap": {"name": "web"}}
    spec = {"containers": [{"name": "web", "image": "example.com/web:1.0"}], "volumes": [volume]}
    meta = {"name": "web", "namespace": "shop"}
    yield Item("pod.yaml", {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})
    yield Item("map.yaml", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {file: content}})
