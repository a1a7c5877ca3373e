"""The command that pins images by digest."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.console import FOUND, environment, fail, number

if TYPE_CHECKING:
    from generator.pin.pinning import Outcomes
    from generator.pin.sites import Site

NOT_ASKED = 3
"""Exit code: a registry could not be asked, so nothing is known of its images."""


@click.command(epilog="Example: python -m generator pin --list")
@click.argument("name", metavar="[ENVIRONMENT]", required=False)
@click.option(
    "--write", "mode", flag_value="write", help="Write digests into environments/ and platforms into the table."
)
@click.option("--check", "mode", flag_value="check", help="Only compare what is pinned with what its tag is now.")
@click.option("--list", "mode", flag_value="list", help="Print the images and where they are named; ask nobody.")
@click.pass_obj
def pin(root: Path, name: str | None, mode: str | None) -> None:
    """Ask registries for the digest of every image.

    And for the platforms that it is built for; of ENVIRONMENT, or of all. Without --write nothing is written. A
    digest stands beside its tag, so one in defaults.yaml holds for every environment. Credentials are those that
    docker login keeps; without them registries are asked as anybody may.

    Exit codes: 0 all is well, 1 a tag is gone, has moved (--check), or has no linux/arm64, 2 the environments
    cannot be used, 3 a registry could not be asked. After 1 and 3 nothing was written.
    """
    from generator.environment.load import names
    from generator.environment.problem import EnvironmentInvalid
    from generator.pin import pinning
    from generator.pin.credentials import config
    from generator.pin.registry import Registries
    from generator.pin.sites import sites

    folder = root / "environments"
    try:
        chosen = [name] if name else names(folder)
    except EnvironmentInvalid as error:
        fail(*map(str, error.problems))
    for one in chosen:
        environment(root, one, pending=True)
    found = sites(folder, chosen)
    if mode == "list":
        _print(found, {site: "pinned" if site.digest else "not pinned" for site in found}, {})
        return
    registries = Registries(config())
    if mode == "check":
        outcomes = pinning.compared(found, registries, _asking)
    else:
        outcomes = pinning.resolve((site.image for site in found), registries, _asking)
    states = {site: pinning.state(site, outcomes.get(site.image)) for site in found}
    _print(found, states, outcomes)
    if not all(outcome.asked for outcome in outcomes.values()):
        click.echo("a registry could not be asked; nothing was written", err=True)
        sys.exit(NOT_ASKED)
    wrong = [state for state in states.values() if mode == "check" and state.startswith("moved")]
    wrong += [outcome.problem for outcome in outcomes.values() if outcome.problem]
    if wrong:
        click.echo(f"{number(len(wrong), 'image')} cannot stay as they are; nothing was written", err=True)
        sys.exit(FOUND)
    if mode == "write":
        _write(root, found, outcomes)


def _asking(image: object) -> None:
    click.echo(f"asking for {image}", err=True)


def _print(found: list[Site], states: dict[Site, str], outcomes: Outcomes) -> None:
    for site in found:
        click.echo(f"{site}: {site.image}")
        outcome = outcomes.get(site.image)
        if outcome and outcome.resolved:
            platforms = f" for {', '.join(outcome.resolved.platforms)}" if outcome.resolved.platforms else ""
            click.echo(f"  {outcome.resolved.digest}{platforms}")
        elif site.digest:
            click.echo(f"  {site.digest}")
        click.echo(f"  {states[site]}")


def _write(root: Path, found: list[Site], outcomes: Outcomes) -> None:
    """The environment files once all of them load, then the table."""
    from generator.day2.edit import Unfit
    from generator.day2.files import Text, loaded
    from generator.environment.problem import EnvironmentInvalid
    from generator.pin import pinning, records

    folder = root / "environments"
    try:
        made = pinning.texts(folder, found, outcomes)
        loaded(folder, made)
    except (EnvironmentInvalid, Unfit) as error:
        fail(*str(error).splitlines(), "nothing was written")
    for name, text in made.items():
        Text.read(folder / f"{name}.yaml").write(text)
        click.echo(f"wrote environments/{name}.yaml")
    table = root / records.FILE
    if table.exists():
        before = table.read_text("utf-8")
        resolved = {image: outcome.resolved for image, outcome in outcomes.items() if outcome.resolved}
        after = records.text(records.updated(json.loads(before), resolved, date.today()))
        if after != before:
            table.write_text(after, "utf-8")
            click.echo(f"wrote {records.FILE}")
    if not made:
        click.echo("every digest is as it was")
