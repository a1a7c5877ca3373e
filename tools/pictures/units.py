"""Numbers as Grafana writes them, for the units that the dashboards use."""

from __future__ import annotations

import math

SUFFIXES = {"reqps": " req/s", "ops": " ops/s", "pps": " p/s", "h": " h", "µs": " µs", "short": "", "none": ""}
SECONDS = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"), (0.001, "ms"))


def written(value: float, unit: str) -> str:
    """A value with its unit.  Raises KeyError for a unit without a rule."""
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    if unit == "currencyUSD" and value:
        return f"${value:,.2f}" if abs(value) < 10 else f"${value:,.0f}"
    if unit == "currencyUSD":
        return "$0"
    if unit in ("s", "ms"):
        return duration(value / (1000 if unit == "ms" else 1))
    if unit == "µs" and value >= 1000:
        return duration(value / 1e6)
    return f"{scaled(value)}{SUFFIXES[unit]}"


def duration(seconds: float) -> str:
    for size, name in SECONDS:
        if abs(seconds) >= size:
            return f"{seconds / size:.3g} {name}"
    return "0 s" if seconds == 0 else f"{seconds * 1000:.2g} ms"


def scaled(value: float) -> str:
    for size, name in ((1e9, " B"), (1e6, " M"), (1e3, " K")):
        if abs(value) >= size:
            return f"{value / size:.3g}{name}"
    return f"{value:.3g}"


def ticks(top: float, unit: str) -> list[float]:
    """Some round values from 0 to `top` or just above it."""
    top = max(top, 2.0) if unit == "none" else top or 1.0
    size = next((size for size, _ in SECONDS if size > 1 and unit == "s" and top >= 2 * size), 1.0)
    rough = top / size / 4
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(one * magnitude for one in (1, 2, 2.5, 5, 10) if one * magnitude >= rough * 0.999)
    step = size * (max(1.0, math.ceil(step)) if unit == "none" else step)
    return [step * index for index in range(math.ceil(top / step * 0.999) + 1)]
