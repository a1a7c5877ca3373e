"""Section `waivers`: rules that an environment may break, for a reason and for a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated

from .fields import DnsLabel, Line, Match
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment

Day = Annotated[str, Match(r"\d{4}-\d{2}-\d{2}", "a date, quoted, e.g. '2027-03-31'")]
Reason = Annotated[
    str,
    Match(r"[^\x00-\x08\x0b-\x1f\x7f]{20,}", "a reason of at least 20 characters: whoever reads it must agree", 4000),
]


@dataclass(frozen=True)
class Waiver:
    """A rule that one object may break."""

    rule: DnsLabel
    """Id of the rule, as docs/policies.md lists it."""
    object: Line
    """The object as `make check` names it: kind, namespace and name, e.g. `StatefulSet openclaw/openclaw-main`."""
    reason: Reason
    """Why it is right here."""
    expires: Day
    """Last day on which it holds, quoted; after it the finding is an error again, and so is the waiver."""

    @property
    def last_day(self) -> date:
        return date.fromisoformat(self.expires)


@dataclass(frozen=True)
class Waivers:
    """Rules that this environment may break, each for one object, with a reason and an expiry."""

    accepted: tuple[Waiver, ...] = ()
    """One entry an exception; `make check` reports expired and unused ones."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        for index, waiver in enumerate(self.accepted):
            try:
                date.fromisoformat(waiver.expires)
            except ValueError:
                yield Flaw(
                    ("accepted", index, "expires"), f"«{waiver.expires}» is no day of the calendar", "correct it"
                )
            if any((other.rule, other.object) == (waiver.rule, waiver.object) for other in self.accepted[:index]):
                message = f"{waiver.rule} is already waived for {waiver.object}"
                yield Flaw(("accepted", index), message, "keep one of the two")
