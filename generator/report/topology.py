"""Who talks to whom, as a drawing: boxes in columns from the callers to what is called, with a line for each port."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from generator.components import openclaw, registry
from generator.components.network_page import Row, described, row
from generator.environment.model import Environment
from generator.kubernetes.network import Edge, Peer, Pods

from .layers import LANE, Link, Spot, columns, placed, route

WIDTH = 1296
"""Pixels: what a window of 1400 leaves to a drawing."""
LINE, PAD, MARGIN = 17, 9, 8
"""Pixels: height of a line of text, space above and below the lines of a box, around the drawing."""
LAST = 5
"""Columns beyond the first; what would be farther stands in the last, and is reached around the right."""
GUTTER, WIDEST, RIGHT, LOOP = 46, 240, 44, 9
"""Pixels: least width between columns, greatest of a box, for arrows around the right, between two of those."""
LETTER = 6.6
"""Pixels of a letter at 12 px in the usual fonts; of the bold name a tenth more."""
BREAK, HYPHEN = (re.compile(rf"(?<=[{ends}])(?!\d{{1,4}}\b)") for ends in (" .,/", "-"))
"""Where a line may end, and where only a part that is too long for one: never within an address."""


@dataclass(frozen=True)
class Box:
    """An end of edges: a workload of ours, or a place outside."""

    name: str
    title: tuple[str, ...]
    """The name in lines that fit."""
    facts: tuple[str, ...]
    ports: tuple[str, ...]
    ours: bool
    width: int
    x: int = 0
    y: int = 0

    @property
    def height(self) -> int:
        return LINE * (len(self.title) + len(self.facts) + len(self.ports)) + 2 * PAD

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Class and text of each line."""
        kinds = (("name", self.title), ("faint", self.facts), ("port", self.ports))
        return [(kind, text) for kind, texts in kinds for text in texts]

    def baseline(self, line: int) -> int:
        """Pixels from the upper edge to where the letters of a line stand."""
        return PAD + LINE * line + 13

    def entry(self, port: str) -> int:
        """Pixels from the upper edge to the middle of a port's line."""
        return PAD + LINE * (len(self.title) + len(self.facts) + self.ports.index(port)) + LINE // 2


@dataclass(frozen=True)
class Arrow:
    """From a box to a port of another."""

    path: str
    label: str
    source: str
    target: str


@dataclass(frozen=True)
class Drawing:
    boxes: list[Box]
    arrows: list[Arrow]
    width: int
    height: int


