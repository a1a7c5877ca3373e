"""The fenced blocks of a page that people follow: files to write, changes to make, commands to run.

A paragraph that ends in "`path`, new:" stands above the whole text of a file, one that ends in "`path`:" above a change
of it: lines to find, some of them to remove (-), others to add (+), `@@` between two places.  A console block begins
with its command after `$ `; the lines below it are part of what the command prints, in their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"`(?P<path>[\w./-]+)`(?P<new>, new)?:$")
_VARIES = re.compile(r"(?<=:)\d+(:\d+)?(?=:)|\d+(?= objects)|\d+\.\d+(?= s\b)")
"""Lines of files, how many objects there are, and times."""


@dataclass(frozen=True)
class Edit:
    """A file to write, or a change of one."""

    path: str
    text: str
    new: bool

    def apply(self, root: Path) -> None:
        file = root / self.path
        if self.new:
            assert not file.exists(), f"{self.path} is there already"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.text, "utf-8")
        else:
            file.write_text(changed(file.read_text("utf-8"), self.text, self.path), "utf-8")


@dataclass(frozen=True)
class Command:
    """A command of a console block, and lines of what it prints."""

    line: str
    prints: tuple[str, ...]

    def missing(self, output: str) -> list[str]:
        """Lines of the page that the output lacks, or has in another order; what varies by nature may differ."""
        rest = iter(_VARIES.sub("…", output).splitlines())
        return [line for line in self.prints if not any(_shows(_VARIES.sub("…", line), one) for one in rest)]


def _shows(line: str, printed: str) -> bool:
    """Whether a line of the page is what was printed, or how it begins."""
    return printed.startswith(line[:-3]) if line.endswith("...") else line == printed


def changed(text: str, change: str, path: str) -> str:
    """The text with one change of the page made in it."""
    for place in re.split(r"^@@\n", change, flags=re.MULTILINE):
        lines = place.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        assert text.count(before) == 1, f"{path} has these lines {text.count(before)} times:\n{before}"
        text = text.replace(before, after)
    return text


def blocks(page: str, section: str) -> Iterator[Edit | Command]:
    """What a section of a page asks for, in its order; a section goes to the next heading of its level."""
    [text] = re.findall(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    for found in _BLOCK.finditer(text):
        if found["kind"] == "console":
            command, *prints = found["text"].splitlines()
            yield Command(command.removeprefix("$ "), tuple(line for line in prints if line != "..."))
        elif path := _PATH.search(text[: found.start()].rstrip()):
            yield Edit(path["path"], found["text"], bool(path["new"]))
