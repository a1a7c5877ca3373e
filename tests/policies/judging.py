"""The admission policies as an environment enforces them, and what they say to an object."""

from __future__ import annotations

from generator.check.admission.evaluator import Admission
from generator.check.admission.policy import binding, policy
from generator.components import policies, registry
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

PREFIX = "openclaw-"
"""Of the policies' names; a rule's id is the rest."""


def admission(env: Environment, parameters: bool = True) -> Admission:
    """Judges objects as the API server of an environment does, whatever it then does with the verdict.

    Without `parameters` as if somebody had deleted them.
    """
    rendered = [obj for part in registry.render(env) for obj in part.objects]
    return Admission(
        map(policy, policies.policies()),
        [binding(obj) for obj in rendered if obj["kind"] == "ValidatingAdmissionPolicyBinding"],
        [obj for obj in rendered if obj["kind"] == "ConfigMap" and parameters],
        [obj for obj in rendered if obj["kind"] == "Namespace"],
    )


def refusals(judge: Admission, obj: Obj) -> dict[str, list[str]]:
    """Messages by rule id; Audit and Warn of one binding count once."""
    found: dict[str, list[str]] = {}
    for denial in judge.verdicts(obj):
        messages = found.setdefault(denial.policy.removeprefix(PREFIX), [])
        if denial.message not in messages:
            messages.append(denial.message)
    return found
