"""Command that plays months of Spot interruptions over what an environment renders, and over what it could render."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.console import counter, fail
from generator.environment.problem import EnvironmentInvalid

if TYPE_CHECKING:
    from generator.simulate.assumptions import Assumptions
    from generator.simulate.figures import Result

MONTHS = 20_000
"""Most months that are played: a minute's work, and enough for what happens once in a thousand years."""
LONGEST = 86_400


@click.command(epilog="Example: python -m generator simulate prod --what-if compute.graviton=3")
@click.argument("name", metavar="ENVIRONMENT")
@click.option(
    "--what-if",
    "asked",
    multiple=True,
    metavar="KEY=VALUE",
    help="Compare with this key changed; several keys of one change are joined by `;`. Or a preset: generation-3, "
    "gateways-on-demand, gateways-on-spot. Default: the presets that change something.",
)
@click.option("--months", "count", type=click.IntRange(1, MONTHS), default=1000, show_default=True, help="Months.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same figures.")
@click.option(
    "--interruptions",
    type=click.FloatRange(0, 99),
    metavar="PERCENT",
    help="Share of the Spot nodes that is interrupted in a month. Default: 11, of AWS's Spot Instance Advisor.",
)
@click.option(
    "--advisor",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="AWS's spot-advisor-data.json: the same for each instance type of the Region.",
)
@click.option("--node-ready", type=click.FloatRange(0, LONGEST), metavar="SECONDS", help="Until a new node takes pods.")
@click.option("--drought", type=click.FloatRange(0, LONGEST * 30), metavar="SECONDS", help="Until a pool sells again.")
@click.option("--turn", type=click.FloatRange(0, LONGEST), metavar="SECONDS", help="Of a turn of an agent, on average.")
@click.option("--calls", type=click.FloatRange(0.1, 1000), metavar="NUMBER", help="Calls of models in a turn.")
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON.")
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Draw it into this file as well.")
@click.pass_obj
def simulate(
    root: Path,
    name: str,
    asked: tuple[str, ...],
    count: int,
    seed: int,
    interruptions: float | None,
    advisor: Path | None,
    node_ready: float | None,
    drought: float | None,
    turn: float | None,
    calls: float | None,
    as_json: bool,
    svg: Path | None,
) -> None:
    """Play months of Spot interruptions, without a cluster.

    Over the rendered settings of ENVIRONMENT. Says what each component's availability is, how many turns are broken off
    and what the nodes cost, with other settings side by side. docs/simulate.md has the model, its assumptions with
    their sources, and its limits.
    """
    from generator.simulate import picture, settings, table
    from generator.simulate.figures import simulate as played

    given = {"node_ready": node_ready, "drought": drought, "turn": turn, "calls": calls}
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if interruptions is not None:
        changes["interruptions"] = interruptions / 100
    try:
        found = settings.candidates(root / "environments", name, [settings.what_if(one) for one in asked])
    except EnvironmentInvalid as error:
        fail(*map(str, error.problems))
    except ValueError as error:
        fail(str(error))
    known = replace(_known(advisor, found[0].region), **changes)
    progress = counter("months")
    results: list[Result] = []

    def told(done: int) -> None:
        progress(len(results) * count + done, len(found) * count)

    for one in found:
        results.append(played(one, known, seed, count, told))
    if svg:
        svg.write_text(picture.drawn(name, results, known), "utf-8")
    if as_json:
        click.echo(json.dumps(table.as_dict(name, results, known, seed), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(table.text(name, results, known, seed)))


def _known(advisor: Path | None, region: str) -> Assumptions:
    from generator.simulate.assumptions import Assumptions, advised

    if advisor is None:
        return Assumptions()
    try:
        return Assumptions(by_type=advised(advisor.read_text("utf-8"), region))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        fail(f"{advisor}: {error}")
