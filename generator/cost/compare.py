"""What a change costs: two estimates of one environment, line against line."""

from __future__ import annotations

from dataclasses import dataclass

from .estimate import Estimate, Line
from .report import between, money, verdict


@dataclass(frozen=True)
class Change:
    """A line that costs more or less than before; None where there was, or is, none."""

    before: Line | None
    after: Line | None

    @property
    def component(self) -> str:
        return self._any.component

    @property
    def what(self) -> str:
        return self._any.what

    @property
    def low(self) -> float:
        """USD a month more at the low end; negative where it costs less."""
        return (self.after.low if self.after else 0) - (self.before.low if self.before else 0)

    @property
    def high(self) -> float:
        """USD a month more at the high end."""
        return (self.after.high if self.after else 0) - (self.before.high if self.before else 0)

    def __str__(self) -> str:
        """`nodes, Spot, pool openclaw: 18 to 39 more (1 node -> 2 nodes)`."""
        before = self.before.quantity if self.before else "none"
        after = self.after.quantity if self.after else "none"
        moved = f"{before} -> {after}" if before != after else f"still {after}"
        return f"{self.component}, {self.what}: {_change(self.low, self.high)} ({moved})"

    @property
    def _any(self) -> Line:
        found = self.after or self.before
        assert found is not None, "a line is on one side at least"
        return found


@dataclass(frozen=True)
class Delta:
    """What a change of one environment costs; an environment that is new, or gone, has one side."""

    before: Estimate | None
    after: Estimate | None
    changes: tuple[Change, ...]
    """The dearest first; lines that cost the same are left out."""

    @property
    def low(self) -> float:
        """USD a month more at the low end."""
        return (self.after.low if self.after else 0) - (self.before.low if self.before else 0)

    @property
    def high(self) -> float:
        """USD a month more at the high end."""
        return (self.after.high if self.after else 0) - (self.before.high if self.before else 0)

    @property
    def above_ceiling(self) -> bool:
        """Whether even the low end is above what may be spent."""
        return self.after is not None and self.after.above_ceiling

    def lines(self) -> list[str]:
        """For a review: the sum and the ceiling, then each line that changes."""
        return [self.total, *map(str, self.changes)]

    @property
    def total(self) -> str:
        """`153 to 184 USD a month, 17 to 39 more; 61% of the ceiling of 300 at its high end`."""
        if self.after is None:
            assert self.before is not None, "an environment is on one side at least"
            return f"{between(self.before.low, self.before.high)} USD a month less: the environment is gone"
        sum_, held = between(self.after.low, self.after.high), verdict(self.after)
        if self.before is None:
            return f"{sum_} USD a month; {held}"
        change = _change(self.low, self.high)
        raised = self.after.ceiling - self.before.ceiling
        moved = f" (was {money(self.before.ceiling)})" if raised else ""
        return f"{sum_} USD a month, {change}; {held}{moved}"


def delta(before: Estimate | None, after: Estimate | None) -> Delta:
    """The lines that differ in what they cost."""
    old = {(line.component, line.what): line for line in (before.lines if before else ())}
    new = {(line.component, line.what): line for line in (after.lines if after else ())}
    found = [Change(old.get(key), new.get(key)) for key in dict.fromkeys((*new, *old))]
    changes = sorted(
        (one for one in found if round(one.low, 2) or round(one.high, 2)),
        key=lambda one: -max(abs(one.low), abs(one.high)),
    )
    return Delta(before, after, tuple(changes))


def _change(low: float, high: float) -> str:
    """`18 to 39 more`, `5 less`, `nothing more`; signs where the ends differ in direction."""
    low, high = sorted((round(low, 2), round(high, 2)))
    if low == high == 0:
        return "nothing more"
    if low >= 0:
        return f"{between(low, high)} more"
    if high <= 0:
        return f"{between(abs(high), abs(low))} less"
    return f"from {money(-low)} less to {money(high)} more"
