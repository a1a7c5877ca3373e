"""The command that shows what an environment's files say together."""

from __future__ import annotations

import json
from pathlib import Path

import click

from generator.console import fail
from generator.environment.problem import EnvironmentInvalid


@click.command(epilog="Example: python -m generator show prod llmGateway.replicas")
@click.argument("name", metavar="ENVIRONMENT")
@click.argument("key", required=False)
@click.option("--json", "as_json", is_flag=True, help="A list of keys with value, file, line and column.")
@click.pass_obj
def show(root: Path, name: str, key: str | None, as_json: bool) -> None:
    """Show the values of ENVIRONMENT, and who says each.

    With KEY, those below it. Each comes with its file and line.
    """
    from generator.day2.keys import below, proposal
    from generator.day2.show import as_yaml, rows

    try:
        found = rows(root / "environments", name)
    except EnvironmentInvalid as error:
        fail(*map(str, error.problems))
    if key:
        leafs = [row.leaf for row in found]
        named = {leaf.path for leaf in below(leafs, key)}
        if not named:
            fail(f"no key «{key}» in {name}; {proposal(key, leafs)}")
        found = [row for row in found if row.leaf.path in named]
    if as_json:
        click.echo(json.dumps([row.as_dict() for row in found], indent=2, ensure_ascii=False))
    else:
        click.echo(as_yaml(found), nl=False)
