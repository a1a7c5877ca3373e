"""spot-grace: a pod on Spot must be able to end within the notice.

A Spot instance is taken two minutes after its notice.  Karpenter hears of it, evicts the pods, the kubelet runs preStop
and sends SIGTERM, the program drains; whatever is left when the grace period or the instance ends is killed: replies
break off half-way, and state that only a shutdown writes is lost.

Looked at: every pod that may run on Spot (a pool that allows Spot takes it, and it does not demand on-demand capacity).
Its grace period must fit the notice, less the margin until the eviction reaches the pod; its preStop sleeps (`sleep`,
or a command with `sleep N`) and the drain must fit its grace period.  The drain is read from the program's own
configuration: `agents.defaults.timeoutSeconds` of OpenClaw, GRACEFUL_SHUTDOWN_TIMEOUT of LiteLLM, the longest
`default_request_timeout_in_seconds` of Bifrost; small constants for the collector and Redis
(generator/check/workloads/drain.py).

Limits: programs are known by the name of their image, others drain for an unknown time; what a preStop command does
besides sleeping is not known; requests that Bifrost sends on to a fallback after a timeout take longer than one.
Whether a disruption budget holds the eviction back is for spot-drainable.

Sources: the notice is 120 s, best effort (EC2 user guide, spot instance termination notices); the grace period starts
with preStop, and a preStop that overruns it leaves 2 s (Kubernetes, container lifecycle hooks).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.check.compute.pools import on_spot, pools
from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Severity
from generator.check.workloads.drain import Drain, drain, pre_stop, running
from generator.check.workloads.pods import grace
from generator.environment.openclaw import DETECTION_MARGIN, SPOT_NOTICE

ID, SEVERITY = "spot-grace", Severity.ERROR
REMEDIATION = (
    "shorten the drain (openclaw.drain.runTimeout, llmGateway.requestTimeout) or preStop until both fit the grace "
    f"period, and keep that at {SPOT_NOTICE - DETECTION_MARGIN} s or less; or run the pod on on-demand capacity"
)

LONGEST = SPOT_NOTICE - DETECTION_MARGIN
"""Seconds that are left of the notice when the eviction reaches the pod."""


@dataclass(frozen=True)
class Timeline:
    """How a container ends on Spot, in seconds from the notice."""

    item: Item
    container: str
    pre_stop: float
    drain: Drain | None
    grace: float

    @property
    def evicted(self) -> float:
        """When the eviction has reached the pod: the grace period starts."""
        return DETECTION_MARGIN

    @property
    def signalled(self) -> float:
        """When preStop is over and the program gets SIGTERM."""
        return self.evicted + self.pre_stop

    @property
    def drained(self) -> float | None:
        """When the program is done; None where that is not known."""
        return None if self.drain is None else self.signalled + self.drain.seconds

    @property
    def killed(self) -> float:
        """When whatever still runs is killed."""
        return min(self.evicted + self.grace, SPOT_NOTICE)


def timeline(objects: ObjectSet) -> list[Timeline]:
    """Every container that runs when a pod on Spot ends."""
    among = pools(objects)
    return [
        Timeline(item, one.name, pre_stop(one), drain(objects, one), grace(item))
        for item in objects.workloads()
        if on_spot(item.pod, among)
        for one in running(item)
    ]


def table(objects: ObjectSet) -> str:
    """The time lines as text: one line a container, seconds from the notice."""
    head = ("workload", "container", "notice", "evicted", "SIGTERM", "drained", "killed", "drain bounded by")
    rows = [head] + [
        (
            str(one.item),
            one.container,
            "0",
            f"{one.evicted:g}",
            f"{one.signalled:g}",
            "?" if one.drained is None else f"{one.drained:g}",
            f"{one.killed:g}",
            one.drain.source if one.drain else "not known",
        )
        for one in timeline(objects)
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numeric = range(2, 7)
    return "".join(
        "  ".join(
            cell.rjust(width) if index in numeric else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        + "\n"
        for row in rows
    )


def check(objects: ObjectSet) -> Iterator[Breach]:
    seen = set()
    for one in timeline(objects):
        path = one.item.pod_path("terminationGracePeriodSeconds")
        if one.grace > LONGEST and id(one.item) not in seen:
            seen.add(id(one.item))
            yield Breach(
                one.item,
                path,
                f"the instance ends {SPOT_NOTICE} s after the notice, {LONGEST} s after the eviction reaches the pod: "
                f"the last {one.grace - LONGEST:g} s of a grace period of {one.grace:g} s never come",
            )
        if message := _cut(one):
            yield Breach(one.item, path, f"container {one.container}: {message}")


def _cut(one: Timeline) -> str:
    if one.pre_stop >= one.grace:
        return (
            f"preStop takes {one.pre_stop:g} s, all of the grace period of {one.grace:g} s: the program gets SIGTERM "
            "when it is about to be killed"
        )
    if one.drain and one.pre_stop + one.drain.seconds > one.grace:
        left = one.grace - one.pre_stop
        return (
            f"killed {left:g} s into its drain of {one.drain.seconds:g} s ({one.drain.source}): preStop takes "
            f"{one.pre_stop:g} s of a grace period of {one.grace:g} s"
        )
    return ""