def drawing(env: Environment, facts: Mapping[str, Sequence[str]]) -> Drawing:
    """`facts` are further lines of a box, by the name of its workload: pods, nodes, memory."""
    edges = [one for edge in registry.all_edges(env) for one in _each(env, edge)]
    rows = list(dict.fromkeys(row(env, edge) for edge in edges))
    ours = {described(end) for edge in edges for end in (edge.source, edge.target) if isinstance(end, Pods)}
    spoken = _spoken(rows)
    column = columns([(source, target) for source, target, _ in spoken], LAST)
    count = max(column.values()) + 1
    inside = WIDTH - 2 * MARGIN - RIGHT
    width = min(WIDEST, (inside - GUTTER * (count - 1)) // count)
    gutter = (inside - width * count) // (count - 1)
    boxes = {
        name: Box(
            name,
            tuple(line for part in _shown(name).split(", ") for line in _wrapped(part, width, LETTER * 1.1)),
            tuple(line for fact in facts.get(name, ()) for line in _wrapped(fact, width, LETTER)),
            tuple(dict.fromkeys(port for _, target, port in spoken if target == name)),
            name in ours,
            width,
        )
        for name in column
    }
    links = [Link(source, target, port, boxes[target].entry(port)) for source, target, port in spoken]
    tops = placed(column, {name: box.height for name, box in boxes.items()}, links)
    left = {where: MARGIN + where * (width + gutter) for where in range(count)}
    top = {spot: y + MARGIN for spot, y in tops.items()}
    boxes = {name: replace(box, x=left[column[name]], y=top[Spot(name, column[name])]) for name, box in boxes.items()}
    within = [link for link in links if column[link.source] == column[link.target]]
    arrows = []
    for link in links:
        source, target = boxes[link.source], boxes[link.target]
        if link in within:
            path = _around(source, target, link, 14 + LOOP * within.index(link))
        else:
            path = _along(source, target, link, [(left[lane.column], top[lane]) for lane in route(link, column)[1:-1]])
        arrows.append(Arrow(path, link.port, link.source, link.target))
    height = max([box.y + box.height for box in boxes.values()] + [y + LANE for y in top.values()]) + MARGIN
    return Drawing(list(boxes.values()), arrows, WIDTH, height)


def _each(env: Environment, edge: Edge) -> Iterator[Edge]:
    """An edge of every gateway as one of each."""

    def expanded(peer: Peer) -> list[Peer]:
        if isinstance(peer, Pods) and peer.app == openclaw.NAME and not peer.instance:
            return [replace(peer, instance=openclaw.instance(name)) for name in env.openclaw.gateways]
        return [peer]

    for source in expanded(edge.source):
        yield from (replace(edge, source=source, target=target) for target in expanded(edge.target))


def _spoken(rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    """Source, target and port: ports of one protocol that the same sources call are one, such as `tcp 8123, 9000`."""
    callers: dict[tuple[str, str, str], list[str]] = {}
    for one in rows:
        callers.setdefault((one.target, one.protocol, one.port), []).append(one.source)
    shared: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (target, protocol, port), sources in callers.items():
        shared.setdefault((target, protocol, tuple(sources)), []).append(port)
    return [
        (source, target, f"{protocol} {', '.join(ports)}".removesuffix(" any"))
        for (target, protocol, sources), ports in shared.items()
        for source in sources
    ]


def _shown(name: str) -> str:
    """A workload without its namespace where its own name begins with that."""
    space, _, rest = name.partition("/")
    return rest if rest.startswith(space) else name


def _wrapped(text: str, width: int, letter: float) -> Iterator[str]:
    """The text in lines that fit into a box, broken where words, labels of a host or parts of a name end."""
    most, line = int((width - 22) / letter), ""
    pieces = (HYPHEN.split(word) if len(word.rstrip()) > most else [word] for word in BREAK.split(text))
    for piece in chain.from_iterable(pieces):
        if line and len(line) + len(piece.rstrip()) > most:
            yield line.strip()
            line = ""
        line += piece
        while len(line.rstrip()) > most:
            yield line[:most]
            line = line[most:]
    yield line.strip()


def _along(source: Box, target: Box, link: Link, lanes: Sequence[tuple[int, int]]) -> str:
    """To the right, by way of the lanes."""
    y = source.y + source.height // 2
    path = f"M{source.x + source.width},{y}"
    x = source.x + source.width
    for left, top in lanes:
        path += _bent(x, y, left, top + LANE // 2) + f" H{left + source.width}"
        x, y = left + source.width, top + LANE // 2
    return path + _bent(x, y, target.x - 5, target.y + link.entry)


def _bent(x1: int, y1: int, x2: int, y2: int) -> str:
    middle = (x1 + x2) // 2
    return f" C{middle},{y1} {middle},{y2} {x2},{y2}"


def _around(source: Box, target: Box, link: Link, out: int) -> str:
    """Within a column: out on the right, and back in at the port's height."""
    right, y1, y2 = source.x + source.width, source.y + source.height // 2, target.y + link.entry
    if source.name == target.name:
        y1 = source.y + PAD + LINE // 2
    turn = 6 if y2 > y1 else -6
    return f"M{right},{y1} h{out - 6} q6,0 6,{turn} V{y2 - turn} q0,{turn} -6,{turn} H{right + 5}"
