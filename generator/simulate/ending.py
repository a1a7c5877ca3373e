"""How a pod ends: what runs in it is finished, or cut when the program, the kubelet or the instance gives up."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from .model import Component


@dataclass(frozen=True)
class Turn:
    """Something that is asked of a pod, in seconds from its eviction."""

    asked: float
    lasts: float


@dataclass(frozen=True)
class Ending:
    """What becomes of a pod, in seconds from its eviction."""

    signalled: float
    """SIGTERM: preStop is over, nothing new is taken."""
    gone: float
    cut: tuple[Turn, ...]
    """What was not finished."""
    killed: bool
    """Whether the kubelet or the end of the instance ended the program."""


def ending(one: Component, turns: Sequence[Turn], instance: float = math.inf) -> Ending:
    """The end of a pod with so much running; `instance` is when its node ends."""
    deadline = min(one.grace, instance)
    signalled = min(one.pre_stop, deadline)
    bound = deadline if one.drain is None else signalled + one.drain
    last = max((turn.asked + turn.lasts for turn in turns), default=signalled)
    done = max(signalled, last) if one.carries_turns else bound
    gone = min(done, bound, deadline)
    cut = tuple(turn for turn in turns if turn.asked + turn.lasts > gone)
    return Ending(signalled, gone, cut, min(done, bound) > deadline)


def turns(drawn: random.Random, rate: float, mean: float, longest: float | None, until: float) -> list[Turn]:
    """What still runs at a moment (`until`, from the eviction), of arrivals at so many a second.

    Lengths are exponential with a mean, and end at the longest; what goes on forever elsewhere is not looked at.
    """
    if rate <= 0 or mean <= 0:
        return []
    reach = longest if longest is not None else 12 * mean
    found = []
    at = until - reach + drawn.expovariate(rate)
    while at < until:
        lasts = min(drawn.expovariate(1 / mean), reach)
        if at + lasts > until:
            found.append(Turn(at, lasts))
        at += drawn.expovariate(rate)
    return found
