"""The command that fills the entries of Secrets Manager, once: what is there stays as it is."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.console import FOUND, environment, fail

if TYPE_CHECKING:
    from generator.fill_secrets import Property
    from generator.secrets_manager import SecretsManager

Present = dict[str, dict[str, Any]]
"""Properties by entry, as the account has them."""


@click.command(epilog="Example: python -m generator secrets prod, then the same with --run.")
@click.argument("name", metavar="ENVIRONMENT")
@click.option("--check", "mode", flag_value="check", help="Ask the account what is there; exit code 1: not everything.")
@click.option("--run", "mode", flag_value="run", help="Make and ask for what is missing, and write it.")
@click.option("--only", multiple=True, metavar="ENTRY", help="Of all entries only this one; may be repeated.")
@click.option(
    "--from",
    "file",
    type=click.File("r", encoding="utf-8"),
    help='JSON with values, {"entry": {"property": "value"}}, - for standard input; with it nobody is asked.',
)
@click.pass_obj
def secrets(root: Path, name: str, mode: str | None, only: tuple[str, ...], file: Any) -> None:
    """List the secrets of ENVIRONMENT, or fill them in.

    Each with how it is made: what can be is generated, the rest is asked for. No value is printed, and none that is
    there is changed.
    """
    from generator.fill_secrets import Unfit, given, missing, properties
    from generator.secrets_manager import Failed, SecretsManager

    env = environment(root, name, pending=True)
    wanted = properties(env)
    known = {one.entry for one in wanted}
    if unknown := [entry for entry in only if entry not in known]:
        fail(f"no entry «{unknown[0]}» in {name}: there are {', '.join(sorted(known))}")
    wanted = [one for one in wanted if one.entry in (only or known)]
    if file and mode != "run":
        fail("--from is for --run")
    if mode is None:
        _table(wanted, {})
        return
    try:
        offered = given(wanted, json.load(file)) if file else None
    except Unfit as error:
        fail(*str(error).splitlines(), "nothing was written")
    except ValueError:
        fail("--from: not JSON in UTF-8; nothing was written")
    manager = SecretsManager(env.cluster.region)
    try:
        account = manager.account()
        if account != env.cluster.account:
            fail(f"these are credentials of account {account}, and {name} is in {env.cluster.account}")
        present = {entry: manager.read(f"{env.secrets.prefix}/{entry}") for entry in sorted({o.entry for o in wanted})}
        if mode == "run":
            _fill(manager, env.secrets.prefix, missing(wanted, present), present, offered)
    except Failed as error:
        fail(str(error))
    left = missing(wanted, present)
    _table(wanted, {(one.entry, one.name): "missing" if one in left else "present" for one in wanted})
    if left:
        click.echo(f"{len(left)} of {len(wanted)} missing", err=True)
        sys.exit(FOUND)


def _fill(
    manager: SecretsManager,
    prefix: str,
    lacking: Sequence[Property],
    present: Present,
    offered: Mapping[tuple[str, str], str] | None,
) -> None:
    """Writes entry by entry, so that an end in the middle leaves whole ones; `present` follows what was written."""
    for entry in sorted({one.entry for one in lacking}):
        mine = [one for one in lacking if one.entry == entry]
        values = dict(_values(mine, offered))
        if not values:
            continue
        whole = present[entry] | values
        manager.write(f"{prefix}/{entry}", whole)
        present[entry] = whole
        click.echo(f"wrote {entry}: {', '.join(values)}", err=True)


def _values(lacking: Sequence[Property], offered: Mapping[tuple[str, str], str] | None) -> Iterable[tuple[str, str]]:
    """What was offered, else what is made, else what somebody answers."""
    for one in lacking:
        if offered and (one.entry, one.name) in offered:
            yield one.name, offered[one.entry, one.name]
        elif one.recipe.make:
            yield one.name, one.recipe.make()
        elif offered is None and sys.stdin.isatty() and (answer := _ask(one)):
            yield one.name, answer


def _ask(one: Property) -> str:
    """Asked again until it fits; an empty answer leaves it for later."""
    from generator.fill_secrets import Unfit, accept

    said = one.recipe.said.removeprefix("given: ")
    while answer := click.prompt(f"{one.entry}/{one.name}, {said} (hidden)", "", hide_input=True, show_default=False):
        try:
            return accept(one, answer)
        except Unfit as error:
            click.echo(str(error), err=True)
    return ""


def _table(wanted: Sequence[Property], states: Mapping[tuple[str, str], str]) -> None:
    rows = [("entry", "property", "made how", "state" if states else "")]
    rows += [(one.entry, one.name, one.recipe.said, states.get((one.entry, one.name), "")) for one in wanted]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
