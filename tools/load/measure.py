"""What one gateway takes: the sequence of loads that it is given, and what is read meanwhile."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.real.footprint.usage import Usage, usage
from tests.real.process import Process, ProgramEnded, StillWaiting
from tools.load.drive import Arrivals, Callers, Outcome, drive, prompt
from tools.load.start import Subject
from tools.load.upstream import Manner, Upstream

SHARES = (0.5, 0.9)
"""Of the rate that a pod gives at most: what the latencies are told for."""
FEWEST = 60
"""Requests without which a percentile says nothing: a slow gateway is asked for longer."""
FEW = 4
"""Callers that wake a gateway up."""
HELD = 30
"""Seconds of a stream: the rendered gateways end a request after 38."""
OPENING = 0.75
"""Part of that within which all streams are opened."""


class Unanswered(AssertionError):
    """A gateway that refuses everything has no figures; the text has the end of its log."""


@dataclass(frozen=True)
class Options:
    """What a run is asked for."""

    seconds: float
    """Of each load."""
    delay: int
    """Milliseconds that the upstream takes."""
    streams: int
    """To hold open at once."""
    held: int = HELD
    """Seconds of each of them."""
    prompt: int = 1000
    """Characters of what is asked."""

    @property
    def text(self) -> str:
        """What is asked, different every time."""
        return prompt(self.prompt)


@dataclass(frozen=True)
class Load:
    """One constant rate, with the gateway and without it."""

    part: float
    """Of the rate that the pod gives at most."""
    asked: float
    """Requests a second."""
    direct: Outcome
    through: Outcome
    cpu: float
    """Seconds of CPU that the gateway took for each request."""
    credentials: int
    """How often it asked for AWS's credentials, in 1,000 requests."""
    files: int
    """That it had open at the end, connections among them."""

    @property
    def overhead(self) -> tuple[float, float]:
        """Milliseconds at the median and at the 99th percentile, over the upstream at the same rate."""
        return self.through.p50 - self.direct.p50, self.through.p99 - self.direct.p99


@dataclass(frozen=True)
class Hits:
    """Equal prompts, answered from the cache."""

    most: float
    """A second."""
    load: Outcome
    cpu: float
    """Seconds for each request."""
    reached: int
    """Requests that came through to the upstream all the same, in per mille."""


@dataclass(frozen=True)
class Streams:
    """Streams held open side by side."""

    asked: int
    peak: int
    """The most that the upstream held open at a time."""
    lost: int
    """That did not come to their end."""
    each: float
    """MiB for each, at the peak."""
    chunks: int
    """That came through them."""
    cpu: float
    """Seconds that they took altogether."""


@dataclass(frozen=True)
class Figures:
    """Of one gateway."""

    most: Outcome
    """With as many callers as it takes."""
    held: Outcome | None
    """The same on no more CPU than it requests; None where that is its whole core, or cannot be had."""
    loads: list[Load]
    hits: Hits | None
    streams: Streams
    idle: float
    """MiB before the first request."""
    peak: float
    """MiB, the most from the start on."""

    @property
    def cpu(self) -> float:
        """Seconds of CPU for each request, at half the rate that it gives at most."""
        return self.loads[0].cpu

    @property
    def chunk(self) -> float:
        """Seconds of CPU for each chunk of a stream, on top of what a request takes."""
        return max(0.0, self.streams.cpu - self.streams.asked * self.cpu) / max(1, self.streams.chunks)


