"""docs/footprint.md, out of the record and rendered/."""

from collections.abc import Iterable, Sequence

from tests.real.footprint.record import DOCS, Figures
from tests.real.footprint.rendered import Allowance

PAGE = DOCS / "footprint.md"

HEAD = """\
# What the programs take

Written by `make footprint`: the real programs, started with the files, variables and arguments of rendered/ (with heap
limit, GOMEMLIMIT and maxmemory), and given work by a stand-in provider. Memory is resident memory in MiB, of all
processes of a container together: once ready and quiet, after the calls, and at its peak. A test compares the
figures with the requests, limits and startup probes of every environment.

## Measured

"""

GIVEN = """
## Rendered

A request covers what a program holds after its calls, a limit its peak and a quarter more. A startup probe allows for
twice the CPU time that the start takes, on no more than the requested CPU.

"""


def page(rows: Sequence[Figures], given: Iterable[Allowance]) -> str:
    """The whole page."""
    measured = [
        ("program", "runs", "rendered", "environment", "ready, CPU s", "ready, s", "idle", "after", "peak", "calls"),
        *(
            (
                row.program,
                row.runs,
                row.rendered,
                row.environment,
                f"{row.ready_cpu:.1f}",
                f"{row.ready_wall:.1f}",
                f"{row.idle:.0f}",
                f"{row.after:.0f}",
                f"{row.peak:.0f}",
                row.calls,
            )
            for row in rows
        ),
    ]
    allowed = [
        ("program", "environment", "component", "CPU", "memory", "limit", "startup probe, s", "start needs, s"),
        *(
            (
                one.program,
                one.environment,
                one.component,
                f"{one.cpu:g}",
                f"{one.memory}",
                f"{one.limit}",
                f"{one.startup}",
                f"{slowest_start(rows, one):.0f}",
            )
            for one in given
        ),
    ]
    runs = [f"- {row.program} in {row.environment}: {row.date}, {row.machine}, load {row.load:g}" for row in rows]
    runs += sorted({f"- {row.program} is not what is rendered: {row.differs}" for row in rows if row.differs})
    return HEAD + _table(measured) + "\n" + "\n".join(runs) + "\n" + GIVEN + _table(allowed)


def slowest_start(rows: Iterable[Figures], one: Allowance) -> float:
    """Seconds of a start that gets no more than the requested CPU: the slowest that was measured of the program."""
    return max((row.ready_cpu for row in rows if row.program == one.program), default=0) / one.cpu


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *body]) + "\n"
