"""Waivers hide exactly what they name, for as long as they say, and not a day longer."""

from __future__ import annotations

from datetime import date

from generator.check.finding import Finding
from generator.check.waiving import waive
from generator.environment.waiver import Waiver

GATEWAY = "StatefulSet openclaw/openclaw-main"
FOUND = Finding("rendered/dev/a.yaml", 7, "spot-stateful", "spec", "an outage", "on-demand", GATEWAY)
WAIVER = Waiver("spot-stateful", GATEWAY, "one user who can wait for a few minutes", "2027-01-31")


def waived(findings: list[Finding], *waivers: Waiver, today: str = "2026-11-22") -> list[str]:
    lines = [10 + number for number in range(len(waivers))]
    return [str(one) for one in waive(findings, waivers, "environments/dev.yaml", lines, date.fromisoformat(today))]


def test_a_waiver_hides_its_finding() -> None:
    assert waived([FOUND], WAIVER) == []


def test_it_holds_on_its_last_day_and_not_after() -> None:
    assert waived([FOUND], WAIVER, today="2027-01-31") == []
    assert waived([FOUND], WAIVER, today="2027-02-01") == [
        str(FOUND),
        f"environments/dev.yaml:10: waivers.accepted[0]: the waiver of spot-stateful for {GATEWAY} ended on "
        "2027-01-31; mend the object, or decide anew and set a later day [waiver]",
    ]


def test_it_hides_no_other_rule_and_no_other_object() -> None:
    other_rule = Finding("f", 1, "spot-grace", "", "m", "", GATEWAY)
    other_object = Finding("f", 1, "spot-stateful", "", "m", "", "StatefulSet openclaw/openclaw-support")
    assert waived([FOUND, other_rule, other_object], WAIVER) == [str(other_rule), str(other_object)]


def test_an_unused_waiver_is_an_error_where_it_stands() -> None:
    assert waived([], WAIVER) == [
        f"environments/dev.yaml:10: waivers.accepted[0]: the waiver of spot-stateful for {GATEWAY} waives nothing: the "
        "object keeps the rule, or is named differently; remove it [waiver]"
    ]
