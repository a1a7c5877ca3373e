"""waiver: what an environment has accepted is not reported; an acceptance that is expired or unused is.

A waiver names a rule and an object.  It must not outlive its day, nor the finding that it was written for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from generator.check.finding import Finding
from generator.environment.waiver import Waiver

RULE = "waiver"


def waive(
    findings: Sequence[Finding], waivers: Sequence[Waiver], file: str, lines: Sequence[int], today: date
) -> Iterator[Finding]:
    """The findings without the waived ones, and what is wrong with the waivers, which stand on `lines` of `file`."""
    used: set[int] = set()
    for finding in findings:
        match = next((n for n, waiver in enumerate(waivers) if _covers(waiver, finding)), None)
        if match is None or waivers[match].last_day < today:
            yield finding
        if match is not None:
            used.add(match)
    for number, waiver in enumerate(waivers):
        what = f"the waiver of {waiver.rule} for {waiver.object}"
        path = f"waivers.accepted[{number}]"
        if waiver.last_day < today:
            message = f"{what} ended on {waiver.expires}"
            yield Finding(
                file, lines[number], RULE, path, message, "mend the object, or decide anew and set a later day"
            )
        elif number not in used:
            message = f"{what} waives nothing: the object keeps the rule, or is named differently"
            yield Finding(file, lines[number], RULE, path, message, "remove it")


def _covers(waiver: Waiver, finding: Finding) -> bool:
    return (waiver.rule, waiver.object) == (finding.rule, finding.object)
