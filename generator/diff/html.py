"""A diff as one HTML page, without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generator.environment.visible import visible

from .change import by_component
from .impact import Impact, Severity
from .source import Comparison
from .text import environments, lines, summary


def html(found: Comparison, impacts: Sequence[Impact]) -> str:
    import jinja2  # 70 ms that only this form pays

    template = Path(__file__).with_name("diff.html.j2").read_text("utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    groups = []
    for name in environments(found, impacts):
        here = [change for change in found.changes if change.environment == name]
        components = [(component, summary(group), group) for _, component, group in by_component(here)]
        told = [impact for impact in impacts if impact.environment == name]
        said = [impact for impact in told if impact.severity > Severity.NOTE]
        notes = [impact for impact in told if impact.severity == Severity.NOTE]
        groups.append({"name": name, "summary": summary(here), "said": said, "notes": notes, "components": components})
    names = {"base": found.base, "groups": groups, "lines": lines, "visible": visible}
    return environment.from_string(template).render(names)
