"""A clock that runs faster: every duration of rules, scrapes and routes by one factor, and nothing else.

A rate stays a number a second, and no threshold is touched: what is `> 5` for ten minutes is `> 5` for ten seconds when
the clock runs sixty times as fast.  A share, an average and a number of restarts mean the same then; of requests a
second, which guard alerts against too little traffic, it takes fewer.
"""

import re
from typing import Any

SETTINGS = frozenset(
    {
        *("for", "keep_firing_for", "interval", "query_offset"),  # of rules
        *("scrape_interval", "evaluation_interval"),  # of Prometheus
        *("group_wait", "group_interval", "repeat_interval", "resolve_timeout"),  # of Alertmanager
    }
)
"""Keys whose value is a duration.  A time-out of a scrape is none: the machine is not faster for that."""
TEXTS = frozenset({"labels", "annotations"})
"""Keys below which nothing is a setting."""

_MILLISECONDS = {
    "ms": 1,
    "s": 1000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 7 * 86_400_000,
    "y": 365 * 86_400_000,
}
_PART = r"\d+(?:ms|[smhdwy])"
_DURATION = re.compile(rf"(?:{_PART})+")
_EXPRESSION = re.compile(
    r"""(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|\#[^\n]*)"""
    rf"|(?P<range>\[[^]]*\])|(?P<offset>\boffset\s+-?\s*(?:{_PART})+)"
    r"|(?P<clock>\b(?:time|timestamp|predict_linear)\s*\(|@)"
)


def faster(config: Any, by: int) -> Any:
    """A configuration of Prometheus or Alertmanager, or a file of rules, for a clock that runs `by` times as fast.

    Raises ValueError for a duration that does not divide into whole milliseconds, and for an expression that asks the
    clock itself: a number in it may be seconds.
    """
    if isinstance(config, list):
        return [faster(one, by) for one in config]
    if not isinstance(config, dict):
        return config
    found = {}
    for key, value in config.items():
        if key in TEXTS:
            found[key] = value
        elif isinstance(value, str) and key in SETTINGS:
            found[key] = shorter(value, by)
        elif isinstance(value, str) and key == "expr":
            found[key] = expression(value, by)
        else:
            found[key] = faster(value, by)
    return found


def expression(text: str, by: int) -> str:
    """The ranges, steps and offsets of an expression in PromQL."""

    def part(match: re.Match[str]) -> str:
        if match["text"]:
            return match[0]
        if match["clock"] or not _DURATION.search(match[0]):
            raise ValueError(f"no faster clock for «{match[0]}» in {text}")
        return _DURATION.sub(lambda duration: shorter(duration[0], by), match[0])

    return _EXPRESSION.sub(part, text)


def shorter(duration: str, by: int) -> str:
    """A duration as Prometheus writes it, such as `1h30m`, in milliseconds."""
    if not _DURATION.fullmatch(duration):
        raise ValueError(f"«{duration}» is no duration")
    parts = re.findall(r"(\d+)(ms|[smhdwy])", duration)
    whole, rest = divmod(sum(int(number) * _MILLISECONDS[unit] for number, unit in parts), by)
    if rest:
        raise ValueError(f"«{duration}» does not divide by {by} into whole milliseconds")
    return f"{whole}ms"
