"""Findings as text for people, annotations for GitHub, and SARIF for code scanning."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby

from generator.check.finding import Finding


def text(findings: Sequence[Finding]) -> list[str]:
    """Grouped by object: the consequence first, the remedy last."""
    lines = []
    ordered = sorted((one.shown() for one in findings), key=lambda one: (one.file, one.object, one))
    for (file, obj), group in groupby(ordered, key=lambda one: (one.file, one.object)):
        lines.append(f"{file}  {obj}".rstrip())
        lines += [f"  {one.severity}: {one}" for one in group]
    return lines


def github(findings: Sequence[Finding]) -> list[str]:
    """Workflow commands: GitHub shows each beside its line of the pull request."""
    return [
        f"::{one.severity} file={_property(one.file)},line={max(one.line, 1)},title={_property(one.rule)}::"
        + _data(
            "; ".join(part for part in (f"{one.path}: {one.message}" if one.path else one.message, one.fix) if part)
        )
        for one in (one.shown() for one in findings)
    ]


def sarif(findings: Sequence[Finding], manuals: Mapping[str, str]) -> str:
    """SARIF 2.1.0; `manuals` holds the text of each rule by its id."""
    rules = sorted({one.rule for one in findings})
    described = [
        {"id": rule, "shortDescription": {"text": (manuals.get(rule) or rule).strip().splitlines()[0]}}
        for rule in rules
    ]
    results = [
        {
            "ruleId": one.rule,
            "ruleIndex": rules.index(one.rule),
            "level": one.severity,
            "message": {"text": "; ".join(part for part in (one.message, one.fix) if part)},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": one.file},
                        "region": {"startLine": max(one.line, 1)},
                    },
                    "logicalLocations": [{"fullyQualifiedName": f"{one.object} {one.path}".strip()}],
                }
            ],
        }
        for one in (one.shown() for one in findings)
    ]
    run = {"tool": {"driver": {"name": "openclaw-eks check", "rules": described}}, "results": results}
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
