"""Parts of a comment, and which of them stay where not all of them fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum


class Rank(IntEnum):
    """What a reviewer can do without last comes first; what stays away first comes last."""

    DANGER = 0
    ERROR = 1
    WARNING = 2
    REMARK = 3
    COST = 4
    NOTE = 5
    OBJECTS = 6


@dataclass(frozen=True)
class Part:
    """One entry of a section: a consequence, a finding, a line of the bill, the objects of a component."""

    rank: Rank
    text: str
    group: str = ""
    """What it stands under inside its section."""
    name: str = ""
    """What it is called where it is left out."""


def length(text: str) -> int:
    """In the units that GitHub may count in: UTF-16's, where a character beyond the first 65,536 is two."""
    return len(text.encode("utf-16-le")) // 2


def fitting(parts: Sequence[Part], assembled: Callable[[Sequence[Part]], str], limit: int) -> str:
    """The text with as many parts as fit: no part stays while one of a higher rank is left out.

    Within a rank the shorter ones stay; parts keep their order. Without any part the text must fit.
    """
    order = sorted(range(len(parts)), key=lambda index: (parts[index].rank, len(parts[index].text), index))

    def text(count: int) -> str:
        return assembled([parts[index] for index in sorted(order[:count])])

    whole = text(len(parts))
    if length(whole) <= limit:
        return whole
    fits, too_many = 0, len(parts)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if length(text(middle)) <= limit:
            fits = middle
        else:
            too_many = middle
    return text(fits)
