"""Headless Chromium, and what a reader meets in a page: sizes, colours, requests, the rules of accessibility."""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tools.programs import Program


@dataclass(frozen=True)
class Job:
    """One look at a page."""

    page: Path
    width: int
    """Pixels of the window."""
    scheme: str
    """`light` or `dark`."""
    picture: Path
    """PNG that shows the page as it is opened, its folded parts closed."""
    height: int = 0
    """Pixels of the picture; 0 for the whole page."""


@dataclass(frozen=True)
class Report:
    """What was met; every list is empty for a page that is well, but `requests`, which is the page itself alone."""

    requests: list[str]
    messages: list[str]
    """Of the console, and errors."""
    overflow: int
    """Pixels that the page is wider than the window."""
    folded: int
    """Parts that open on a click."""
    closed: list[str]
    """Those of them that show nothing then."""
    judged: int
    """Texts whose contrast was computed, everything unfolded."""
    faint: list[str]
    """Those with less than 4.5:1."""
    scrolling: list[str]
    """Drawings that are wider than their place."""
    covered: list[str]
    """Text in a drawing that meets other text or another box, leaves its own, or is cut."""
    violations: list[str]
    """Rules of axe, and where they are broken."""


class BrowserFailed(Exception):
    """The browser could not be driven; the text is what it said."""


def look(chromium: Program, jobs: Sequence[Job]) -> list[Report]:
    """A report a job, in their order; raises BrowserFailed."""
    return [Report(**said) for said in _driven(chromium, jobs, inspect=True)]


def take(chromium: Program, jobs: Sequence[Job]) -> None:
    """The pictures alone; raises BrowserFailed."""
    _driven(chromium, jobs, inspect=False)


def _driven(chromium: Program, jobs: Sequence[Job], *, inspect: bool) -> list[dict[str, Any]]:
    script = Path(__file__).with_name("look.mjs")
    wanted = [asdict(job) | {"page": str(job.page), "picture": str(job.picture)} for job in jobs]
    with tempfile.TemporaryDirectory(prefix="browser-") as scratch:
        asked = {"modules": str(chromium.path), "scratch": scratch, "inspected": inspect, "jobs": wanted}
        environment = {"PATH": os.defpath, "HOME": scratch, "TMPDIR": scratch}
        command = [*chromium.argv, str(script)]
        done = subprocess.run(command, input=json.dumps(asked), env=environment, capture_output=True, text=True)
    if done.returncode:
        raise BrowserFailed(done.stderr)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found
