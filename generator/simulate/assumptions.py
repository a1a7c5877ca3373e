"""What no manifest says: how often Spot is reclaimed, how long things take.  Each has its source, or is called a guess.

Whoever knows better changes them on the command line of `simulate`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.cost.prices import MONTH as HOURS
from generator.environment.openclaw import DETECTION_MARGIN

MONTH = HOURS * 3600.0
"""Seconds: the month of the bill."""

INTERRUPTIONS = 0.11
"""Share of Spot instances that are interrupted in a month.  AWS publishes bands: below 5 %, 5 to 10, 10 to 15, 15 to
20, above 20 (Spot Instance Advisor, spot-advisor-data.json).  On 2025-06-28 the 252 pairs of Region and type of
Graviton3 and 4, categories c, m and r, sizes large and xlarge, were in these bands 62, 79, 48, 23 and 40 times: 11 % on
average, with the middle of each band and 25 % for the last."""
BANDS = (0.025, 0.075, 0.125, 0.175, 0.25)
"""The middle of each band of the Advisor; the last has no upper end, and 25 % is a guess."""
ALONE = 0.08
"""Share of interruptions that meet one instance of a pool alone.  In 92 % of 2,635 interruptions others of the same
type and zone went within three minutes (arXiv 2604.16457, Spot-and-Scoot, 2026): here they go at once, which is
harsher."""
EVERYWHERE = 0.10
"""Share of interruptions that meet a type in all zones of a Region at once.  In the traces of «Can't Be Late» (NSDI
2024; V100 GPUs, nine zones, 45 days of 2023) 2 to 27 % of the losses in a zone came within 195 s of one in another zone
of the Region, half of the pairs of zones above 13 %; chance alone makes 1 to 5 %.  Nobody has published it for CPUs."""
DROUGHT = 3600.0
"""Seconds, on average, until a reclaimed pool sells Spot again.  In the same traces 20 to 26 minutes for an Intel type
of 64 vCPUs in three zones, 48 minutes to 3.5 hours for V100 GPUs in nine; an hour lies between."""

NODE_READY = 90.0
"""Seconds from Karpenter's decision to a node that takes pods: others measured 80 to 100 s from the registration
(aws/karpenter-provider-aws#3102) and 45 to 90 s in all (engineering-playbook, Karpenter-based EKS scaling)."""
PULL = 20.0
"""Seconds to pull images onto a new node: a guess."""
VOLUME = 15.0
"""Seconds until a volume has moved to another node: 10 to 20 s where it was unmounted in order (Karpenter's design
statefulset-disruption.md)."""
VOLUME_OF_KILLED = 60.0
"""Seconds until it has moved from a node that ended under a running pod: about a minute, for the instance must have
ended (the same design)."""

TURN = 20.0
"""Seconds of a turn of an agent, on average: a guess.  Lengths are exponential, and cut at the longest turn."""
CALLS = 3.0
"""Calls of models in a turn: a guess; `cost.usage.modelCalls` says how many calls there are in a month."""

STARTS: Mapping[str, float] = {"openclaw": 24.4, "litellm": 12.8, "bifrost": 0.5, "collector": 0.1, "redis": 0.1}
"""Seconds of CPU from the start of a program until it is ready, measured (docs/footprint.md).  As there, it gets no
more CPU than it requests."""
OTHER_START = 30.0
"""Seconds until any other program is ready: a guess."""


@dataclass(frozen=True)
class Assumptions:
    """What a simulation rests on; times in seconds."""

    interruptions: float = INTERRUPTIONS
    """Share of Spot instances that are interrupted in a month, where `by_type` has nothing better."""
    by_type: Mapping[str, float] = field(default_factory=dict)
    alone: float = ALONE
    everywhere: float = EVERYWHERE
    drought: float = DROUGHT
    detection: float = DETECTION_MARGIN
    node_ready: float = NODE_READY
    pull: float = PULL
    volume: float = VOLUME
    volume_of_killed: float = VOLUME_OF_KILLED
    starts: Mapping[str, float] = field(default_factory=lambda: STARTS)
    other_start: float = OTHER_START
    turn: float = TURN
    calls: float = CALLS

    def rate(self, kind: str) -> float:
        """Interruptions a second of an instance of a type, such as `m8g.large`."""
        return -math.log1p(-self.by_type.get(kind, self.interruptions)) / MONTH

    def start(self, program: str | None, cpu: float) -> float:
        """Seconds from the start of a container to its first ready probe, with so many millicores requested."""
        needed = self.starts.get(program or "")
        if needed is None:
            return self.other_start
        return needed * 1000 / cpu if cpu else needed


def advised(text: str, region: str) -> dict[str, float]:
    """Share of instances of each type that are interrupted in a month, from AWS's spot-advisor-data.json.

    Raises ValueError for what is no such file, and for a Region that it does not have.
    """
    try:
        found: Any = json.loads(text)["spot_advisor"]
        linux = found[region]["Linux"] if region in found else None
        if linux is not None:
            return {name: BANDS[entry["r"]] for name, entry in linux.items()}
    except (json.JSONDecodeError, LookupError, TypeError) as error:
        raise ValueError(f"is not AWS's spot-advisor-data.json: {error!r}") from None
    raise ValueError(f"has no Region {region}")
