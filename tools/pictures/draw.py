"""A dashboard as SVG: panels on Grafana's grid, in its dark colours."""

from __future__ import annotations

from html import escape
from typing import Any

from .sample import POINTS, Line, limit, lines, style
from .units import ticks, written

WIDTH, COLUMN, UNIT, GAP, TOP = 1456, 60, 38, 8, 64
"""Pixels: the picture, a column, a row of the grid, between panels, above them."""
GROUND, PANEL, EDGE, GRID, TEXT, FAINT = "#111217", "#181b1f", "#2a2d33", "#2a2d33", "#ccccdc", "#8e8e9b"
RED, GREEN = "#f2495c", "#73bf69"
NAMED = {"red": RED, "green": GREEN, "text": TEXT, "blue": "#5794f2", "transparent": TEXT}
PALETTE = ("#73bf69", "#f2cc0c", "#5794f2", "#ff9830", "#b877d9", "#4fc4cf", "#d683ce", "#8ab8ff", "#a8b545", "#c98f6b")
HOURS = ("09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00")


def picture(dashboard: dict[str, Any]) -> str:
    bottom = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in dashboard["panels"])
    height = TOP + bottom * UNIT + 2 * GAP
    colours: dict[str, str] = {}
    parts = [box(0, 0, WIDTH, height, GROUND), *head(dashboard)]
    for panel in dashboard["panels"]:
        where = panel["gridPos"]
        x, y = GAP + where["x"] * COLUMN, TOP + where["y"] * UNIT
        wide, high = where["w"] * COLUMN - GAP, where["h"] * UNIT - GAP
        if panel["type"] == "row":
            parts.append(label(x + 4, y + 20, f"▾  {panel['title']}", 14, TEXT, weight=500))
            continue
        parts.append(f'<g transform="translate({x} {y})">')
        parts.append(box(0, 0, wide, high, PANEL, EDGE))
        parts.append(label(10, 20, fitting(panel["title"], wide - 20, 13), 13, TEXT, weight=500))
        parts += DRAWN[panel["type"]](panel, wide, high, colours)
        parts.append("</g>")
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="Inter, Roboto, Helvetica, Arial, sans-serif">\n{inside}\n</svg>\n'
    )


def head(dashboard: dict[str, Any]) -> list[str]:
    """Title, choices and links."""
    found = [label(GAP + 4, 30, dashboard["title"], 18, TEXT, weight=500), label(GAP + 4, 52, "Sample data", 12, FAINT)]
    right: float = WIDTH - GAP
    for text in ("Last 6 hours", *(one["title"] for one in reversed(dashboard["links"]))):
        right = pill(found, right, text)
    for one in reversed(dashboard["templating"]["list"]):
        value = "prometheus" if one["type"] == "datasource" else "All"
        right = pill(found, right, f"{one['label']}: {value}")
    return found


def pill(parts: list[str], right: float, text: str) -> float:
    wide = width_of(text, 12) + 20
    parts.append(box(right - wide, 14, wide, 26, PANEL, EDGE))
    parts.append(label(right - wide + 10, 31, text, 12, TEXT))
    return right - wide - GAP


