"""Interruptions that a real API server, scheduler and Karpenter have played, and the simulation's account of them.

`make cluster-test` plays them and compares at once; with RECORD_INTERRUPTIONS=1 it also writes them to `played/`, from
where the default tests read them.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from generator.check.compute.requests import Need
from generator.cost.estimate import object_set
from generator.environment.model import Environment
from generator.simulate.assumptions import Assumptions
from generator.simulate.events import Reclaim
from generator.simulate.layout import Place
from generator.simulate.model import Offer, Setting, setting
from generator.simulate.play import play
from generator.simulate.tally import Played
from generator.trees.plan import Plan

PLAYED = Path(__file__).parent / "played"
TOLERANCE = 4.0
"""Seconds by which an event may be earlier or later than in the cluster, and within which events of two components may
change places: controllers look every few seconds, and ask again for an eviction that a budget refuses."""
HORIZON = 3600.0


@dataclass(frozen=True)
class Home:
    """A node and the components of its pods."""

    zone: str
    type: str
    spot: bool
    pods: list[str]


@dataclass(frozen=True, order=True)
class Happened:
    """Seconds from the notice, `evicted`, `killed` or `ready`, and the component."""

    at: float
    what: str
    component: str
    new: bool = False
    """Ready on a node that was bought meanwhile."""


@dataclass(frozen=True)
class Interruption:
    """What a cluster did."""

    environment: str
    homes: list[Home]
    taken: list[int]
    """Which of the nodes got a notice."""
    events: list[Happened]
    starts: float
    """Seconds that its stand-ins for programs take to start."""
    share: float
    """Of the grace period that they take to end."""


def store(seen: Interruption, name: str) -> None:
    """Writes it down, where that is asked for."""
    if os.environ.get("RECORD_INTERRUPTIONS"):
        PLAYED.mkdir(exist_ok=True)
        text = json.dumps(asdict(seen), indent=1)
        (PLAYED / f"{seen.environment}-{name}.json").write_text(text + "\n", "utf-8")


def stored() -> dict[str, Interruption]:
    """Those that are written down, by name."""
    found = {}
    for path in sorted(PLAYED.glob("*.json")):
        data = json.loads(path.read_text("utf-8"))
        homes = [Home(**one) for one in data.pop("homes")]
        events = [Happened(**one) for one in data.pop("events")]
        found[path.stem] = Interruption(homes=homes, events=events, **data)
    return found


def replayed(seen: Interruption, env: Environment, plan: Plan) -> Played:
    """The same nodes and pods, the same notice, and the cluster's own times, played by the simulation."""
    whole = setting(object_set(env, plan.objects))
    own = [
        replace(one, pre_stop=seen.share * one.grace, drain=0.0)
        for one in whole.components
        if any(one.name in home.pods for home in seen.homes)
    ]
    [rendered] = whole.supplies.values()
    supply = replace(rendered, offers=tuple(_without_daemons(one) for one in rendered.offers))
    here = Setting(tuple(own), {supply.name: supply}, calls=0)
    numbers = {one.name: index for index, one in enumerate(own)}
    types = {offer.type.name: offer.type for offer in supply.offers}
    places = [
        Place(supply.name, home.zone, types[home.type], home.spot, tuple(numbers[pod] for pod in home.pods))
        for home in seen.homes
    ]
    known = Assumptions(
        detection=min(one.at for one in seen.events),
        node_ready=_node_ready(seen),
        pull=0.0,
        volume=0.0,
        starts={},
        other_start=seen.starts,
    )
    return play(here, places, _reclaims(seen), known, random.Random(0), HORIZON)


def _without_daemons(one: Offer) -> Offer:
    """All that a node of a type offers: the cluster has no DaemonSets and no add-ons."""
    return replace(one, room=Need(one.type.allocatable_cpu, one.type.allocatable_memory), slots=one.type.pods)


def live(seen: Interruption) -> float:
    """The tolerance for what is played now: which of two pods finds the room that there is may be chance.

    The other one is later by the wait for a node, which is long on a busy machine.
    """
    return TOLERANCE + _node_ready(seen)


def _node_ready(seen: Interruption) -> float:
    """Seconds from the decision to a new node that takes pods, as pods on new nodes tell."""
    first = min(one.at for one in seen.events)
    waits = [one.at - seen.starts - first for one in seen.events if one.new]
    return max(0.0, min(waits, default=0.0))


def _reclaims(seen: Interruption) -> list[Reclaim]:
    """Each node by its place in its pool; the last first, so that none moves up meanwhile."""
    places: Counter[tuple[str, str]] = Counter()
    found = []
    for index, home in enumerate(seen.homes):
        if home.spot:
            pool = (home.zone, home.type)
            if index in seen.taken:
                found.append(Reclaim(0.0, home.type, home.zone, places[pool], 0.0))
            places[pool] += 1
    return sorted(found, key=lambda one: -(one.number or 0))


def account(played: Played) -> list[Happened]:
    """What the simulation says, in the words of the record."""
    told = [one for one in played.events if one.pod]
    return [Happened(one.at, one.what, one.pod.rpartition(" ")[0]) for one in told]


def differences(seen: Interruption, played: Played, tolerance: float = TOLERANCE) -> list[str]:
    """Missing and extra events, those at other times or in another order; empty where they agree.

    Of one component the order must be the same to the letter: the second eviction waits for the first to be made good.
    """
    real, simulated = _numbered(seen.events), _numbered(account(played))
    found = [f"Missing: {one} after {real[one]:.1f} s" for one in sorted(real.keys() - simulated.keys())]
    found += [f"Extra: {one} after {simulated[one]:.1f} s" for one in sorted(simulated.keys() - real.keys())]
    both = sorted(real.keys() & simulated.keys())
    found += [
        f"Changed: {one} after {simulated[one]:.1f} s, in the cluster after {real[one]:.1f} s"
        for one in both
        if abs(real[one] - simulated[one]) > tolerance
    ]
    found += [
        f"Changed: {one} before {other}, in the cluster after it"
        for one in both
        for other in both
        if real[one] > real[other] + tolerance and simulated[one] < simulated[other]
    ]
    orders = _orders(seen.events), _orders(account(played))
    found += [
        f"Changed: {name} goes {' '.join(orders[1].get(name, ()))}, in the cluster {' '.join(order)}"
        for name, order in orders[0].items()
        if order != orders[1].get(name)
    ]
    return found


def _orders(events: Sequence[Happened]) -> dict[str, list[str]]:
    """Component -> `evicted ready evicted ready`."""
    found: dict[str, list[str]] = {}
    for one in sorted(events, key=lambda one: one.at):
        found.setdefault(one.component, []).append(one.what)
    return found


def _numbered(events: Sequence[Happened]) -> Mapping[str, float]:
    """`evicted llm-gateway/llm-gateway 2` -> when."""
    counts: Counter[tuple[str, str]] = Counter()
    found = {}
    for one in sorted(events, key=lambda one: one.at):
        counts[one.what, one.component] += 1
        found[f"{one.what} {one.component} {counts[one.what, one.component]}"] = one.at
    return found
