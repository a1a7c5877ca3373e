"""What of a Markdown text is read as Markdown."""

from __future__ import annotations

import re

LINE_ENDS = re.compile(r"\r\n|\n|\r")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def prose(text: str) -> str:
    """The text without its fenced blocks, which begin and end by CommonMark's rules."""
    kept, fence = [], ""
    for line in LINE_ENDS.split(text):
        found = FENCE.match(line)
        if fence:
            if found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif found:
            fence = found[1]
        else:
            kept.append(line)
    assert not fence, f"a block that begins with {fence} does not end"
    return "\n".join(kept)