@dataclass
class Watch:
    """Reads what a program takes, and how many streams are open, until it is stopped."""

    program: Process
    upstream: Upstream
    open: int = 0
    resident: float = 0
    """MiB when most streams were open."""
    _end: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._end.wait(0.5):
            now = self.upstream.seen().open
            if now > self.open:
                self.open, self.resident = now, usage(self.program).resident

    def __enter__(self) -> "Watch":
        self._thread = threading.Thread(target=self.run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._end.set()
        self._thread.join()


def figures(here: Subject, options: Options, folder: Path, say: Callable[[str], None]) -> Figures:
    """All of one gateway; `say` is told what has been measured."""
    folder.mkdir(exist_ok=True)
    program = _process(here)
    idle = usage(program).resident
    here.upstream.behave(Manner(delay=options.delay))
    # Few callers: what many leave behind would be taken again by the streams, and hide what those take.
    warm = drive(here.target, Callers(FEW, options.seconds / 2), folder, "warm", options.text)
    if not warm.whole:
        raise Unanswered(f"{here.pod.name}: of {warm.failed} requests none was answered\n{_process(here).tail()}")
    streams = _streams(here, options, warm.rate, folder)
    say(f"{streams.peak} streams open at once, {streams.lost} lost, {streams.each * 1024:.0f} KiB each")
    here.upstream.behave(Manner(delay=options.delay))
    most = drive(here.target, Callers(here.kind.callers, options.seconds), folder, "most", options.text)
    say(f"at most {most.rate:.1f} requests a second on one core, {most.failed} failed")
    held = _held(here, options, folder, say)
    loads = []
    for part in SHARES:
        loads.append(load := _load(here, part, most.rate, options, folder))
        p50, p99 = load.overhead
        say(f"at {load.asked:.1f} a second: p50 +{p50:.1f} ms, p99 +{p99:.1f} ms, {load.cpu * 1000:.2f} ms of CPU each")
    hits = _hits(here, options, folder) if here.kind.caches else None
    if hits:
        say(f"from the cache: at most {hits.most:.1f} a second, p50 {hits.load.p50:.1f} ms")
    return Figures(most, held, loads, hits, streams, idle, usage(program).peak)


def _held(here: Subject, options: Options, folder: Path, say: Callable[[str], None]) -> Outcome | None:
    """The most on no more CPU than it requests, what a full node leaves it."""
    if here.share.cpu >= 1 or not here.group.hold(here.share.cpu):
        return None
    held = drive(here.target, Callers(here.kind.callers, options.seconds), folder, "held", options.text)
    here.group.hold(here.share.cpu_limit)
    say(f"at most {held.rate:.1f} requests a second on the {here.share.cpu:g} cores that it requests")
    return held


def _load(here: Subject, part: float, most: float, options: Options, folder: Path) -> Load:
    how = _arrivals(part * most, options)
    direct = drive(here.direct, how, folder, f"direct-{part}", options.text)
    time.sleep(1)
    before = usage(_process(here))
    here.upstream.behave(Manner(delay=options.delay))
    through = drive(here.target, how, folder, f"through-{part}", options.text)
    files, seen = len(list(Path(f"/proc/{_process(here).pid}/fd").iterdir())), here.upstream.seen()
    credentials = round(1000 * seen.credentials / max(1, seen.requests))
    return Load(part, how.rate, direct, through, _each(before, usage(_process(here)), through), credentials, files)


def _hits(here: Subject, options: Options, folder: Path) -> Hits:
    text = f"Which river flows through {here.kind.program}? " * 20
    drive(here.target, Callers(1, 2), folder, "fill", text)
    callers = Callers(here.kind.callers, options.seconds)
    most = drive(here.target, callers, folder, "hits-most", text)
    here.upstream.behave(Manner(delay=options.delay))
    before = usage(_process(here))
    load = drive(here.target, _arrivals(SHARES[0] * most.rate, options), folder, "hits", text)
    reached = here.upstream.seen().requests
    cpu = _each(before, usage(_process(here)), load)
    return Hits(most.rate, load, cpu, round(1000 * reached / max(1, load.whole)))


def _streams(here: Subject, options: Options, most: float, folder: Path) -> Streams:
    """Opened at half the rate that the pod gives, one chunk a second, until as many as wanted are open."""
    longest = OPENING * options.held
    # A slow gateway is asked for more than it lets in at once all the same: that is what is to be seen.
    rate = min(max(SHARES[0] * most, 2 * here.kind.callers / longest), options.streams)
    seconds = min(longest, options.streams / rate)
    here.upstream.behave(Manner(chunks=options.held, gap=1000, words=options.held * 5))
    program = _process(here)
    before = usage(program)
    with Watch(program, here.upstream) as watch:
        how = Arrivals(rate, seconds, round(rate * seconds) + 10)
        came = drive(here.target, how, folder, "streams", options.text, stream=True)
    after, seen = usage(program), here.upstream.seen()
    each = max(0.0, watch.resident - before.resident) / max(1, watch.open)
    lost = came.failed + came.dropped
    return Streams(came.whole + lost, seen.peak, lost, each, seen.chunks, after.cpu - before.cpu)


def _arrivals(rate: float, options: Options) -> Arrivals:
    seconds = max(options.seconds, FEWEST / rate)
    # Ten seconds' worth in flight is a queue that grows, not one that a gateway works off.
    return Arrivals(rate, seconds, max(50, round(rate * 10)))


def _each(before: Usage, after: Usage, came: Outcome) -> float:
    return (after.cpu - before.cpu) / max(1, came.whole + came.failed)


def _process(here: Subject) -> Process:
    """The gateway; raises ProgramEnded, with the end of its log, when it is no more."""
    program = here.pod.running
    assert program, f"{here.pod.name} was not started"
    try:
        ended = program.wait(0)
    except StillWaiting:
        return program
    raise ProgramEnded(f"{here.pod.name} ended under load: {ended}\n{program.tail()}")
