"""Rules that the API server holds callers to, weaker or stronger."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diff.change import Change
from generator.diff.impact import Impact

from .reading import below, danger, note, warning


def check(change: Change) -> Iterator[Impact]:
    if change.kind == "ValidatingAdmissionPolicyBinding":
        if change.verb == "added":
            yield warning("policy", change, f"what breaks it meets {change.obj['spec'].get('validationActions')}")
        for field in below(change, "spec", "validationActions"):
            if field.before == "Deny":
                yield danger("policy", change, "what breaks it is let in, and only warned about")
            elif field.after == "Deny":
                yield warning("policy", change, "what breaks it is refused from now on: is anything that runs?")
        for field in below(change, "spec", "matchResources"):
            yield warning("policy", change, f"looks at other objects: {field.shown}")
    elif change.kind == "ValidatingAdmissionPolicy" and change.verb == "changed":
        yield warning("policy", change, "what it refuses changes")
    elif change.kind == "ValidatingAdmissionPolicy" and change.verb == "added":
        yield note("policy", change, "a new rule")
    elif change.kind == "ConfigMap" and change.component == "policies" and change.verb == "changed":
        for field in below(change, "data"):
            yield warning(
                "policy", change, f"a rule's limit {field.path[-1]} is {field.after} instead of {field.before}"
            )
    elif change.kind == "ResourceQuota" and change.verb == "changed":
        for field in below(change, "spec", "hard"):
            yield note(
                "policy", change, f"the namespace may use {field.after} of {field.path[-1]} instead of {field.before}"
            )
