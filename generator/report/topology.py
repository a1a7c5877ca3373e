"""Who talks to whom, as a drawing: boxes in columns from the callers to what is called, an arrow for each edge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from generator.components import openclaw, registry
from generator.components.network_page import Row, described, label, row
from generator.environment.model import Environment
from generator.kubernetes.network import Edge, Peer, Pods

BOX, LINE, GAP, STEP = 200, 18, 20, 262
"""Pixels: width of a box, height of a line of text, between boxes, from column to column."""
LONGEST = 29
"""Characters that fit on a line of a box; of a name, which is bolder, three fewer."""


MOST = 4
"""Columns beyond the first: a longer chain would need a wider screen than people have."""


@dataclass(frozen=True)
class Box:
    """An end of edges: a workload of ours, or a place outside."""

    name: str
    lines: tuple[str, ...]
    ours: bool
    x: int = 0
    y: int = 0

    @property
    def height(self) -> int:
        return LINE * (1 + len(self.lines)) + 14


@dataclass(frozen=True)
class Arrow:
    """One way, with everything that is spoken on it."""

    path: str
    label: str
    x: int
    y: int
    source: str
    target: str


@dataclass(frozen=True)
class Drawing:
    boxes: list[Box]
    arrows: list[Arrow]
    width: int
    height: int


def drawing(env: Environment, facts: Mapping[str, Sequence[str]]) -> Drawing:
    """`facts` are further lines of a box, by the name of its workload: pods, zones, nodes."""
    edges = [one for edge in registry.all_edges(env) for one in _each(env, edge)]
    rows = list(dict.fromkeys(row(env, edge) for edge in edges))
    ours = {described(end) for edge in edges for end in (edge.source, edge.target) if isinstance(end, Pods)}
    columns = _columns(rows)
    boxes = _placed(columns, {name: Box(name, tuple(_lines(name, facts)), name in ours) for name in columns})
    by_name = {box.name: box for box in boxes}
    pairs: dict[tuple[str, str], list[str]] = {}
    for one in rows:
        pairs.setdefault((one.source, one.target), []).append(label(one))
    arrows = [_arrow(by_name[source], by_name[target], ", ".join(said)) for (source, target), said in pairs.items()]
    width = max(box.x for box in boxes) + BOX + 10
    return Drawing(boxes, arrows, width, max(box.y + box.height for box in boxes) + 10)


def _each(env: Environment, edge: Edge) -> Iterator[Edge]:
    """An edge of every gateway as one of each."""

    def expanded(peer: Peer) -> list[Peer]:
        if isinstance(peer, Pods) and peer.app == openclaw.NAME and not peer.instance:
            return [replace(peer, instance=openclaw.instance(name)) for name in env.openclaw.gateways]
        return [peer]

    for source in expanded(edge.source):
        yield from (replace(edge, source=source, target=target) for target in expanded(edge.target))


def _columns(rows: Sequence[Row]) -> dict[str, int]:
    """Each end's column: one right of the farthest that calls it; what calls in a circle stays where it was first."""
    ends = dict.fromkeys(end for one in rows for end in (one.source, one.target))
    column = dict.fromkeys(ends, 0)
    for _ in range(len(ends)):
        moved = False
        for one in rows:
            if one.source != one.target and column[one.target] <= column[one.source] < MOST:
                column[one.target] = column[one.source] + 1
                moved = True
        if not moved:
            break
    return column


def _placed(columns: Mapping[str, int], boxes: Mapping[str, Box]) -> list[Box]:
    placed = []
    for column in sorted(set(columns.values())):
        here = [name for name in columns if columns[name] == column]
        here.sort(key=lambda name: (not boxes[name].ours, name))
        y = 10
        for name in here:
            box = boxes[name]
            placed.append(Box(box.name, box.lines, box.ours, 10 + column * STEP, y))
            y += box.height + GAP
    tallest = max(box.y + box.height for box in placed)
    return [_centred(box, placed, tallest) for box in placed]


def _centred(box: Box, placed: Sequence[Box], tallest: int) -> Box:
    bottom = max(other.y + other.height for other in placed if other.x == box.x)
    return Box(box.name, box.lines, box.ours, box.x, box.y + (tallest - bottom) // 2)


def _lines(name: str, facts: Mapping[str, Sequence[str]]) -> list[str]:
    return [line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…" for line in facts.get(name, ())]


def _arrow(source: Box, target: Box, said: str) -> Arrow:
    y1, y2 = source.y + source.height // 2, target.y + target.height // 2
    if target.x > source.x:
        x1, x2 = source.x + BOX, target.x - 6
        bend = (x2 - x1) // 2
        path = f"M{x1},{y1} C{x1 + bend},{y1} {x2 - bend},{y2} {x2},{y2}"
        return Arrow(path, said, (x1 + x2) // 2, (y1 + y2) // 2 - 4, source.name, target.name)
    x1, x2 = source.x + BOX, target.x + BOX + 6
    path = f"M{x1},{y1} C{x1 + 60},{y1} {x2 + 60},{y2} {x2},{y2}"
    return Arrow(path, said, max(x1, x2) + 40, (y1 + y2) // 2, source.name, target.name)
