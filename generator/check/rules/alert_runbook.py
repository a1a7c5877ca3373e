"""alert-runbook: whoever is woken knows how bad it is and what to do.

An alert without `severity` is routed to nobody in particular, and one without a runbook is looked at by whoever
remembers the last time.  Every alert of a PrometheusRule needs the label `severity` (critical, warning or info), the
annotations `summary` and `runbook_url` (an http address), and a name that no other alert has.

Limits: whether the page behind the address exists, and whether the expression ever yields anything, is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objectset import Breach, ObjectSet
from generator.check.rules import Severity
from generator.check.walk import each, text

ID, SEVERITY = "alert-runbook", Severity.ERROR
REMEDIATION = "add labels.severity, annotations.summary and annotations.runbook_url to the alert"

SEVERITIES = ("critical", "warning", "info")


def check(objects: ObjectSet) -> Iterator[Breach]:
    seen: dict[str, str] = {}
    for item in objects.of("PrometheusRule"):
        for group, one in each(item.obj, "spec", "groups"):
            for index, rule in each(one, "rules"):
                name = text(rule, "alert")
                if not name:
                    continue
                path = ("spec", "groups", group, "rules", index)
                severity, runbook = text(rule, "labels", "severity"), text(rule, "annotations", "runbook_url")
                if severity not in SEVERITIES:
                    message = (
                        f"alert {name} has severity «{severity}», none of {', '.join(SEVERITIES)}: no route takes it"
                    )
                    yield Breach(item, (*path, "labels", "severity"), message)
                if not runbook.startswith(("https://", "http://")):
                    message = f"alert {name} has no runbook_url: whoever is woken starts from nothing"
                    yield Breach(item, (*path, "annotations", "runbook_url"), message)
                if not text(rule, "annotations", "summary"):
                    message = f"alert {name} has no summary: the message says its name and nothing else"
                    yield Breach(item, (*path, "annotations", "summary"), message)
                if name in seen:
                    message = f"alert {name} is in {seen[name]} too: silencing one silences both"
                    yield Breach(item, (*path, "alert"), message)
                seen[name] = str(item)
