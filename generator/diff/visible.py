"""Text that hides nothing from whoever reads it: what a terminal or a page would act on is written out."""

from __future__ import annotations

import re

HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters but tab and line feed, other line ends, and marks that make a line read in another order."""


def visible(text: str) -> str:
    """The same text, with every such character as its code."""
    return HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
