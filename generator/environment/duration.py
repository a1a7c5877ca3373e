"""Durations as Go and Kubernetes write them."""

import re

_SECONDS = {"h": 3600, "m": 60, "s": 1}


def seconds(duration: str) -> int:
    """A Go duration of whole hours, minutes and seconds: `720h`, `1h30m`."""
    return sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"(\d+)([hms])", duration))
