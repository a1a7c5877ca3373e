"""A diff for programs: consequences, objects and fields."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from generator.environment.credentials import masked

from .fields import ABSENT
from .impact import Impact
from .source import Comparison


def as_json(found: Comparison, impacts: Sequence[Impact]) -> str:
    data = {
        "base": found.base,
        "impacts": [
            {
                "severity": impact.severity.name.lower(),
                "category": impact.category,
                "environment": impact.environment,
                "subject": impact.subject,
                "text": impact.text,
            }
            for impact in impacts
        ],
        "objects": [
            {
                "file": change.file,
                "environment": change.environment,
                "component": change.component,
                "verb": change.verb,
                "kind": change.kind,
                "namespace": change.namespace,
                "name": change.name,
                "fields": [
                    {"path": field.shown} | _side("before", field.before) | _side("after", field.after)
                    for field in change.fields
                ],
            }
            for change in found.changes
        ],
    }
    return json.dumps(data, indent=2, ensure_ascii=False)


def _side(name: str, value: Any) -> dict[str, Any]:
    """Left out where the field is not there; null is a value."""
    return {} if value is ABSENT else {name: _told(value)}


def _told(value: Any) -> Any:
    """A value without the credentials in it."""
    if isinstance(value, dict):
        return {key: _told(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_told(inner) for inner in value]
    return masked(value) if isinstance(value, str) else value
