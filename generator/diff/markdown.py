"""A diff in Markdown: the consequences of each environment in the open, its objects folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .change import Change, by_component
from .impact import Impact, Severity
from .source import Comparison
from .text import lines, summary

SIGNS = {Severity.DANGER: "🔴", Severity.WARNING: "🟡", Severity.NOTE: "⚪"}
MARKS = {"added": "+", "removed": "-", "changed": "~"}


def markdown(found: Comparison, impacts: Sequence[Impact]) -> str:
    """Every environment in full."""
    return "\n\n".join(
        f"### {name}\n\n{consequences(name, impacts)}\n\n{objects(found, name)}" for name in found.environments
    )


def consequences(environment: str, impacts: Sequence[Impact], least: Severity = Severity.NOTE) -> str:
    """A list, the gravest first; equal sentences about several objects become one."""
    groups: dict[tuple[Severity, str], list[str]] = {}
    for impact in impacts:
        if impact.environment == environment and impact.severity >= least:
            groups.setdefault((impact.severity, impact.text), []).append(impact.subject)
    return "\n".join(
        f"- {SIGNS[severity]} {_subjects(subjects)}: {escaped(text)}" for (severity, text), subjects in groups.items()
    )


def objects(found: Comparison, environment: str) -> str:
    """The objects of an environment, folded by component, each with its fields as a diff."""
    here = [change for change in found.changes if change.environment == environment]
    blocks = []
    for _, component, group in by_component(here):
        body = "\n".join(line for change in group for line in _object(change))
        blocks.append(folded(f"{component}: {summary(group)}", fenced(body)))
    return "\n\n".join(blocks)


def folded(title: str, body: str) -> str:
    return f"<details><summary>{escaped(title)}</summary>\n\n{body}\n\n</details>"


def fenced(body: str) -> str:
    """A block of diff, with a fence that nothing in it can close."""
    longest = max((len(run) for run in body.split("\n") if set(run.strip()) == {"`"}), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}diff\n{body}\n{fence}"


def escaped(text: str) -> str:
    """Text that is neither markup nor a mention nor a link to an issue."""
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("@", "&#64;"), ("#", "&#35;")):
        text = text.replace(character, entity)
    for character in "\\`*_[]|~":
        text = text.replace(character, f"\\{character}")
    return text


def _object(change: Change) -> Iterator[str]:
    yield f"{MARKS[change.verb]} {change}"
    for field in change.fields:
        for line in lines(field):
            # The first character decides the colour: what is only replaced shows as both.
            if line[:2] in ("+ ", "- "):
                yield f"{line[0]}   {line[2:]}"
            else:
                yield f"    {line}"


def _subjects(subjects: Sequence[str]) -> str:
    shown = ", ".join(f"**{escaped(subject)}**" for subject in dict.fromkeys(subjects))
    return shown if len(subjects) <= 3 else f"**{escaped(subjects[0])}** and {len(subjects) - 1} others"
