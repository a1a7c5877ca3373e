"""`make load`: drives the real gateways, as rendered, in front of a provider that costs next to nothing.

Each is alone on one core and within its pod's memory limit.  Prints Markdown; progress goes to standard error.  Exit
code 1 where a gateway could not be measured.
"""

import argparse
import datetime
import os
import signal
import sys
import tempfile
from pathlib import Path

from tests.real.footprint.measure import machine
from tests.real.process import ProgramEnded
from tests.real.stack import NotHere
from tools.load import limits, table
from tools.load.drive import Callers, NotDriven, drive
from tools.load.measure import Figures, Options, Unanswered, figures
from tools.load.plan import admitted
from tools.load.start import KINDS, Subject, subject
from tools.load.upstream import Manner
from tools.programs.run import say


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="of each load (default: 20)")
    parser.add_argument("--delay", type=int, default=100, help="milliseconds that the upstream takes (default: 100)")
    parser.add_argument("--prompt", type=int, default=1000, help="characters of what is asked (default: 1000)")
    parser.add_argument("--streams", type=int, default=500, help="to hold open at once (default: 500)")
    parser.add_argument("--only", default=",".join(KINDS), help=f"of {', '.join(KINDS)}")
    given = parser.parse_args(arguments)
    if unknown := set(given.only.split(",")) - KINDS.keys():
        parser.error(f"not known: {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)  # whatever was started ends with it
    options = Options(given.seconds, given.delay, given.streams, prompt=given.prompt)
    before = os.getloadavg()[0]
    os.sched_setaffinity(0, limits.spare())  # the last core is the gateway's
    rows, direct, missing = [], 0.0, []
    with tempfile.TemporaryDirectory() as root, limits.ahead():
        for name in given.only.split(","):
            say(f"{name}: starting")
            folder = Path(root) / name
            folder.mkdir()
            try:
                row, alone = _measured(name, folder, options)
            except (NotHere, NotDriven, ProgramEnded, Unanswered) as lack:
                missing.append(str(lack))
                continue
            rows.append(row)
            direct = max(direct, alone)
    print(_head(options, before))
    if rows:
        print(table.pages(rows, direct))
        print(table.notes(rows))
    for reason in missing:
        print(f"- not measured: {reason}")
    return int(bool(missing))


def _measured(name: str, folder: Path, options: Options) -> tuple[table.Row, float]:
    """The row of a gateway, and what its upstream gives alone."""
    with subject(KINDS[name], folder) as here:
        alone = _alone(here, folder, options)
        say(f"{name}: the upstream alone gives {alone:.0f} requests a second")
        found = figures(here, options, folder / "k6", lambda text: say(f"{name}: {text}"))
        return _row(name, here, found), alone


def _alone(here: Subject, folder: Path, options: Options) -> float:
    here.upstream.behave(Manner())
    return drive(here.direct, Callers(64, options.seconds / 4), folder, "alone", options.text).rate


def _row(name: str, here: Subject, found: Figures) -> table.Row:
    return table.Row(
        title=name,
        environment=here.kind.environment,
        versions=f"{here.runs} ({here.rendered})",
        applied=here.group.applied + (f"; {here.differs}" if here.differs else ""),
        share=here.share,
        scaler=here.scaler,
        admitted=None if here.kind.program == "openclaw" else admitted(here.kind.environment),
        figures=found,
    )


def _head(options: Options, before: float) -> str:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return (
        f"{today}, {machine()}, load {before:.1f} before; "
        f"{options.seconds:g} s a load, upstream {options.delay} ms, "
        f"prompts of {options.prompt:,} characters, answers of 1,000.\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
