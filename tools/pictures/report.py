"""python -m tools.pictures.report: the top of staging's report as a browser shows it, into docs/pictures."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from click.testing import CliRunner

from generator.cli import main as generator
from tools.browser import Job, take
from tools.programs import Unavailable, program

from .__main__ import PICTURES, ROOT

ENVIRONMENT = "staging"
WIDTH, HEIGHT = 1400, 1760
"""Pixels: down to the end of the Spot time line."""


def main() -> None:
    chromium = program("chromium")
    if isinstance(chromium, Unavailable):
        sys.exit(f"{chromium.name}: {chromium.reason}")
    with tempfile.TemporaryDirectory() as folder:
        done = CliRunner().invoke(generator, ["--root", str(ROOT), "report", ENVIRONMENT, "--out", folder])
        if done.exit_code:
            sys.exit(done.output)
        page = Path(folder) / f"{ENVIRONMENT}.html"
        names = {"light": f"report-{ENVIRONMENT}.png", "dark": f"report-{ENVIRONMENT}-dark.png"}
        take(chromium, [Job(page, WIDTH, scheme, PICTURES / name, HEIGHT) for scheme, name in names.items()])
    for name in names.values():
        print(f"docs/pictures/{name}  {(PICTURES / name).stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
