"""Every rendered object, broken in every way that a rule forbids: caught by the rule that should, and by no other.

Workloads are also taken through the other kinds that run the same pod, so that a rule does not depend on the kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy

import pytest

from generator.check.admission.evaluator import Admission
from generator.check.objectset import TEMPLATES, dig
from generator.check.schemas import DEFAULT_MINOR, Schemas
from generator.environment.model import Environment
from generator.trees.plan import Plan

from .changes import pod
from .judging import admission, refusals
from .mutations import MUTATIONS, Mutation
from .subjects import Subject, other_kinds
from .subjects import subjects as all_subjects

REQUIRED = {
    ("spec", *path[:count])
    for path in ((), ("template", "spec"), ("jobTemplate", "spec", "template", "spec"))
    for count in range(len(path) + 1)
}
"""Fields without which the server refuses an object, though its published schema does not say so."""


@pytest.fixture(scope="module")
def judges(environments: dict[str, Environment]) -> dict[str, Admission]:
    return {name: admission(env) for name, env in environments.items()}


@pytest.fixture(scope="module")
def subjects(planned: Plan) -> list[Subject]:
    return all_subjects(planned)


def test_unbroken_objects_pass_as_every_kind(subjects: list[Subject], judges: dict[str, Admission]) -> None:
    found = {where: refusals(judges[name], obj) for name, where, obj in subjects}
    assert {where: refused for where, refused in found.items() if refused} == {}


def test_every_mutation_is_caught_by_its_rule_and_by_no_other(
    subjects: list[Subject], judges: dict[str, Admission], figure: Callable[[str], None]
) -> None:
    count = 0
    wrong = []
    for mutation in MUTATIONS:
        for name, where, obj in subjects:
            if mutation.applies(obj):
                count += 1
                found = set(refusals(judges[name], mutation.of(obj)))
                wrong += verdict(mutation, where, found)
    figure(f"mutants of single objects: {count} by {len(MUTATIONS)} mutations, {len(wrong)} not caught as they should")
    assert not wrong, "\n" + "\n".join(wrong[:40])


def verdict(mutation: Mutation, where: str, found: set[str]) -> list[str]:
    expected = set(mutation.caught_by)
    survived = [f"Survives {', '.join(sorted(expected - found))}: {where}: {mutation.name}"] if expected - found else []
    extra = [f"Also caught by {', '.join(sorted(found - expected))}: {where}: {mutation.name}"]
    return survived + (extra if found - expected else [])


def test_every_mutation_breaks_something_that_is_rendered(subjects: list[Subject]) -> None:
    idle = [each.name for each in MUTATIONS if not any(each.applies(obj) for _, _, obj in subjects)]
    assert idle == []


def test_every_rule_has_a_mutation() -> None:
    from .test_admission_policies import IDS

    assert {rule for mutation in MUTATIONS for rule in mutation.caught_by} >= set(IDS)


def test_every_validation_of_every_rule_is_met_by_a_mutation(
    subjects: list[Subject], judges: dict[str, Admission]
) -> None:
    """Else a condition could be taken out of a policy, and no test would notice."""
    from .test_admission_policies import IDS, read

    met: set[tuple[str, int]] = set()
    for mutation in MUTATIONS:
        name, obj = next((name, obj) for name, _, obj in subjects if mutation.applies(obj))
        met |= {(denial.policy, denial.expression_index) for denial in judges[name].verdicts(mutation.of(obj))}
    wanted = {(f"openclaw-{rule}", number) for rule in IDS for number in range(len(read(rule)["spec"]["validations"]))}
    assert sorted(wanted - met) == []


def test_no_rule_ends_in_an_error_whatever_field_is_absent(
    subjects: list[Subject], judges: dict[str, Admission]
) -> None:
    """An expression that fails refuses the object with words that help nobody."""
    schemas = Schemas(DEFAULT_MINOR)
    seen: set[str] = set()
    failed = []
    for name, where, obj in subjects:
        if obj["kind"] in seen:
            continue
        seen.add(obj["kind"])
        for path in paths(obj):
            if path in REQUIRED:
                continue
            lacking = deepcopy(obj)
            del dig(lacking, path[:-1])[path[-1]]
            if schemas.violations(lacking):
                continue  # the server would refuse it before it asks the rules
            failed += [
                f"{where} without {path}: {denial.message}"
                for denial in judges[name].verdicts(lacking)
                if "resulted in error" in denial.message or denial.message.startswith("failed expression")
            ]
    assert seen >= set(TEMPLATES) | {"NodePool", "EC2NodeClass", "PodDisruptionBudget", "Service"}
    assert not failed, "\n" + "\n".join(failed[:20])


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every field and item below a value."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield (*path, key)
            yield from paths(child, (*path, key))
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield (*path, number)
            yield from paths(child, (*path, number))


def test_pods_of_a_job_need_no_probes_and_others_do(judges: dict[str, Admission], planned: Plan) -> None:
    obj = deepcopy(planned.objects["rendered/prod/llm-gateway/deployment-llm-gateway.yaml"])
    for made in other_kinds(obj):
        for name in ("startupProbe", "readinessProbe", "livenessProbe"):
            pod(made)["containers"][0].pop(name, None)
        expected = [] if made["kind"] in ("Job", "CronJob") else ["probes"]
        assert list(refusals(judges["prod"], made)) == expected, made["kind"]
