"""Findings for people, for GitHub and for code scanning."""

from __future__ import annotations

import json

from generator.check import report
from generator.check.finding import Finding

ONE = Finding("rendered/dev/a.yaml", 7, "probes", "spec.x", "it is never restarted", "add a probe", "Deployment n/a")
OTHER = Finding("rendered/dev/a.yaml", 9, "graviton", "", "100 %, of cost: x", "", "Deployment n/a", "warning")


def test_text_is_grouped_by_object_consequence_first_remedy_last() -> None:
    assert report.text([OTHER, ONE]) == [
        "rendered/dev/a.yaml  Deployment n/a",
        "  error: rendered/dev/a.yaml:7: spec.x: it is never restarted; add a probe [probes]",
        "  warning: rendered/dev/a.yaml:9: 100 %, of cost: x [graviton]",
    ]


def test_github_annotations_escape_what_would_end_them() -> None:
    assert report.github([ONE, OTHER]) == [
        "::error file=rendered/dev/a.yaml,line=7,title=probes::spec.x: it is never restarted; add a probe",
        "::warning file=rendered/dev/a.yaml,line=9,title=graviton::100 %25, of cost: x",
    ]


def test_sarif_names_rules_levels_and_places() -> None:
    document = json.loads(report.sarif([ONE, OTHER], {"probes": "Pods say how they are"}))
    (run,) = document["runs"]
    assert document["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["graviton", "probes"]
    assert run["tool"]["driver"]["rules"][1]["shortDescription"] == {"text": "Pods say how they are"}
    first, second = run["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("probes", 1, "error")
    place = first["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("rendered/dev/a.yaml", 7)
    assert second["level"] == "warning"
