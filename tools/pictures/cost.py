"""What each environment costs a month, as bars: docs/pictures/cost.svg."""

from __future__ import annotations

from collections.abc import Sequence

from generator.cost.estimate import COMPONENTS, Estimate
from generator.cost.report import between, money

from .draw import EDGE, FAINT, GAP, GROUND, PALETTE, PANEL, TEXT, WIDTH, box, fitting, label

NAME = "cost.svg"
HEAD, ROW, BAR, NAMES, AMOUNTS = 64, 34, 16, 76, 112
"""Pixels: above the bars, a component, its bar, the column of names, that of amounts."""
MAYBE = 0.35
"""Opacity of what lies between the low and the high end."""


def picture(found: Sequence[Estimate]) -> str:
    """A panel an environment, each on its own scale; full colour is the low end, pale what may be added to it."""
    wide = (WIDTH - GAP * (len(found) + 1)) / len(found)
    high = HEAD + ROW * len(COMPONENTS) + GAP
    parts = [box(0, 0, WIDTH, high + 2 * GAP, GROUND)]
    for index, one in enumerate(found):
        parts.append(f'<g transform="translate({GAP + index * (wide + GAP):.0f} {GAP})">')
        parts.append(box(0, 0, wide, high, PANEL, EDGE))
        parts += panel(one, wide)
        parts.append("</g>")
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high + 2 * GAP}" width="{WIDTH}" '
        f'height="{high + 2 * GAP}" font-family="Inter, Roboto, Helvetica, Arial, sans-serif">\n{inside}\n</svg>\n'
    )


def panel(found: Estimate, wide: float) -> list[str]:
    sums = {name: by_component(found, name) for name in COMPONENTS}
    scale = (wide - NAMES - AMOUNTS - 24) / max(high for _, high in sums.values())
    title = f"{found.environment}: {between(found.low, found.high)} USD a month"
    under = f"{found.region}, ceiling {money(found.ceiling)}"
    parts = [label(10, 26, fitting(title, wide - 20, 16), 16, TEXT, weight=500), label(10, 46, under, 12, FAINT)]
    for index, (name, (low, high)) in enumerate(sums.items()):
        y, colour = HEAD + index * ROW, PALETTE[index]
        parts.append(label(NAMES, y + BAR - 3, name, 12, TEXT, anchor="end"))
        x = NAMES + 8
        parts.append(box(x, y, max(1, high * scale), BAR, colour).replace("/>", f' fill-opacity="{MAYBE}"/>'))
        parts.append(box(x, y, max(1, low * scale), BAR, colour))
        parts.append(label(x + high * scale + 8, y + BAR - 3, between(low, high), 12, FAINT))
    return parts


def by_component(found: Estimate, name: str) -> tuple[float, float]:
    lines = [line for line in found.lines if line.component == name]
    return sum(line.low for line in lines), sum(line.high for line in lines)