def graph(panel: dict[str, Any], wide: float, high: float, colours: dict[str, str]) -> list[str]:
    """Lines, areas or bars over time."""
    unit, drawn = panel["fieldConfig"]["defaults"]["unit"], lines(panel)
    custom = panel["fieldConfig"]["defaults"].get("custom", {})
    stacked, edge = custom.get("stacking", {}).get("mode") == "normal", limit(panel)
    bars = style(panel) == "bars"
    floors, tops = layers(drawn, stacked)
    highest = max(max(values) for values in tops)
    show_edge = edge is not None and edge > 0 and edge <= 4 * max(highest, 1e-9)
    marks = ticks(max(highest * 1.08, edge * 1.1 if show_edge and edge else 0), unit)
    left = 14 + max(width_of(written(mark, unit), 11) for mark in marks)
    names = folded([one.name for one in drawn], wide - 24)
    x0, x1, y0, y1 = left, wide - 12, high - 32 - 16 * len(names), 36.0

    def at(index: float, value: float) -> tuple[float, float]:
        return x0 + (x1 - x0) * index / (POINTS - 1), y0 - (y0 - y1) * value / marks[-1]

    choose(colours, [one.name for one in drawn])
    parts = []
    for mark in marks:
        _, y = at(0, mark)
        parts.append(f'<path d="M{x0:.0f} {y:.1f}H{x1:.0f}" stroke="{GRID}"/>')
        parts.append(label(x0 - 6, y + 4, written(mark, unit), 11, FAINT, anchor="end"))
    for place, hour in enumerate(HOURS):
        if wide > 400 or place % 2 == 0:
            x, _ = at(place * (POINTS - 1) / (len(HOURS) - 1), 0)
            anchor = "end" if place == len(HOURS) - 1 else "middle"
            parts.append(label(x, y0 + 16, hour, 11, FAINT, anchor=anchor))
    fill = custom.get("fillOpacity", 0) / 100
    step = (x1 - x0) / POINTS * 0.8
    for one, floor, top in zip(drawn, floors, tops, strict=True):
        colour = colours[one.name]
        if bars:
            for index in (index for index in range(POINTS) if top[index] > floor[index]):
                (x, upper), (_, lower) = at(index, top[index]), at(index, floor[index])
                parts.append(box(x - step / 2, upper, step, lower - upper, colour))
            continue
        course = "L".join("{:.0f} {:.1f}".format(*at(index, value)) for index, value in enumerate(top))
        if fill:
            back = [(index, floor[index]) for index in range(POINTS - 1, -1, -1)]
            ground = "L".join("{:.0f} {:.1f}".format(*at(index, value)) for index, value in back)
            parts.append(f'<path d="M{course}L{ground}Z" fill="{colour}" fill-opacity="{fill:g}"/>')
        parts.append(f'<path d="M{course}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
    if show_edge and edge:
        _, y = at(0, edge)
        parts.append(f'<path d="M{x0:.0f} {y:.1f}H{x1:.0f}" stroke="{RED}" stroke-width="1.5" stroke-dasharray="7 5"/>')
    return parts + legend(names, colours, high)


def choose(colours: dict[str, str], names: list[str]) -> None:
    """Gives each name a colour that it keeps in the whole dashboard, and that no other of the same panel has."""
    for name in names:
        if name not in colours:
            taken = {colours.get(one) for one in names}
            turned = PALETTE[len(colours) % len(PALETTE) :] + PALETTE[: len(colours) % len(PALETTE)]
            colours[name] = next(colour for colour in turned if colour not in taken)


def layers(drawn: list[Line], stacked: bool) -> tuple[list[list[float]], list[list[float]]]:
    """Where each line begins and ends: on the ground, or on the one before it."""
    floors, tops = [], []
    ground = [0.0] * POINTS
    for one in drawn:
        top = [a + b for a, b in zip(ground, one.values, strict=True)] if stacked else one.values
        floors.append(ground)
        tops.append(top)
        ground = top if stacked else ground
    return floors, tops


def folded(names: list[str], wide: float) -> list[list[str]]:
    """Names in as many rows as they need."""
    rows: list[list[str]] = [[]]
    for name in names:
        if rows[-1] and sum(width_of(one, 11) + 32 for one in [*rows[-1], name]) > wide:
            rows.append([])
        rows[-1].append(name)
    return rows


def legend(rows: list[list[str]], colours: dict[str, str], high: float) -> list[str]:
    parts = []
    for place, row in enumerate(reversed(rows)):
        x, y = 12.0, high - 9 - 16 * place
        for name in row:
            parts.append(f'<path d="M{x:.0f} {y - 4:.0f}h12" stroke="{colours[name]}" stroke-width="3"/>')
            parts.append(label(x + 17, y, name, 11, TEXT))
            x += width_of(name, 11) + 32
    return parts


def figure(panel: dict[str, Any], wide: float, high: float, colours: dict[str, str]) -> list[str]:
    """The last value of each line, large, over its course."""
    unit, drawn = panel["fieldConfig"]["defaults"]["unit"], lines(panel)
    parts = []
    for place, one in enumerate(drawn):
        colour = shade(panel, one.values[-1])
        share = wide / len(drawn)
        text = written(one.values[-1], unit)
        size = min(38.0, (share - 24) / max(width_of(text, 1), 1e-9))
        low, top = min(one.values), max(one.values)
        span = (top - low) or 1.0
        course = [
            (place * share + share * index / (POINTS - 1), high - 4 - 30 * (0.1 + 0.9 * (value - low) / span))
            for index, value in enumerate(one.values)
        ]
        path = "L".join(f"{x:.0f} {y:.1f}" for x, y in course)
        base = f"L{(place + 1) * share:.0f} {high - 1:.0f}L{place * share:.0f} {high - 1:.0f}Z"
        parts.append(f'<path d="M{path}{base}" fill="{colour}" fill-opacity="0.12"/>')
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-opacity="0.7"/>')
        middle = place * share + share / 2
        parts.append(label(middle, high / 2 + 16, text, size, colour, weight=500, anchor="middle"))
        if len(drawn) > 1:
            parts.append(label(middle, high - 12, one.name, 12, FAINT, anchor="middle"))
    return parts


def ranking(panel: dict[str, Any], wide: float, high: float, colours: dict[str, str]) -> list[str]:
    """A bar for the last value of each line."""
    unit, drawn = panel["fieldConfig"]["defaults"]["unit"], lines(panel)
    most = max(one.values[-1] for one in drawn)
    names = max(width_of(one.name, 12) for one in drawn) + 24
    pitch = min(46.0, (high - 48) / len(drawn))
    parts = []
    for place, one in enumerate(drawn):
        value, y = one.values[-1], 40 + place * pitch
        length = (wide - names - 90) * value / most
        colour = shade(panel, value)
        parts.append(label(names - 10, y + pitch / 2, one.name, 12, TEXT, anchor="end"))
        parts.append(box(names, y + 4, wide - names - 90, pitch - 14, GROUND))
        parts.append(box(names, y + 4, length, pitch - 14, colour))
        parts.append(label(wide - 12, y + pitch / 2 + 2, written(value, unit), 15, colour, weight=500, anchor="end"))
    return parts


DRAWN = {"timeseries": graph, "stat": figure, "bargauge": ranking}


def shade(panel: dict[str, Any], value: float) -> str:
    """The colour of the last threshold that a value reaches."""
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    reached = [one["color"] for one in steps if one["value"] is None or value >= one["value"]]
    return NAMED[reached[-1]]


def box(x: float, y: float, wide: float, high: float, fill: str, edge: str = "") -> str:
    line = f' stroke="{edge}" rx="3"' if edge else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{fill}"{line}/>'


def label(x: float, y: float, text: str, size: float, fill: str, weight: int = 400, anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:.3g}" fill="{fill}"'
    return f'<text {place} font-weight="{weight}" text-anchor="{anchor}">{escape(text)}</text>'


def width_of(text: str, size: float) -> float:
    """About the width of a text in pixels: letters of such a typeface are 0.57 of their size wide on average."""
    return 0.57 * size * len(text)


def fitting(text: str, wide: float, size: float) -> str:
    if width_of(text, size) <= wide:
        return text
    return text[: max(1, int(wide / (0.57 * size)) - 1)] + "…"
