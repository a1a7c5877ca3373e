"""The command that looks at a live cluster."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from generator.console import FOUND, chosen, planned

UNSEEN = 3
"""Exit code: nothing is wrong of what was seen, and not everything could be."""


@click.command(epilog="Example: python -m generator verify dev --list")
@click.argument("name", metavar="ENVIRONMENT")
@click.option("--only", multiple=True, type=click.IntRange(1, 9), metavar="N", help="Only check N; may be repeated.")
@click.option("--context", help="kubectl's context. Default: the cluster's ARN, as the AWS CLI names it.")
@click.option("--ask", is_flag=True, help="Send a prompt for each route, which costs a fraction of a cent.")
@click.option("--json", "as_json", is_flag=True, help="The results as JSON.")
@click.option("--list", "listing", is_flag=True, help="Print the checks and what each must be allowed, and end.")
@click.option("--role", metavar="GROUP", help="Print the roles that let the users of GROUP run it, and end.")
@click.pass_obj
def verify(
    root: Path,
    name: str,
    only: tuple[int, ...],
    context: str | None,
    ask: bool,
    as_json: bool,
    listing: bool,
    role: str | None,
) -> None:
    """Check the live cluster of ENVIRONMENT in nine points.

    Each with its evidence. Uses kubectl and the AWS CLI with the rights that you have, and changes nothing.

    Exit codes: 0 all is well, 1 a check failed, 2 the environment cannot be used, 3 nothing failed, but something could
    not be seen.
    """
    from generator.kubernetes.emit import emit_all
    from generator.verify import registry, report, rights
    from generator.verify.look import Look
    from generator.verify.programs import Programs
    from generator.verify.result import State

    made, environments = planned(root)
    env = chosen(environments, name)[0]
    objects = [obj for path, obj in made.objects.items() if path.startswith(f"rendered/{name}/")]
    points = [point for point in registry.CHECKLIST if point.number in (only or range(1, 10))]
    if listing:
        needed = {point.number: point.check.needs(env, objects) for point in points}
        click.echo("\n".join(report.listed(points, needed)))
        return
    if role is not None:
        click.echo(emit_all(rights.roles(registry.needs(points, env, objects), role)), nl=False)
        return
    cluster = context or env.cluster.arn
    access = Programs(cluster, env.cluster.account, env.cluster.region)
    look = Look(env, objects, access, datetime.now(UTC), ask)
    results = []
    for point in points:
        click.echo(f"{point.number}/9 {point.title} ... ", err=True, nl=False)
        results.append(point.run(look))
        click.echo(results[-1].state.value, err=True)
    if as_json:
        click.echo(json.dumps(report.as_dict(name, cluster, results), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(report.table(results)))
        click.echo(f"{name}: {report.verdict(results)}")
    states = {result.state for result in results}
    sys.exit(FOUND if State.FAILED in states else UNSEEN if State.UNSEEN in states else 0)
