"""How does everything grow with the number of environments?  Prints two Markdown tables; takes half an hour in all.

First the project's own verbs over fleets (fleet.py): a cold render, two without a change, of which the first reads all
contents, one with one changed environment, `check`, and `diff` of such a change.  Then the job of job.py, 100 objects
an environment, by our writer and by every peer, each in one process or one call an environment, as it is used.  Memory
is the peak of the whole process tree, from /proc.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.bench import bench, fleet, job, projects

SIZES = (10, 100, 1000)
LIMIT = 120
"""Seconds after which a peer is given up."""
SCRATCH = bench.CACHE / "growth"


@dataclass(frozen=True)
class Run:
    """One process tree: seconds, and MiB at its peak."""

    wall: float
    cpu: float
    memory: float


class TooLong(Exception):
    """A run that was given up after LIMIT seconds."""


class Failed(Exception):
    """A run that ended with an error; carries its last line."""


def measured(commands: Sequence[Sequence[str]], cwd: Path, limit: float | None = None) -> Run:
    """Runs commands one after the other, as one run."""
    before, started, peak = os.times(), time.perf_counter(), 0.0
    for command in commands:
        with subprocess.Popen(
            command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        ) as process:
            watch = _Watch(process.pid)
            left = limit - (time.perf_counter() - started) if limit else None
            try:
                _, said = process.communicate(timeout=left)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                raise TooLong from None
            finally:
                peak = max(peak, watch.end())
            if process.returncode:
                raise Failed(said.decode("utf-8", "replace").strip().splitlines()[-1])
    after = os.times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Run(time.perf_counter() - started, cpu, peak / 2**20)


class _Watch:
    """The peak of the memory of a process and its descendants, looked at twenty times a second."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak, self._ended = pid, 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(0.05):
            self._peak = max(self._peak, sum(map(_resident, _session(self._pid))))

    def end(self) -> int:
        self._ended.set()
        self._thread.join()
        return self._peak


def _session(leader: int) -> Iterator[int]:
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                if os.getsid(int(entry)) == leader:
                    yield int(entry)
            except ProcessLookupError:
                continue


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def own(size: int) -> Iterator[tuple[str, Run]]:
    """The project's verbs over a fleet, in the order in which a day has them."""
    root = SCRATCH / f"fleet-{size}"
    fleet.write(root, size)
    command = [sys.executable, "-m", "generator", "--root", str(root)]

    def verb(*arguments: str) -> Run:
        return measured([[*command, *arguments]], bench.REPOSITORY)

    yield "`render`, cold", verb("render")
    yield "`render`, nothing changed, contents read", verb("render")
    yield "`render`, nothing changed", verb("render")
    fleet.edited(root, 0)
    yield "`render`, one changed", verb("render")
    yield "`check`", verb("check")
    _git(root, "init", "-q")
    (root / ".gitignore").write_text(".cache/\n")
    _git(root, "add", "-A")
    _git(root, "-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "-qm", "fleet")
    fleet.edited(root, 1)
    verb("render")
    yield "`diff`, one changed", verb("diff", "HEAD")
    shutil.rmtree(root)


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", root, *arguments], check=True, capture_output=True)


def peers(python: Path, size: int, given_up: set[str]) -> Iterator[tuple[str, Run | str]]:
    """The job at a size; a peer that was given up at a smaller one does not run."""
    os.environ[job.COUNT] = str(size)
    job.ENVIRONMENTS[:] = job.fleet(size)
    shutil.rmtree(bench.PROJECTS, ignore_errors=True)
    projects.write_all(bench.PROJECTS)
    for row in bench.job_rows(python):
        if row.title not in bench.GROWING:
            continue
        if row.title in given_up:
            yield row.title, "–"
            continue
        assert row.out
        shutil.rmtree(row.out, ignore_errors=True)
        row.out.mkdir(parents=True)
        try:
            yield row.title, measured(row.commands, row.cwd, LIMIT)
            if size == SIZES[0]:
                bench.compare(row)
        except TooLong:
            given_up.add(row.title)
            yield row.title, f"> {LIMIT}"
        except (Failed, FileNotFoundError) as error:
            given_up.add(row.title)
            print(f"{row.title}: {error}", file=sys.stderr)
            yield row.title, "cannot run"


def table(rows: Sequence[tuple[str, dict[int, Run | str]]], sizes: Sequence[int], unit: str) -> str:
    heads = [f"{size:,} {unit}: wall s | CPU s | MiB" for size in sizes]
    lines = [f"| | {' | '.join(heads)} |", f"| --- |{' ---: | ---: | ---: |' * len(sizes)}"]
    for title, runs in rows:
        cells = [_cells(runs.get(size, "–")) for size in sizes]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cells(run: Run | str) -> str:
    return f"{run.wall:.2f} | {run.cpu:.2f} | {run.memory:.0f}" if isinstance(run, Run) else f"{run} | – | –"


def collected(
    sizes: Sequence[int], of: Callable[[int], Iterator[tuple[str, Run | str]]]
) -> list[tuple[str, dict[int, Run | str]]]:
    found: dict[str, dict[int, Run | str]] = {}
    for size in sizes:
        for title, run in of(size):
            found.setdefault(title, {})[size] = run
            shown = f"{run.wall:.2f} s" if isinstance(run, Run) else run
            print(f"{size} environments, {title}: {shown}", file=sys.stderr, flush=True)
    return list(found.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of environments")
    parser.add_argument("--own", action="store_true", help="without the peers")
    options = parser.parse_args()
    shutil.rmtree(SCRATCH, ignore_errors=True)
    print(bench.machine())
    print(f"\n{table(collected(options.sizes, own), options.sizes, 'environments')}")
    if not options.own:
        python, given_up = bench.install(), set[str]()
        rows = collected(options.sizes, lambda size: peers(python, size, given_up))
        print(f"\n{bench.versions(python)}\n\n{table(rows, options.sizes, 'environments')}")


if __name__ == "__main__":
    main()
