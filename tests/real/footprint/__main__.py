"""`python -m tests.real.footprint [ENVIRONMENT... | page]`.

Measures the programs of the environments, by default of as many as render them all, and writes docs/footprint.json and
docs/footprint.md; `page` writes the latter alone.
"""

import sys
import tempfile
from pathlib import Path

from tests.real.footprint import measure
from tests.real.footprint.page import PAGE, page
from tests.real.footprint.record import Figures, merged, read, write
from tests.real.footprint.rendered import allowances
from tests.real.stack import NotHere

ENVIRONMENTS = ("prod", "staging")
"""Between them they render every program."""


def main(arguments: list[str]) -> int:
    if unknown := set(arguments) - {*ENVIRONMENTS, "page"}:
        print(f"not known: {', '.join(sorted(unknown))}\n{__doc__}", file=sys.stderr)
        return 2
    rows = read()
    for environment in arguments or ENVIRONMENTS:
        if environment != "page":
            rows = _measured(environment, rows)
    PAGE.write_text(page(rows, allowances()), "utf-8")
    return 0


def _measured(environment: str, rows: list[Figures]) -> list[Figures]:
    with tempfile.TemporaryDirectory() as root:
        try:
            for row in measure.figures(environment, Path(root)):
                took = f"ready after {row.ready_cpu} s of CPU, peak {row.peak} MiB"
                print(f"{environment} {row.program}: {took}", flush=True)
                rows = merged(rows, [row])
                write(rows)
        except NotHere as missing:
            print(f"{environment}: not measured: {missing}", file=sys.stderr)
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
