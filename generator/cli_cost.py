"""Command on money: what an environment costs a month, before it runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from generator.console import FOUND, chosen, planned


@click.command(epilog="Example: python -m generator cost prod")
@click.argument("name", metavar="[ENVIRONMENT]", required=False)
@click.option("--json", "form", flag_value="json", help="Lines, savings and assumptions as JSON.")
@click.option("--markdown", "form", flag_value="markdown", help="Tables, with the computation of each line.")
@click.pass_obj
def cost(root: Path, name: str | None, form: str | None) -> None:
    """Estimate what a month of each environment costs.

    As a range, line by line. Exit code 1 when the low end of one is above its cost.monthlyCeiling. docs/cost.md
    works an example by hand and says where prices come from.
    """
    from generator.cost import report
    from generator.cost.estimate import estimate
    from generator.cost.savings import savings

    made, environments = planned(root)
    wanted = chosen(environments, name)
    found = [
        (estimate(env, made.objects, made.templates), savings(env, made.objects, made.templates)) for env in wanted
    ]
    match form:
        case "json":
            click.echo(json.dumps([report.as_dict(*one) for one in found], indent=2, ensure_ascii=False))
        case "markdown":
            click.echo("\n".join(report.markdown(*one) for one in found), nl=False)
        case _:
            click.echo("\n\n".join(report.text(*one) for one in found))
    sys.exit(FOUND if any(one.above_ceiling for one, _ in found) else 0)
