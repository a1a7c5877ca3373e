"""Any switch may be turned: the result renders, keeps every rule, and overlays build to what is rendered."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from generator.check.aws.account import Template
from generator.check.objectset import Item, ObjectSet
from generator.check.run import check_objects
from generator.components import registry
from generator.environment.load import DEFAULTS
from generator.environment.model import Environment
from generator.kubernetes.emit import emit
from generator.trees.plan import Plan, add_environment, plan
from tests.conftest import ENVIRONMENTS, assert_same_objects, kustomize

from .combinations import Choice, environment, pairwise, stands, turned
from .switches import SWITCHES

WAIVED = {"spot-stateful"}
"""A gateway on Spot is what a waiver in the environment file is for: one a gateway, so none of them is a switch."""
WAIVED_OF_ENDPOINTS = {
    ("aws-private", "AWS::EC2::VPCEndpoint S3Endpoint"),
    ("aws-wildcards", "AWS::EC2::VPCEndpoint S3Endpoint"),
    ("aws-wildcards", "AWS::EC2::VPCEndpoint StsEndpoint"),
}
"""Ways of the whole VPC, not of our pods alone: whoever has such endpoints waives them, as prod does."""

WANTED = 200
TURNED = [(name, choice) for name in ENVIRONMENTS for choice in turned(name)]
PAIRWISE = pairwise(WANTED - len(TURNED))


@pytest.fixture(scope="session")
def bases(defaults: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bases on disk, for kustomize; each run writes its overlays beside them."""
    root = tmp_path_factory.mktemp("pairwise")
    for path, text in plan(defaults, [], {}).files.items():
        written(root, path, text)
    return root


def written(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, "utf-8")


@pytest.mark.parametrize("choice", PAIRWISE, ids=lambda choice: f"{PAIRWISE.index(choice):03}")
def test_switches_may_be_combined(choice: Choice, defaults: Environment, bases: Path, kubectl: str) -> None:
    hold(environment(choice), defaults, bases, kubectl, choice)


@pytest.mark.parametrize(("name", "choice"), TURNED, ids=lambda one: one if isinstance(one, str) else "=".join(one[0]))
def test_a_switch_may_be_turned(name: str, choice: Choice, defaults: Environment, bases: Path, kubectl: str) -> None:
    hold(environment(choice, name), defaults, bases, kubectl, choice)


def hold(env: Environment, defaults: Environment, bases: Path, kubectl: str, choice: Choice) -> None:
    made = Plan()
    add_environment(made, env, registry.base(defaults), ())
    items = tuple(Item(path, obj) for path, obj in made.objects.items())
    texts = {path: emit(obj) for path, obj in made.objects.items()}
    account = [Template(path, obj, made.files[path]) for path, obj in made.templates.items()]
    judged = check_objects(ObjectSet(items, env), texts | made.files, templates=account)
    refused = [one for one in judged if one.rule not in WAIVED and (one.rule, one.object) not in WAIVED_OF_ENDPOINTS]
    found = [str(one) for one in refused]
    assert not found, f"{said(choice)}\n" + "\n".join(found[:10])
    folder = bases / "overlays" / env.name
    if folder.exists():
        remove(folder)
    for path, text in made.files.items():
        written(bases, path, text)
    parts = sorted(path.name for path in folder.iterdir())
    resources = "\n".join(f"- {part}" for part in parts)
    written(
        folder,
        "kustomization.yaml",
        f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n{resources}\n",
    )
    assert_same_objects(kustomize(kubectl, folder), list(made.objects.values()))


def remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def said(choice: Choice) -> str:
    return ", ".join(f"{switch} {value}" for switch, value in choice if value != next(iter(SWITCHES[switch])))


def test_every_pair_that_may_stand_together_does(figure: Callable[[str], None]) -> None:
    covered = {pair for choice in PAIRWISE for pair in combinations(choice, 2)}
    every = [(switch, value) for switch, values in SWITCHES.items() for value in values]
    pairs = [pair for pair in combinations(every, 2) if pair[0][0] != pair[1][0]]
    possible = [pair for pair in pairs if stands(pair)]
    figure(
        f"switches: {len(SWITCHES)}; combinations: {len(PAIRWISE)}, and {len(TURNED)} single turns; "
        f"pairs of values: {len(possible)} of {len(pairs)} may stand together"
    )
    assert len(PAIRWISE) + len(TURNED) >= WANTED
    assert [pair for pair in possible if pair not in covered] == []


def test_every_value_may_stand(defaults: Environment) -> None:
    """A value that nothing else allows would never be tried."""
    tried = {value for choice in PAIRWISE for value in choice}
    every = [(switch, value) for switch, values in SWITCHES.items() for value in values]
    assert [value for value in every if value not in tried] == []
    assert environment((), DEFAULTS).models == defaults.models
