"""Commands on a change: what differs from a commit, and what that does."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import click

from generator.console import FOUND, fail, planned
from generator.diff.source import Comparison
from generator.environment.load import DEFAULTS
from generator.environment.model import Environment
from generator.trees.plan import Plan, folders
from generator.trees.repository import strangers
from generator.trees.write import Report, compare

DANGER, FINDING = "danger", "finding"


@dataclass(frozen=True)
class Compared:
    """What differs, and what the environments that may differ yield."""

    found: Comparison
    made: Plan
    environments: list[Environment]
    stale: Report
    """How the trees on disk differ from what the environments yield."""


def compared(root: Path, base: str) -> Compared:
    """The working tree against a commit, or the end of the program."""
    from generator.diff import git, source

    try:
        same = source.untouched(root, base)
        made, environments = planned(root, without=same)
        found = source.compare(root, base, made.files, {env.name: env for env in environments}, same)
    except git.GitUnusable as error:
        fail(str(error))
    owned = [folder for name in (DEFAULTS, *(env.name for env in environments)) for folder in folders(name)]
    stale = compare(root, made.files, owned)
    nobodys = strangers(root, (DEFAULTS, *same, *(env.name for env in environments)))
    return Compared(found, made, environments, replace(stale, deleted=sorted([*stale.deleted, *nobodys.deleted])))


@click.command(epilog="Example: python -m generator diff origin/main --markdown")
@click.argument("base", default="HEAD")
@click.option("--json", "form", flag_value="json", help="Objects, fields and consequences as JSON.")
@click.option("--markdown", "form", flag_value="markdown", help="For a pull request.")
@click.option("--html", "form", flag_value="html", help="One page, without anything from elsewhere.")
@click.pass_obj
def diff(root: Path, base: str, form: str | None) -> None:
    """Show what a change does, object by object.

    What the working tree yields is compared with the commit BASE. Rendered in memory: nothing is written, nothing
    checked out. BASE is what that commit rendered; where a branch has gone on, name the commit that yours began at,
    e.g. $(git merge-base origin/main HEAD).
    """
    from generator.diff import forms
    from generator.impacts.registry import impacts

    found = compared(root, base).found
    click.echo(forms.FORMS[form or "text"](found, impacts(found)))


@click.command(epilog="Example: python -m generator review origin/main --post 12 --fail-on danger")
@click.argument("base", default="origin/main")
@click.option("--post", "number", type=click.IntRange(1), help="Pull request on GitHub that gets it as its comment.")
@click.option(
    "--fail-on",
    "causes",
    multiple=True,
    type=click.Choice([DANGER, FINDING]),
    help="Exit with 1 on a danger, or on a policy's error. May be given twice.",
)
@click.pass_obj
def review(root: Path, base: str, number: int | None, causes: tuple[str, ...]) -> None:
    """Print what a change does as a pull request's comment.

    Markdown: consequences, policies, cost, objects. The change is what the working tree adds to the commit at which
    it left the branch BASE. Nothing is printed where nothing changes. With --post the comment of the last run is
    brought up to date, or removed.
    """
    from generator.review.checking import Checker, stale, work

    checker = Checker()  # before anything else, for it has the most to load
    from generator.diff import git
    from generator.diff.impact import Severity
    from generator.impacts.registry import impacts
    from generator.review.comment import Review, comment, touched
    from generator.review.costs import costs
    from generator.review.entries import ERROR
    from generator.review.post import PostFailed, post

    try:
        began = git.merge_base(root, base)
    except git.GitUnusable as error:
        fail(str(error))
    done = compared(root, began)
    said = impacts(done.found)
    names = touched(done.found, said)
    checker.begin(work(root, done.made, env, date.today()) for env in done.environments if env.name in names)
    deltas = costs(done.found, done.made, names)
    findings = [*stale(done.stale), *checker.findings()] if names else []
    text = comment(Review(done.found, said, findings, deltas))
    click.echo(text, nl=False)
    if not text:
        click.echo(f"nothing changes against {base}, so there is no comment", err=True)
    if number:
        try:
            click.echo(f"comment on pull request {number}: {post(root, number, text)}", err=True)
        except PostFailed as error:
            click.echo(str(error), err=True)
            sys.exit(FOUND)
    reached = {
        DANGER: any(impact.severity == Severity.DANGER for impact in said),
        FINDING: any(one.severity == ERROR for one in findings),
    }
    sys.exit(FOUND if any(reached[cause] for cause in causes) else 0)
