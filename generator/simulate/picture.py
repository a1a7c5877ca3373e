"""Results as one SVG: settings side by side, what months are like, and what an interruption does to each component.

It looks right in light and dark alike: colours follow the reader's scheme, or are fixed to one of the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from generator.environment.openclaw import SPOT_NOTICE

from .assumptions import Assumptions
from .figures import Figures, Result
from .table import assumed, clipped, duration, money, nodes, percent, pods, short

NAMES, COLUMN, MARGIN, GAP = 176, 330, 24, 40
"""Pixels: the column of names, one of a setting, around the picture, between columns."""
HEAD, ROW, BAR = 178, 58, 16
"""Pixels: above the first component, a component, its bar."""
LANE = 34
"""Pixels of a component in the lower part."""

LIGHT = {
    "ground": "#ffffff", "card": "#f6f8fa", "edge": "#d0d7de", "text": "#1f2328", "faint": "#59636e",
    "s0": "#2da44e", "s1": "#a5d66f", "s2": "#f2c744", "s3": "#ef8b3a", "s4": "#d1394a",
    "cost": "#4078c0", "notice": "#6e7781", "turns": "#8957e5", "node": "#3a6fb5", "volume": "#13808e",
    "start": "#b3631b",
}  # fmt: skip
DARK = {
    "ground": "#0d1117", "card": "#161b22", "edge": "#30363d", "text": "#e6edf3", "faint": "#9198a1",
    "s0": "#3fb950", "s1": "#8fbf4d", "s2": "#e3b341", "s3": "#f0883e", "s4": "#f85149",
    "cost": "#58a6ff", "notice": "#6e7681", "turns": "#8957e5", "node": "#3a6fb5", "volume": "#13808e",
    "start": "#b3631b",
}  # fmt: skip
SORTS = ("never away", "up to 2 min", "up to 5 min", "up to 10 min", "longer")
"""What months are called, by the edges of figures.py."""
PARTS = (
    ("notice", "until the eviction"),
    ("turns", "its turns end"),
    ("node", "a node comes"),
    ("volume", "its volume moves"),
    ("start", "images, start"),
)
"""Colours and names of what happens in an interruption."""


def drawn(environment: str, found: Sequence[Result], known: Assumptions, scheme: str = "auto") -> str:
    """The picture; `scheme` is light, dark, or auto for what the reader's device prefers."""
    names = list(dict.fromkeys(one.component.name for result in found for one in result.components))
    wide = 2 * MARGIN + NAMES + len(found) * COLUMN + (len(found) - 1) * GAP
    upper = HEAD + ROW * len(names)
    ends = _told(found)
    hit = [one for one in ends.components if one.part] if ends else []
    high = upper + (72 + LANE * len(hit) if hit else 0) + 12
    title = f"{environment}: a month of Spot interruptions, played {found[0].count:,} times"
    parts = [_box(0, 0, wide, high, "ground"), _text(MARGIN, 38, title, "text", 20, 600)]
    parts.append(_text(MARGIN, 60, "; ".join(assumed(known)), "faint", 12))
    parts.append(_text(MARGIN, 90, "Months by time away", "text", 12, 600))
    for index, result in enumerate(found):
        x = MARGIN + NAMES + index * (COLUMN + GAP)
        parts += _column(result, x, names, max(one.usd.high for one in found), upper)
    for index, name in enumerate(names):
        y = HEAD + index * ROW
        parts.append(_text(MARGIN, y + 13, short(name), "text", 13, 600))
        count = pods(found, name)
        parts.append(_text(MARGIN, y + 31, f"{count} {'pod' if count == '1' else 'pods'}", "faint", 12))
    for index, sort in enumerate(SORTS):
        parts.append(_box(MARGIN, 98 + index * 14, 10, 10, f"s{index}"))
        parts.append(_text(MARGIN + 16, 107 + index * 14, sort, "faint", 11))
    if ends:
        parts += _interruption(ends.candidate.name, hit, known, upper, wide)
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        f'font-family="Inter, Roboto, Helvetica, Arial, sans-serif">\n<title>{escape(title)}</title>\n'
        f"<style>{_style(scheme)}</style>\n{inside}\n</svg>\n"
    )


def _column(one: Result, x: float, names: Sequence[str], most: float, bottom: float) -> Iterator[str]:
    """A setting: its nodes and their price, then its months by component."""
    yield _box(x - 12, 78, COLUMN + 24, bottom - 78 - 8, "card", "edge")
    yield _text(x, 102, _fitting(one.candidate.name, 15, COLUMN), "text", 15, 600)
    told = f"{nodes(one)}; {one.interruptions.value:.2f} interruptions a month"
    yield _text(x, 121, told, "faint", 12)
    scale = (COLUMN - 150) / (most or 1)
    yield _box(x, 134, max(1, one.usd.high * scale), 10, "cost", faint=True)
    yield _box(x, 134, max(1, one.usd.low * scale), 10, "cost")
    yield _text(x + one.usd.high * scale + 8, 144, f"{money(one.usd)} USD a month", "text", 12)
    for index, name in enumerate(names):
        figures = next((two for two in one.components if two.component.name == name), None)
        if figures:
            yield from _months(figures, x, HEAD + index * ROW)


