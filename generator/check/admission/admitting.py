"""The per-object rules over a set: what the API server would refuse, by the policies and bindings in the set itself.

A folder that holds no policies is judged by ours, as if its namespaces and objects were ours: so `check DIR` says the
same of other people's manifests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TypeVar

from generator.check.admission.evaluator import Admission, Refused
from generator.check.admission.policy import binding, policy
from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Severity
from generator.components.policies import policies as rendered_policies
from generator.kubernetes.objects import PART_OF, Obj

Made = TypeVar("Made")
PREFIX = "openclaw-"
RULE = "admission"
"""Of policies that the API server would not take."""
INCOMPLETE = "no object is judged by it until it is one that the API server takes"
_POLICY, _BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"


def denials(objects: ObjectSet) -> Iterator[tuple[Breach, str, str, Severity]]:
    """Each breach with the id of its rule, the remedy, and how the binding takes it."""
    named = {item.name: item for item in objects.of(_POLICY) if item.name}
    if not named:
        yield from _as_ours(objects)
        return
    bindings = {item.name: item for item in objects.of(_BINDING) if item.name}
    policies, bound = _read(named, policy), _read(bindings, binding)
    unread = [named[name] for name in named.keys() - policies.keys()]
    unread += [bindings[name] for name in bindings.keys() - bound.keys()]
    for item in unread:
        yield Breach(item, (), "says nothing, or null, where it must say something"), RULE, INCOMPLETE, Severity.ERROR
    try:
        admission = Admission(
            policies.values(),
            bound.values(),
            [item.obj for item in objects.of("ConfigMap") if item.name],
            [item.obj for item in objects.of("Namespace") if item.name],
        )
    except Refused as error:
        for problem in str(error).splitlines():
            name, _, message = problem.partition(": ")
            item = named.get(name) or bindings.get(name) or next(iter(named.values()))
            yield Breach(item, (), message or problem), RULE, INCOMPLETE, Severity.ERROR
        return
    yield from _judged(admission, objects.items, {name: item.obj for name, item in named.items()})


def _read(items: Mapping[str, Item], make: Callable[[Obj], Made]) -> dict[str, Made]:
    """Those that can be read; a schema lets what they need be left out, or be null in a list."""
    found = {}
    for name, item in items.items():
        with suppress(AttributeError, KeyError, TypeError):
            found[name] = make(item.obj)
    return found


def _as_ours(objects: ObjectSet) -> Iterator[tuple[Breach, str, str, Severity]]:
    policies = [obj for obj in rendered_policies() if "paramKind" not in obj["spec"]]
    names = {item.namespace for item in objects.items} - {""}
    labels = {"app.kubernetes.io/part-of": PART_OF}
    namespaces: list[Obj] = [{"metadata": {"name": name, "labels": labels}} for name in sorted(names)]
    bindings: list[Obj] = [
        {
            "metadata": {"name": obj["metadata"]["name"]},
            "spec": {"policyName": obj["metadata"]["name"], "validationActions": ["Deny"]},
        }
        for obj in policies
    ]
    admission = Admission(map(policy, policies), map(binding, bindings), (), namespaces)
    yield from _judged(admission, objects.items, {obj["metadata"]["name"]: obj for obj in policies})


def _judged(
    admission: Admission, items: tuple[Item, ...], policies: dict[str, Obj]
) -> Iterator[tuple[Breach, str, str, Severity]]:
    for item in items:
        said: dict[tuple[str, str], list[str]] = {}
        for denial in admission.verdicts(item.obj):
            said.setdefault((denial.policy, denial.message), []).append(denial.action)
        for (name, message), actions in said.items():
            notes = policies[name]["metadata"].get("annotations") or {}
            warns = "Deny" not in actions or notes.get("openclaw.io/severity") == Severity.WARNING
            severity = Severity.WARNING if warns else Severity.ERROR
            fix = notes.get("openclaw.io/remediation", "")
            yield Breach(item, (), message), name.removeprefix(PREFIX), fix, severity
