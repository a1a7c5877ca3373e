"""Texts that the API server reads: names, labels, quantities, schedules.  Each check says what is wrong, or nothing.

The rules are those of Kubernetes 1.36: apimachinery's validation, and github.com/robfig/cron for schedules.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable
from functools import cache
from ipaddress import ip_network
from typing import Any

from generator.check.admission.cel.quantity import parse

Check = Callable[[str], str]

LABEL_LENGTH, NAME_LENGTH, KEY_LENGTH, PORT_NAME_LENGTH = 63, 253, 253, 15
_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_VALUE = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("weekday", 0, 6, _DAYS),
)
_SHORTCUTS = {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}


def dns_label(text: str) -> str:
    if len(text) <= LABEL_LENGTH and re.fullmatch(_LABEL, text):
        return ""
    return f"«{text}» is no DNS label: lower-case letters, digits and -, at most {LABEL_LENGTH} characters"


def dns_name(text: str) -> str:
    if len(text) <= NAME_LENGTH and re.fullmatch(rf"{_LABEL}(\.{_LABEL})*", text):
        return ""
    return f"«{text}» is no DNS name: lower-case letters, digits, - and ., at most {NAME_LENGTH} characters"


def path_segment(text: str) -> str:
    """Names of roles and bindings, which may hold almost anything."""
    return f"«{text}» cannot stand in a path" if text in (".", "..") or "/" in text or "%" in text else ""


def label_key(text: str) -> str:
    prefix, slash, name = text.rpartition("/")
    well = len(name) <= LABEL_LENGTH and re.fullmatch(_VALUE, name) and not (slash and dns_name(prefix))
    return (
        "" if well else f"«{text}» is no key of a label: a name of at most {LABEL_LENGTH} characters after a DNS prefix"
    )


def label_value(text: str) -> str:
    if len(text) <= LABEL_LENGTH and re.fullmatch(f"({_VALUE})?", text):
        return ""
    return f"«{text}» is no value of a label: letters, digits, -, _ and ., at most {LABEL_LENGTH} characters"


def port_name(text: str) -> str:
    form = re.fullmatch(_LABEL, text) and re.search("[a-z]", text) and "--" not in text
    if len(text) <= PORT_NAME_LENGTH and form:
        return ""
    return (
        f"«{text}» is no name of a port: letters, digits and -, at most {PORT_NAME_LENGTH} characters, a letter in it"
    )


def variable_name(text: str) -> str:
    return (
        "" if re.fullmatch(r"[ -<>-~]+", text) else f"«{text}» is no name of a variable: ASCII characters other than ="
    )


def file_key(text: str) -> str:
    """Keys of ConfigMaps and Secrets."""
    if len(text) <= KEY_LENGTH and re.fullmatch(r"[-._a-zA-Z0-9]+", text) and text != "." and not text.startswith(".."):
        return ""
    return f"«{text}» is no key: letters, digits, -, _ and ., at most {KEY_LENGTH} characters"


def host(text: str) -> str:
    """Hosts of an Ingress, which may begin with `*.`."""
    return dns_name(text.removeprefix("*."))


def cidr(text: str) -> str:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return f"«{text}» is no address range"
    return "" if "/" in text else f"«{text}» lacks the prefix length"


def quantity(value: Any) -> str:
    try:
        parse(str(value))
    except ValueError:
        return f"«{value}» is no quantity: write 500m, 1.5, 512Mi or 2Gi"
    return ""


def amount(value: Any) -> Any:
    """A quantity as a number; None for what is none."""
    try:
        return parse(str(value)).number()
    except ValueError:
        return None


def schedule(text: str) -> str:
    if "TZ=" in text:
        return f"«{text}» holds a time zone: it belongs into timeZone"
    if text in _SHORTCUTS or re.fullmatch(r"@every ([0-9.]+(ns|us|µs|ms|s|m|h))+", text):
        return ""
    fields = text.split()
    if len(fields) != len(_FIELDS):
        return f"«{text}» has {len(fields)} fields, a schedule has {len(_FIELDS)}"
    for field, (name, low, high, names) in zip(fields, _FIELDS, strict=True):
        if not all(_is_range(part, low, high, names) for part in field.split(",")):
            return f"«{field}» is no {name}: {low} to {high}"
    return ""


def _is_range(part: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    span, slash, step = part.partition("/")
    if slash and not (step.isdigit() and int(step) > 0):
        return False
    if span in ("*", "?"):
        return True
    ends = [_number(end, low, names) for end in span.split("-")]
    numbers = [end for end in ends if end is not None and low <= end <= high]
    return len(numbers) == len(ends) <= 2 and numbers == sorted(numbers)


def _number(text: str, low: int, names: tuple[str, ...]) -> int | None:
    if text.lower() in names:
        return names.index(text.lower()) + low
    return int(text) if text.isdigit() else None


def time_zone(text: str) -> str:
    known = _time_zones()
    well = text in known if known else re.fullmatch(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", text)
    return "" if well and text.lower() != "local" else f"«{text}» is no time zone: write Etc/UTC or Europe/Berlin"


@cache
def _time_zones() -> set[str]:
    """Empty on a machine without the time zone database."""
    return zoneinfo.available_timezones()
