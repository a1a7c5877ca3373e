"""Proposals for misspelt words."""

import re
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, whatever its case and separators, as a question; or an empty string."""
    from difflib import get_close_matches  # needed by mistakes only

    plain = {_plain(name): name for name in known}
    close = get_close_matches(_plain(word), plain, n=1, cutoff=0.6)
    return f"did you mean {plain[close[0]]}?" if close else ""


def _plain(word: str) -> str:
    return re.sub(r"[-_]", "", word).lower()
