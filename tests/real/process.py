"""Starting and ending programs: each in a process group of its own, with nothing of the caller's environment."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

POLL = 0.05
"""Seconds between two looks at a condition."""

TAIL = 40
"""Lines of a log that a failure shows."""

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ProgramEnded(AssertionError):
    """The program ended while something was expected of it."""


class StillWaiting(AssertionError):
    """What was waited for did not come in time."""


@dataclass(frozen=True)
class Exit:
    """How a program ended."""

    code: int
    """Its exit code; minus the number of the signal that killed it."""
    seconds: float
    """From the signal to its end."""
    peak_rss_bytes: int
    """The most memory that it, or one process that it waited for, held at a time."""
    cpu_seconds: float
    """User and system time, of itself and of the processes that it waited for."""


@dataclass
class Process:
    """A running program; as a context manager it is killed at the end of the block."""

    name: str
    pid: int
    log: Path
    ended: Exit | None = None

    def wait_until(self, condition: Callable[[], bool], timeout: float, what: str) -> None:
        """Wait for the condition.

        Raises ProgramEnded as soon as the program ends, StillWaiting after `timeout` seconds, both with the log's end.
        """
        deadline = time.monotonic() + timeout
        while not condition():
            if self._reap(time.monotonic()) is not None:
                raise ProgramEnded(f"{self.name} ended while waiting for {what}: {self.ended}\n{self.tail()}")
            if time.monotonic() > deadline:
                raise StillWaiting(f"{self.name}: no {what} within {timeout:g} s\n{self.tail()}")
            time.sleep(POLL)

    def wait(self, timeout: float, since: float | None = None) -> Exit:
        """Wait for the program to end by itself; `since` is the moment (monotonic) that Exit.seconds counts from."""
        start = time.monotonic() if since is None else since
        deadline = time.monotonic() + timeout
        while (end := self._reap(start)) is None:
            if time.monotonic() > deadline:
                raise StillWaiting(f"{self.name} still runs after {timeout:g} s\n{self.tail()}")
            time.sleep(POLL)
        return end

    def terminate(self, timeout: float) -> Exit:
        """Ask the program to end as the kubelet does, by SIGTERM to its first process; wait up to `timeout` seconds."""
        start = time.monotonic()
        if self.ended is None:
            os.kill(self.pid, signal.SIGTERM)
        return self.wait(timeout, start)

    def kill(self) -> Exit:
        """Kill the whole process group."""
        start = time.monotonic()
        if self.ended is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        return self.wait(30, start)

    def memory(self) -> int:
        """Resident bytes of the whole process group now."""
        pages = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[2]) == self.pid:
                    pages += int(fields[21])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def tail(self) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-TAIL:])

    def _reap(self, since: float) -> Exit | None:
        if self.ended is None:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self.ended = Exit(
                    code=os.waitstatus_to_exitcode(status),
                    seconds=time.monotonic() - since,
                    peak_rss_bytes=usage.ru_maxrss * 1024,
                    cpu_seconds=usage.ru_utime + usage.ru_stime,
                )
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)
        return self.ended

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


def start(name: str, argv: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> Process:
    """Start a program in a new process group, its standard input empty, its output appended to `log`.

    Its environment is `env`, with PATH of the system and HOME at `cwd` unless `env` has its own.
    """
    environment = {"PATH": os.defpath, "HOME": str(cwd), **env}
    with log.open("ab") as output:
        child = subprocess.Popen(
            argv,
            env=environment,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    child.returncode = 0  # Process collects it with its resource usage; Popen must not
    return Process(name, child.pid, log)


PORTS = (20_000, 32_768)
"""Below those that Linux gives to outgoing connections (ip_local_port_range)."""


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on, and that no outgoing connection is given meanwhile."""
    while True:
        port = random.randrange(*PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def http_status(url: str, **headers: str) -> int | None:
    """The status of a GET with these headers, never by way of a proxy; None when nobody answers."""
    try:
        with _DIRECT.open(urllib.request.Request(url, headers=headers), timeout=10) as response:
            status: int = response.status
            return status
    except urllib.error.HTTPError as answer:
        return answer.code
    except OSError:
        return None
