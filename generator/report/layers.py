"""Where things stand in a drawing of layers: columns from left to right, the order in each, and how high.

A link that skips columns gets a lane through each of them, which all links to the same port of the same target share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

LANE = 4
"""Pixels that a lane is high."""
GAP = 16
"""Pixels between two things of a column."""
SWEEPS = 12
"""Passes to the right and back; the drawings stop changing after five."""


@dataclass(frozen=True)
class Link:
    """From a box to a port of another."""

    source: str
    target: str
    port: str
    entry: int
    """Pixels from the target's upper edge to the port."""


@dataclass(frozen=True)
class Spot:
    """A box, or a lane through a column: then with a port."""

    name: str
    column: int
    port: str = ""


def columns(pairs: Sequence[tuple[str, str]], last: int) -> dict[str, int]:
    """Each end's column: right of all that call it, up to the last; a mere caller stands next to what it calls."""
    found = dict.fromkeys((end for pair in pairs for end in pair), 0)
    moved = True
    while moved:
        moved = False
        for source, target in pairs:
            least = min(found[source] + 1, last)
            if source != target and found[target] < least:
                found[target] = least
                moved = True
    called = {target for _, target in pairs}
    for name in found.keys() - called:
        found[name] = min(found[target] for source, target in pairs if source == name) - 1
    first = min(found.values())
    return {name: where - first for name, where in found.items()}


def route(link: Link, column: Mapping[str, int]) -> list[Spot]:
    """Source, lanes and target."""
    first, end = column[link.source], column[link.target]
    lanes = [Spot(link.target, between, link.port) for between in range(first + 1, end)]
    return [Spot(link.source, first), *lanes, Spot(link.target, end)]


def placed(column: Mapping[str, int], heights: Mapping[str, int], links: Sequence[Link]) -> dict[Spot, int]:
    """Upper edge of every box and lane, in pixels from the top of the drawing."""
    pulls: dict[Spot, list[tuple[Spot, int]]] = {Spot(name, where): [] for name, where in column.items()}
    for link in links:
        way = route(link, column)
        for one, other in pairwise(way):
            leaves = LANE // 2 if one.port else heights[one.name] // 2
            enters = LANE // 2 if other.port else link.entry
            if one.column != other.column:
                pulls.setdefault(one, []).append((other, enters - leaves))
                pulls.setdefault(other, []).append((one, leaves - enters))
    layers: dict[int, list[Spot]] = {}
    for spot in pulls:
        layers.setdefault(spot.column, []).append(spot)
    top = {spot: float(index) for layer in layers.values() for index, spot in enumerate(layer)}
    ordered = sorted(layers)
    for _ in range(SWEEPS):
        for where in (*ordered, *reversed(ordered)):
            layer = layers[where]
            wanted = {
                spot: sum(top[other] + shift for other, shift in pulls[spot]) / len(pulls[spot])
                if pulls[spot]
                else top[spot]
                for spot in layer
            }
            layer.sort(key=lambda spot: (wanted[spot], spot.name, spot.port))
            top |= _apart(layer, wanted, heights)
    highest = min(top.values())
    return {spot: round(at - highest) for spot, at in top.items()}


def _apart(layer: Sequence[Spot], wanted: Mapping[Spot, float], heights: Mapping[str, int]) -> dict[Spot, float]:
    """In this order, none over another, and as near to what is wanted as that allows (least squares)."""
    offset, offsets = 0, []
    for spot in layer:
        offsets.append(offset)
        offset += (LANE if spot.port else heights[spot.name]) + GAP
    blocks: list[tuple[float, int]] = []  # mean and number of neighbours that touch
    for spot, before in zip(layer, offsets, strict=True):
        mean, size = wanted[spot] - before, 1
        while blocks and blocks[-1][0] > mean:
            other, count = blocks.pop()
            mean, size = (mean * size + other * count) / (size + count), size + count
        blocks.append((mean, size))
    means = [mean for mean, size in blocks for _ in range(size)]
    return {spot: mean + before for spot, mean, before in zip(layer, means, offsets, strict=True)}
