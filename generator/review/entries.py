"""What a comment can say, entry by entry: consequences, findings, the bill, the objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generator.check.finding import Finding
from generator.cost.compare import Delta
from generator.diff.impact import Impact, Severity
from generator.diff.markdown import SIGNS, components, escaped, named
from generator.diff.source import Comparison

from .part import Part, Rank
from .wording import listed, listed_safely

ERROR = "error"
RANKS = {Severity.DANGER: Rank.DANGER, Severity.WARNING: Rank.WARNING, Severity.NOTE: Rank.NOTE}
FILES = 3
"""Files that a finding names."""


def consequences(impacts: Sequence[Impact]) -> Iterator[Part]:
    """One entry for what is said of several objects, or of the same objects in several environments."""
    subjects: dict[tuple[Severity, str, str], list[str]] = {}
    for impact in impacts:
        subjects.setdefault((impact.severity, impact.environment, impact.text), []).append(impact.subject)
    environments: dict[tuple[Severity, tuple[str, ...], str], list[str]] = {}
    for (severity, environment, text), affected in subjects.items():
        environments.setdefault((severity, tuple(affected), text), []).append(environment)
    for (severity, those, text), where in environments.items():
        yield Part(RANKS[severity], f"- {SIGNS[severity]} {listed_safely(where)}: {named(those)}: {escaped(text)}")


def findings(found: Sequence[Finding]) -> Iterator[Part]:
    """Errors first, with the reason and the fix; what a rule says of many files alike is one entry."""
    groups: dict[tuple[bool, str, str, str, str], list[Finding]] = {}
    for one in found:
        key = (one.severity != ERROR, one.rule, one.path, one.message, one.fix)
        groups.setdefault(key, []).append(one)
    for (remark, rule, path, message, fix), group in sorted(groups.items()):
        where = listed_safely([f"{one.file}:{one.line}" if one.line else one.file for one in group], FILES)
        reason = escaped(f"{path}: {message}" if path else message)
        remedy = f". **Fix:** {escaped(fix)}" if fix else ""
        sign, rank = ("🟡", Rank.REMARK) if remark else ("❌", Rank.ERROR)
        yield Part(rank, f"- {sign} **{escaped(rule)}** {where}: {reason}{remedy}")


def bill(costs: Mapping[str, Delta]) -> Iterator[Part]:
    """The sum of each environment in which a line changes, and those lines."""
    for name, delta in costs.items():
        total, *lines = delta.lines()
        if lines:
            yield Part(Rank.COST, "\n".join((f"- **{escaped(name)}**: {escaped(total)}", *map(_line, lines))))


def objects(found: Comparison) -> Iterator[Part]:
    """Each component's objects; environments in which they change alike have them once."""
    blocks: dict[tuple[str, str], list[str]] = {}
    for environment in found.environments:
        for component, block in components(found, environment):
            blocks.setdefault((component, block), []).append(environment)
    for (component, block), where in sorted(blocks.items(), key=lambda one: one[1]):
        names = listed(where)
        yield Part(Rank.OBJECTS, block, names, f"{component} of {names}")


def _line(text: str) -> str:
    return f"  - {escaped(text)}"
