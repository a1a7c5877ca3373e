"""The comment: two lines that say what happens, the dangers in the open, everything else folded below.

What comes from a value stands in it as text: no markup, no mention, no link.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from generator.check.finding import Finding
from generator.console import number
from generator.cost.compare import Delta
from generator.cost.report import between, money
from generator.diff.impact import Impact, Severity
from generator.diff.markdown import SIGNS, escaped, folded
from generator.diff.source import Comparison
from generator.diff.text import summary

from . import entries
from .part import Part, Rank, fitting
from .wording import coded, listed, listed_safely

MARKER = "<!-- openclaw-eks-review -->"
"""By which the comment is found again."""
LIMIT = 65_536
"""Characters that GitHub takes in one comment."""
FOLDED = (
    ("Policies", (Rank.ERROR, Rank.REMARK)),
    ("Warnings", (Rank.WARNING,)),
    ("Cost", (Rank.COST,)),
    ("Notes", (Rank.NOTE,)),
)
WORDS = {
    Rank.DANGER: ("danger", "dangers"),
    Rank.ERROR: ("policy error", "policy errors"),
    Rank.WARNING: ("warning", "warnings"),
    Rank.REMARK: ("policy warning", "policy warnings"),
    Rank.COST: ("bill", "bills"),
    Rank.NOTE: ("note", "notes"),
    Rank.OBJECTS: ("component's objects", "components' objects"),
}


@dataclass(frozen=True)
class Review:
    """Everything that a comment speaks of."""

    found: Comparison
    impacts: Sequence[Impact]
    findings: Sequence[Finding] = ()
    costs: Mapping[str, Delta] = field(default_factory=dict)
    """By environment."""


def touched(found: Comparison, impacts: Sequence[Impact]) -> list[str]:
    """Environments in which an object or a setting changes."""
    edited = {name for name, env in found.after.items() if env != found.before.get(name, env)}
    return sorted({*found.environments, *(impact.environment for impact in impacts), *edited})


def comment(review: Review, limit: int = LIMIT) -> str:
    """Markdown, or nothing where nothing changes."""
    if not touched(review.found, review.impacts):
        return ""
    parts = [
        *entries.consequences(review.impacts),
        *entries.findings(review.findings),
        *entries.bill(review.costs),
        *entries.objects(review.found),
    ]
    head = _head(review, parts)

    def assembled(kept: Sequence[Part]) -> str:
        foot = _foot(review.found.base, parts, kept, limit)
        return "\n\n".join(filter(None, (head, *_sections(kept), foot))) + "\n"

    return fitting(parts, assembled, limit)


def _head(review: Review, parts: Sequence[Part]) -> str:
    changes = list(review.found.changes)
    where = listed_safely(touched(review.found, review.impacts))
    what = (
        f"{number(len(changes), 'object')} in {where}: {summary(changes)}"
        if changes
        else f"settings of {where}, no object"
    )
    graves = [(Severity.DANGER, Rank.DANGER), (Severity.WARNING, Rank.WARNING)]
    said = [f"{SIGNS[sign]} {_count(parts, rank)}" for sign, rank in graves if any(part.rank == rank for part in parts)]
    lines = [MARKER, f"**{what}** · {' · '.join((*said, _verdict(review.findings)))}"]
    if review.costs:
        sums = [f"**{escaped(name)}** {_sum(delta)}" for name, delta in review.costs.items()]
        lines.append(f"USD a month: {listed(sums)}")
    return "  \n".join(lines).replace("  \n", "\n", 1)


def _verdict(findings: Sequence[Finding]) -> str:
    errors = sum(one.severity == entries.ERROR for one in findings)
    counts = ((errors, "error"), (len(findings) - errors, "warning"))
    said = ", ".join(number(count, word) for count, word in counts if count)
    return f"{'❌' if errors else '🟡'} policies: {said}" if said else "✅ policies kept"


def _sum(delta: Delta) -> str:
    """`310 to 420 → 350 to 470 (ceiling 500)`; of an environment on one side, that side."""
    sides = [between(one.low, one.high) for one in (delta.before, delta.after) if one]
    if not delta.after:
        return f"{sides[0]} → gone"
    same = " as before" if delta.before and not delta.changes else ""
    sums = " → ".join(dict.fromkeys(sides)) + same
    ceiling = money(delta.after.ceiling)
    return f"{sums} (**above the ceiling of {ceiling}**)" if delta.above_ceiling else f"{sums} (ceiling {ceiling})"


def _sections(kept: Sequence[Part]) -> Iterator[str]:
    yield _body(kept, Rank.DANGER)
    for title, ranks in FOLDED:
        if any(part.rank in ranks for part in kept):
            yield folded(title, "\n".join(filter(None, (_body(kept, rank) for rank in ranks))))
    groups: dict[str, list[str]] = {}
    for part in kept:
        if part.rank == Rank.OBJECTS:
            groups.setdefault(part.group, []).append(part.text)
    for group, blocks in groups.items():
        yield folded(f"Objects of {group}", "\n\n".join(blocks))


def _body(kept: Sequence[Part], rank: Rank) -> str:
    return "\n".join(part.text for part in kept if part.rank == rank)


def _foot(base: str, parts: Sequence[Part], kept: Sequence[Part], limit: int) -> str:
    command = coded(f"python -m generator diff {shlex.quote(base)}")
    if len(kept) == len(parts):
        return f"<sub>The same in a terminal: {command}</sub>"
    here = {id(part) for part in kept}
    left = [part for part in parts if id(part) not in here]
    counts = ", ".join(_count(left, rank) for rank in Rank if any(part.rank == rank for part in left))
    names = [part.name for part in left if part.name]
    which = f" ({listed_safely(names)})" if names else ""
    return f"**Left out**, for a comment holds {limit:,} characters: {counts}{which}. All of it: {command}"


def _count(parts: Sequence[Part], rank: Rank) -> str:
    count = sum(part.rank == rank for part in parts)
    return f"{count} {WORDS[rank][count != 1]}"
