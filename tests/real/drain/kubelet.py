"""What the kubelet does when a pod ends: the preStop pause, SIGTERM, and SIGKILL at the end of the grace period."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.real import manifests
from tests.real.process import Exit, Process, StillWaiting


@dataclass(frozen=True)
class Budget:
    """How long a pod may take to end, in seconds, as rendered."""

    pre_stop: float
    """From the eviction to SIGTERM; the grace period runs meanwhile."""
    grace: float
    """`terminationGracePeriodSeconds`: from the eviction to SIGKILL."""


@dataclass(frozen=True)
class Ending:
    """How a program ended; moments are those of time.monotonic()."""

    evicted: float
    signalled: float
    """SIGTERM."""
    gone: float
    exit: Exit
    killed: bool
    """The grace period was over before the program was."""

    @property
    def drained(self) -> float:
        """Seconds from SIGTERM to the end."""
        return self.gone - self.signalled

    @property
    def lasted(self) -> float:
        """Seconds from the eviction to the end."""
        return self.gone - self.evicted

    def __str__(self) -> str:
        how = "was killed" if self.killed else f"ended with {self.exit.code}"
        return f"{how} {self.drained:.1f} s after SIGTERM, {self.lasted:.1f} s after the eviction"


def budget(env_name: str, component: str) -> Budget:
    """What the pod of one workload has."""
    pre_stop = manifests.container(env_name, component)["lifecycle"]["preStop"]["sleep"]["seconds"]
    return Budget(pre_stop, manifests.pod(env_name, component)["terminationGracePeriodSeconds"])


def end(
    process: Process,
    given: Budget,
    *,
    during_pre_stop: Callable[[], None] = lambda: None,
    after_signal: Callable[[], None] = lambda: None,
) -> Ending:
    """End a program as its pod would."""
    evicted = time.monotonic()
    during_pre_stop()
    time.sleep(max(0, evicted + given.pre_stop - time.monotonic()))
    signalled = time.monotonic()
    os.kill(process.pid, signal.SIGTERM)
    after_signal()
    killed = False
    try:
        ended = process.wait(evicted + given.grace - time.monotonic())
    except StillWaiting:
        ended, killed = process.kill(), True
    return Ending(evicted, signalled, time.monotonic(), ended, killed)
