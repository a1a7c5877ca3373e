"""Commands on a change: what differs from a commit, and what that does."""

from __future__ import annotations

from pathlib import Path

import click

from generator.console import fail, planned
from generator.diff.source import Comparison


def comparison(root: Path, base: str) -> Comparison:
    """The working tree against a commit, or the end of the program."""
    from generator.diff import git, source

    made, environments = planned(root)
    try:
        return source.compare(root, base, made.files, {env.name: env for env in environments})
    except git.GitUnusable as error:
        fail(str(error))


@click.command(epilog="Example: python -m generator diff origin/main --markdown")
@click.argument("base", default="HEAD")
@click.option("--json", "form", flag_value="json", help="Objects, fields and consequences as JSON.")
@click.option("--markdown", "form", flag_value="markdown", help="For a pull request.")
@click.option("--html", "form", flag_value="html", help="One page, without anything from elsewhere.")
@click.pass_obj
def diff(root: Path, base: str, form: str | None) -> None:
    """Show what the environment files change, object by object, against the commit BASE.

    Rendered in memory: nothing is written, nothing checked out. BASE is what that commit rendered; where a branch has
    gone on, name the commit that yours began at, e.g. $(git merge-base origin/main HEAD).
    """
    from generator.diff import forms
    from generator.impacts.registry import impacts

    found = comparison(root, base)
    click.echo(forms.FORMS[form or "text"](found, impacts(found)))
