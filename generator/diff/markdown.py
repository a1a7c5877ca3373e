"""A diff in Markdown: the consequences of each environment in the open, its objects folded."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from generator.environment.visible import visible

from .change import Change, by_component
from .impact import Impact, Severity
from .source import Comparison
from .text import environments, lines, summary

SIGNS = {Severity.DANGER: "🔴", Severity.WARNING: "🟡", Severity.NOTE: "⚪"}
MARKS = {"added": "+", "removed": "-", "changed": "~"}


def markdown(found: Comparison, impacts: Sequence[Impact]) -> str:
    """Every environment in full."""
    return "\n\n".join(
        "\n\n".join(filter(None, (f"### {name}", consequences(name, impacts), objects(found, name))))
        for name in environments(found, impacts)
    )


def consequences(environment: str, impacts: Sequence[Impact], least: Severity = Severity.NOTE) -> str:
    """A list, the gravest first; equal sentences about several objects become one."""
    groups: dict[tuple[Severity, str], list[str]] = {}
    for impact in impacts:
        if impact.environment == environment and impact.severity >= least:
            groups.setdefault((impact.severity, impact.text), []).append(impact.subject)
    return "\n".join(
        f"- {SIGNS[severity]} {named(subjects)}: {escaped(text)}" for (severity, text), subjects in groups.items()
    )


def objects(found: Comparison, environment: str) -> str:
    """The objects of an environment, folded by component, each with its fields as a diff."""
    return "\n\n".join(block for _, block in components(found, environment))


def components(found: Comparison, environment: str) -> Iterator[tuple[str, str]]:
    """Each component of an environment with its objects."""
    here = [change for change in found.changes if change.environment == environment]
    for _, component, group in by_component(here):
        body = "\n".join(line for change in group for line in _object(change))
        yield component, folded(f"{component}: {summary(group)}", fenced(body))


def named(subjects: Sequence[str]) -> str:
    """Up to three by name, more by their number."""
    shown = ", ".join(f"**{escaped(subject)}**" for subject in dict.fromkeys(subjects))
    return shown if len(subjects) <= 3 else f"**{escaped(subjects[0])}** and {len(subjects) - 1} others"


def folded(title: str, body: str) -> str:
    """Closed until somebody opens it; the title stands in HTML, where Markdown's backslashes would show."""
    return f"<details><summary>{inert(title)}</summary>\n\n{body}\n\n</details>"


def fenced(body: str) -> str:
    """A block of diff, with a fence that nothing in it can close."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", body)), default=0))
    return f"{fence}diff\n{visible(body)}\n{fence}"


def escaped(text: str) -> str:
    """Text on one line that is neither markup nor a mention nor a link."""
    return inert(re.sub(r"([\\`*_{}\[\]|~])", r"\\\1", text)).replace("$", "&#36;")


def inert(text: str) -> str:
    """Text on one line of HTML that calls nobody and links to nothing.

    GitHub looks for names, issues and addresses after entities and backslashes have become characters again: only a
    character in between keeps it from finding them, and this one has no width.
    """
    text = html.escape(visible(" ".join(text.splitlines())), quote=False)
    return re.sub(r"@|#|:(?=//)|www(?=\.)|gh(?=-\d)", r"\g<0>&#8203;", text, flags=re.IGNORECASE)


def _object(change: Change) -> Iterator[str]:
    yield f"{MARKS[change.verb]} {change}"
    for field in change.fields:
        for line in lines(field):
            # The first character decides the colour: what is only replaced shows as both.
            if line[:2] in ("+ ", "- "):
                yield f"{line[0]}   {line[2:]}"
            else:
                yield f"    {line}"
