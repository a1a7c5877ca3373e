"""Command for the eyes: one page an environment."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from generator.console import chosen, planned


@click.command(epilog="Example: python -m generator report dev --out pages")
@click.argument("name", metavar="[ENVIRONMENT]", required=False)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="reports",
    show_default=True,
    help="Folder of the pages.",
)
@click.pass_obj
def report(root: Path, name: str | None, out: Path) -> None:
    """Write one HTML page per environment, to be looked at.

    Topology, Spot time line, cost, policies, versions. Nothing in it comes from elsewhere: it can be mailed, or
    kept with a release.
    """
    from generator.check import manual, run
    from generator.report.page import page
    from generator.trees.write import compare

    made, environments = planned(root)
    wanted = chosen(environments, name)
    pictures = _pictures(root)
    found = run.check_plan(root, made, wanted, compare(root, made.files, ("rendered",)), date.today()).findings
    for env in wanted:
        here = [one for one in found if one.file.startswith((f"rendered/{env.name}/", f"environments/{env.name}."))]
        text = page(env, made.objects, made.templates, here, manual.summaries(), pictures)
        out.mkdir(parents=True, exist_ok=True)
        target = out / f"{env.name}.html"
        target.write_text(text, "utf-8")
        click.echo(f"wrote {target}, {len(text) // 1024} KiB")


def _pictures(root: Path) -> dict[str, str]:
    """The drawn dashboards of the repository, by their file's name without its ending."""
    return {path.stem: path.read_text("utf-8") for path in sorted((root / "docs" / "pictures").glob("*.svg"))}
