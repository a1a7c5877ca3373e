"""current: the generated trees are exactly what environments/ yields.

A file edited by hand, left over or missing is named; the next render would overwrite, delete or create it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from generator.check.finding import Finding
from generator.trees.files import Files
from generator.trees.write import Report

RULE = "current"


def findings(root: Path, files: Files, report: Report) -> Iterator[Finding]:
    for path in report.created:
        yield Finding(path, 0, RULE, "", "missing, though environments/ yields it", "run `make render`")
    for path in report.deleted:
        fix = "run `make render` to delete it; objects of your own belong in a repository of their own"
        yield Finding(path, 0, RULE, "", "nothing in environments/ yields it", fix)
    for path in report.changed:
        line, ours, theirs = _first_difference(files[path], (root / path).read_text("utf-8", errors="replace"))
        message = f"is not what environments/ yields: found «{theirs}», expected «{ours}»"
        fix = "run `make render`; to keep an edit made by hand, write it as a patch in environments/<env>/patches/"
        yield Finding(path, line, RULE, "", message, fix)


def _first_difference(expected: str, found: str) -> tuple[int, str, str]:
    pairs = zip_longest(expected.splitlines(), found.splitlines(), fillvalue="(end of file)")
    for number, (ours, theirs) in enumerate(pairs, 1):
        if ours != theirs:
            return number, ours.strip(), theirs.strip()
    return 0, "another line end", "the same lines"
