"""Text that hides nothing from whoever reads it, and tells no secret: fit for a terminal, a page and a log."""

import re

from .credentials import masked

HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Control characters but tab and line feed, other line ends, marks that make a line read in another order, and what is
no character at all."""


def visible(text: str) -> str:
    """The same text, with every such character as its code, and credentials replaced by what they are."""
    return HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", masked(text))


def line(text: str, longest: int = 600) -> str:
    """Such a text on one line, cut where it is longer than so many characters."""
    shown = visible(text[: 2 * longest]).replace("\n", "\\n").replace("\t", "\\t")
    return shown if len(shown) <= longest else f"{shown[: longest - 3]}..."
