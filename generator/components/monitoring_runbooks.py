"""docs/runbooks: a page for every alert, so that what it says, when it fires and what to do are written once.

Head and condition come from the alert as each environment has it, the advice from generator/assets/runbooks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from generator.environment.model import Environment

from . import monitoring_series as series
from .monitoring_alert import Alert
from .monitoring_alerts import alerts

FOLDER = "docs/runbooks"
ADVICE = Path(__file__).parents[1] / "assets" / "runbooks"
TOLD = {
    "critical": "by SNS and in Slack, as far as `monitoring.receivers` has them",
    "warning": "in Slack, or by SNS where there is no channel",
    "info": "nobody; it is shown in Alertmanager and Grafana",
}
ENGINES: dict[Literal["bifrost", "litellm"], str] = {"bifrost": "Bifrost", "litellm": "LiteLLM"}


def files(environments: Sequence[Environment]) -> dict[str, str]:
    """All pages, by path."""
    import jinja2  # 70 ms that only this command pays

    options = {"undefined": jinja2.StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent), **options)  # type: ignore[arg-type]
    found: dict[str, list[tuple[Environment, Alert]]] = {}
    for env in environments:
        for alert in alerts(env):
            found.setdefault(alert.name, []).append((env, alert))
    page, index = made.get_template("runbook.md.j2"), made.get_template("runbook_index.md.j2")
    pages = {
        f"{FOLDER}/{name}.md": page.render(
            name=name,
            alert=uses[0][1],
            told=TOLD[uses[0][1].severity],
            conditions=conditions(uses),
            body=linked((ADVICE / f"{name}.md").read_text("utf-8").strip(), found.keys() - {name}),
        )
        for name, uses in sorted(found.items())
    }
    listed = [(name, uses[0][1]) for name, uses in sorted(found.items())]
    pages[f"{FOLDER}/README.md"] = index.render(alerts=listed, recorded=recorded(environments[0]))
    return {path: text.rstrip() + "\n" for path, text in pages.items()}


def linked(text: str, names: Iterable[str]) -> str:
    """A text in which every other alert leads to its page."""
    return re.sub(rf"\b({'|'.join(sorted(names))})\b", r"[\1](\1.md)", text)


def conditions(uses: Iterable[tuple[Environment, Alert]]) -> list[tuple[str, str]]:
    """The environments that have the same expression, and the expression."""
    found: dict[str, list[str]] = {}
    for env, alert in uses:
        found.setdefault(alert.expr, []).append(env.name)
    return [(" and ".join(names) if len(names) < 3 else ", ".join(names), expr) for expr, names in found.items()]


def recorded(env: Environment) -> list[tuple[str, list[tuple[str, str]]]]:
    """The recording rules of both engines, without budgets, which are each environment's own."""
    found = []
    for engine, shown in ENGINES.items():
        groups = series.groups(replace(env, llm_gateway=replace(env.llm_gateway, engine=engine)))
        rules = [rule for group in groups for rule in group["rules"] if rule["record"] != series.BUDGET]
        found.append((shown, [(rule["record"], rule["expr"]) for rule in rules]))
    return found
