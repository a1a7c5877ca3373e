"""The command that hands what one environment has tried to the next."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.console import fail, number
from generator.environment.problem import EnvironmentInvalid

if TYPE_CHECKING:
    from generator.day2.promote import Difference

WIDTH = 60
"""Characters of a value that are shown."""
INDENT = " " * 4


@click.command(epilog="Example: python -m generator promote staging prod --dry-run")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option(
    "--only", multiple=True, metavar="KEY", help="Of all keys only this one, and those below; may be repeated."
)
@click.option("--dry-run", is_flag=True, help="Say what would move, and write nothing.")
@click.pass_obj
def promote(root: Path, source: str, target: str, only: tuple[str, ...], dry_run: bool) -> None:
    """Move what FROM has tried into environments/TO.yaml.

    Images, versions, routing, models, timeouts. What an environment is (cluster, account, addresses, sizes, people,
    money) never moves; docs/day-2.md has both lists. A key that becomes equal to defaults.yaml is removed from TO.
    Only the lines of what moves change.
    """
    from generator.day2 import promote as promotion
    from generator.day2.files import Text

    folder = root / "environments"
    try:
        found = promotion.promote(folder, source, target, only)
    except promotion.Refused as error:
        fail(f"{error}; nothing was written")
    except EnvironmentInvalid as error:
        fail(*map(str, error.problems), f"{number(len(error.problems), 'error')}; nothing was written")
    if found.moves:
        click.echo(f"moves from {source} to {target}")
        for one in found.moves:
            click.echo(f"  {one.key}: {_short(one.target)} -> {_short(one.source)}")
    for line in _staying(one for one in found.stays if not only or one.named):
        click.echo(line)
    click.echo(f"{number(found.equal, 'key')} equal already")
    if not found.moves:
        click.echo("nothing moves")
    elif dry_run:
        click.echo("nothing was written")
    else:
        Text.read(folder / f"{target}.yaml").write(found.text)
        click.echo(f"wrote environments/{target}.yaml; next: make render, make check")


def _staying(stays: Iterable[Difference]) -> list[str]:
    """By reason, since whole sections have one."""
    grouped: dict[str, list[str]] = {}
    for one in stays:
        grouped.setdefault(one.reason, []).append(one.key)
    lines = ["differs and stays"] if grouped else []
    for reason, keys in grouped.items():
        lines += [f"  {reason}", textwrap.fill(", ".join(keys), 110, initial_indent=INDENT, subsequent_indent=INDENT)]
    return lines


def _short(value: Any) -> str:
    text = "(nothing)" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."
