"""The command that explains one key of the environment file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.console import fail
from generator.environment.load import names, no_environment
from generator.environment.problem import EnvironmentInvalid

if TYPE_CHECKING:
    from generator.day2.explain import Explanation

LISTED = 12
"""Keys below a section that are listed with their values; `show` has all."""


@click.command(epilog="Example: python -m generator explain openclaw.drain.gracePeriod")
@click.argument("key")
@click.option("--env", "only", multiple=True, metavar="ENVIRONMENT", help="Of all environments only this one.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.pass_obj
def explain(root: Path, key: str, only: tuple[str, ...], as_json: bool) -> None:
    """Say what KEY means and which objects follow from it.

    Its value in every environment is shown with its place. The objects are found by rendering each environment with
    another value. A section takes a few seconds.
    """
    from generator.day2 import explain as explaining

    folder = root / "environments"
    try:
        if wrong := [name for name in only if name not in names(folder)]:
            fail(no_environment(wrong[0], names(folder)))
        found = explaining.explain(folder, key, only)
    except explaining.Unknown as error:
        fail(str(error))
    except EnvironmentInvalid as error:
        fail(*map(str, error.problems))
    if as_json:
        click.echo(json.dumps(_as_dict(found), indent=2, ensure_ascii=False))
    else:
        for line in _text(found):
            click.echo(line)


def _as_dict(found: Explanation) -> dict[str, Any]:
    return {
        "key": found.key,
        "meaning": found.meaning,
        "accepts": found.accepts,
        "required": found.required,
        "values": {name: [row.as_dict() for row in rows] for name, rows in found.rows.items()},
        "objects": [vars(effect) for effect in found.effects],
        "tried": found.tried,
        "refusedAlone": found.alone,
        "withoutEffect": found.silent,
    }


def _text(found: Explanation) -> Iterator[str]:
    from generator.day2.explain import short

    yield found.key
    yield from (f"  {line}" for line in found.meaning.splitlines())
    yield f"  accepts {found.accepts}; {'required' if found.required else 'may be left out'}"
    yield ""
    for name, rows in found.rows.items():
        if len(rows) == 1 and rows[0].leaf.key == found.key:
            yield f"  {name}: {short(rows[0].leaf.value)} ({rows[0].origin})"
            continue
        yield f"  {name}" if rows else f"  {name}: (nothing)"
        yield from (f"    {row.leaf.key}: {short(row.leaf.value)} ({row.origin})" for row in rows[:LISTED])
        if len(rows) > LISTED:
            yield f"    and {len(rows) - LISTED} more: python -m generator show {name} {found.key}"
    yield ""
    yield from _effects(found)


def _effects(found: Explanation) -> Iterator[str]:
    component = ""
    yield "changes" if found.effects else "changes no object of these environments"
    for effect in found.effects:
        if effect.component != component:
            component = effect.component
            yield f"  {component}"
        yield f"    {effect.object} ({', '.join(effect.environments)})"
    if found.tried:
        yield "found by rendering with"
        yield from (f"  {one}" for one in found.tried[:LISTED])
        yield from [f"  and {len(found.tried) - LISTED} more"] * (len(found.tried) > LISTED)
    if found.alone:
        yield "cannot change alone"
        yield from (f"  {key}: {words}" for key, words in found.alone.items())
    if found.silent and found.effects:
        yield f"without effect in these environments: {', '.join(found.silent)}"
