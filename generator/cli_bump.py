"""The command that sets another version of a component."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from generator.console import environment, fail, number
from generator.environment.load import DEFAULTS, names, no_environment
from generator.environment.problem import EnvironmentInvalid


@click.command(epilog="Example: python -m generator bump staging openclaw 2026.10.1 --dry-run")
@click.argument("words", nargs=-1, metavar="[ENVIRONMENT|defaults] COMPONENT VERSION")
@click.option("--list", "listing", is_flag=True, help="Every component with its version in every environment.")
@click.option("--json", "as_json", is_flag=True, help="The list as JSON.")
@click.option("--force", is_flag=True, help="Also an older release, or another build of the image.")
@click.option("--dry-run", is_flag=True, help="Judge the version, and write nothing.")
@click.pass_obj
def bump(root: Path, words: Sequence[str], listing: bool, as_json: bool, force: bool, dry_run: bool) -> None:
    """Set the version of an image or a chart.

    Without ENVIRONMENT it is set in environments/defaults.yaml, for all that do not say it themselves.

    A release that is known to be compromised or broken is refused in any case (generator/known_bad.json); an older
    one, or another build, unless --force is given. A digest of the old version is removed: it would go on to run.
    Charts have one version, in the code beside the values that were written for it.
    """
    from generator.day2 import bump as bumping
    from generator.day2.files import Text

    folder = root / "environments"
    try:
        listed = (DEFAULTS, *names(folder))
    except EnvironmentInvalid as error:
        fail(*map(str, error.problems))
    environments = {name: environment(root, name, pending=True) for name in listed}
    try:
        if listing or as_json:
            _print(bumping.table(root, environments), as_json)
            return
        target, component, version = _meant(words)
        if target not in environments:
            raise bumping.Refused(no_environment(target, environments))
        found = bumping.component(component, environments[DEFAULTS])
        made = bumping.bump(root, target, found, version, environments, force=force)
    except (bumping.Refused, LookupError) as error:
        fail(f"{error}; nothing was written")
    except EnvironmentInvalid as error:
        fail(*map(str, error.problems), f"{number(len(error.problems), 'error')}; nothing was written")
    shown = made.file.relative_to(root).as_posix()
    if not dry_run:
        Text.read(made.file).write(made.text)
    click.echo(f"{'would write' if dry_run else 'wrote'} {shown}: {component} {made.before} -> {made.after}")
    for name, own in made.own.items():
        told = "repeats it: delete the key" if own == version else f"says {own}, which goes on to hold there"
        click.echo(f"environments/{name}.yaml {told}")
    if made.unpinned:
        click.echo(f"the digest of {made.before} is gone: pin the new one before you merge")


def _meant(words: Sequence[str]) -> tuple[str, str, str]:
    if len(words) not in (2, 3):
        fail("say a component and a version, e.g. bump openclaw 2026.10.1; --list has the components")
    target, component, version = words if len(words) == 3 else (DEFAULTS, *words)
    return target, component, version


def _print(rows: list[dict[str, object]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    columns = list(rows[0]["versions"])  # type: ignore[call-overload]  # a mapping of every row
    lines = [["component", "kind", *columns, "said in"]]
    for row in rows:
        versions = dict(row["versions"])  # type: ignore[call-overload]
        lines.append(
            [str(row["component"]), str(row["kind"]), *(versions[name] or "-" for name in columns), str(row["said"])]
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