def _months(one: Figures, x: float, y: float) -> Iterator[str]:
    """The months of a component as one bar, from those without an outage to the worst."""
    at = x
    for index, share in enumerate(one.sorts):
        wide = share * COLUMN
        if wide:
            tip = f"{SORTS[index]}: {share:.1%} of the months"
            yield _box(at, y, max(wide, 1.5), BAR, f"s{index}", tip=tip)
        at += wide
    if one.part is None:
        said = "not interrupted" if one.component.on_demand else "never away"
        yield _text(x, y + BAR + 16, said, "faint", 12)
        return
    if one.away.value:
        said = f"{percent(one.availability).partition(' ')[0]} %; away {duration(one.away.value)} a month"
    else:
        said = f"never away; a pod is missing {duration(one.weak.value)} a month"
    yield _text(x, y + BAR + 16, said, "text", 12)
    if one.worst:
        yield _text(x + COLUMN, y + BAR + 16, f"worst of 100: {duration(one.worst)}", "faint", 12, anchor="end")


def _told(found: Sequence[Result]) -> Result | None:
    """The setting with the most to tell of interruptions."""
    best = max(found, key=lambda one: sum(two.part is not None for two in one.components))
    return best if any(two.part for two in best.components) else None


def _interruption(name: str, hit: Sequence[Figures], known: Assumptions, top: float, wide: float) -> Iterator[str]:
    """What happens to a pod of each component from the notice until the next is ready, on average."""
    title = f"What an interruption does, {_fitting(name, 15, COLUMN)}"
    yield _text(MARGIN, top + 24, title, "text", 15, 600)
    x = max(MARGIN + NAMES, MARGIN + _wide(title, 17))
    for kind, said in PARTS:
        yield _box(x, top + 14, 10, 10, kind)
        yield _text(x + 15, top + 23, said, "faint", 11)
        x += 15 + _wide(said, 11) + 18
    longest = max(known.detection + two.part.whole for two in hit if two.part)
    scale = (wide - 2 * MARGIN - NAMES - 110) / max(longest, SPOT_NOTICE)
    left, first = MARGIN + NAMES, top + 58
    end, bottom = left + SPOT_NOTICE * scale, first + len(hit) * LANE - 8
    yield f'<path d="M{end:.1f} {first - 14:.1f}V{bottom:.1f}" class="line"/>'
    yield _text(end + 5, first - 6, f"the instance ends, {SPOT_NOTICE} s after the notice", "faint", 11)
    for index, two in enumerate(hit):
        part = two.part
        assert part is not None, "components without one are not among them"
        y, at = first + index * LANE, float(left)
        yield _text(MARGIN, y + 14, short(two.component.name), "text", 13, 600)
        lasts = (known.detection, part.ending, part.node, part.volume, part.start)
        for (kind, _), seconds in zip(PARTS, lasts, strict=True):
            if seconds:
                yield _box(at, y, seconds * scale, 20, kind, tip=f"{seconds:.0f} s")
                if seconds * scale > 30:
                    yield _text(at + seconds * scale / 2, y + 14, f"{seconds:.0f} s", "on", 11, anchor="middle")
            at += seconds * scale
        told = "others serve" if two.component.replicas > 1 else f"away {duration(part.whole)}"
        yield _text(wide - MARGIN, y + 14, told, "faint", 12, anchor="end")


def _style(scheme: str) -> str:
    both = {"light": LIGHT, "dark": DARK}
    fixed = _colours(both.get(scheme, LIGHT)) + ".line{stroke-dasharray:4 4;stroke-width:1.5}"
    return fixed if scheme in both else f"{fixed}@media(prefers-color-scheme:dark){{{_colours(DARK)}}}"


def _colours(named: dict[str, str]) -> str:
    fills = "".join(f".{name}{{fill:{colour}}}" for name, colour in named.items())
    return f"{fills}.rim{{stroke:{named['edge']}}}.on{{fill:#ffffff}}.line{{stroke:{named['s4']}}}"


def _box(
    x: float, y: float, wide: float, high: float, kind: str, rim: str = "", *, faint: bool = False, tip: str = ""
) -> str:
    more = ' rx="6"' if rim else ' rx="2"' if wide > 6 and kind != "ground" else ""
    more += ' opacity="0.35"' if faint else ""
    names = f"{kind} rim" if rim else kind
    place = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" class="{names}"{more}'
    return f"<rect {place}><title>{escape(tip)}</title></rect>" if tip else f"<rect {place}/>"


def _text(x: float, y: float, text: str, kind: str, size: int, weight: int = 400, anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" class="{kind}" font-size="{size}" font-weight="{weight}"'
    return f'<text {place} text-anchor="{anchor}">{escape(text)}</text>'


def _fitting(text: str, size: float, wide: float) -> str:
    return clipped(text, int(wide / (0.6 * size)))


def _wide(text: str, size: float) -> float:
    """About the width of a text in pixels."""
    return 0.55 * size * len(text)
