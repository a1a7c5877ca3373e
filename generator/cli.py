"""The command line: with console.py and the cli_ modules the only code that prints, reads arguments and exits.

Exit codes: 0 all is well, 1 a check found something, 2 the input cannot be used (nothing was written).
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NoReturn

import click

from generator import (
    cli_aws,
    cli_bump,
    cli_cost,
    cli_explain,
    cli_new_env,
    cli_pin,
    cli_promote,
    cli_render,
    cli_report,
    cli_review,
    cli_secrets,
    cli_show,
    cli_simulate,
    cli_verify,
)
from generator.console import FOUND, counter, environment, fail, invalid, number, planned
from generator.console import run as run_steps
from generator.environment.load import DEFAULTS
from generator.environment.problem import EnvironmentInvalid
from generator.parallel import ProcessEnded
from generator.restore import EXAMPLE, LATEST, steps
from generator.shipped import POLICIES, other_policy
from generator.step import manual


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--root",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=".",
    help="The repository: where environments/ lies. Default: this folder.",
)
@click.pass_context
def main(context: click.Context, root: Path) -> None:
    """Render and check the OpenClaw gateway's manifests for Amazon EKS.

    Exit codes: 0 all is well, 1 a check found something, 2 the input cannot be used (nothing was written).
    """
    if other := other_policy(root):
        fail(
            f"{root / other}: not as the generator of {POLICIES.parent} has it, so that repository judges otherwise; "
            "run its own generator, or build a wheel of it"
        )
    context.obj = root


main.add_command(cli_render.render)
main.add_command(cli_aws.bootstrap)
main.add_command(cli_aws.import_outputs)
main.add_command(cli_review.diff)
main.add_command(cli_review.review)
main.add_command(cli_cost.cost)
main.add_command(cli_report.report)
main.add_command(cli_secrets.secrets)
main.add_command(cli_new_env.new_env)
main.add_command(cli_promote.promote)
main.add_command(cli_bump.bump)
main.add_command(cli_explain.explain)
main.add_command(cli_show.show)
main.add_command(cli_simulate.simulate)
main.add_command(cli_pin.pin)
main.add_command(cli_verify.verify)


@main.command(epilog="Example: python -m generator check rendered/prod/karpenter")
@click.argument("directory", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--kubernetes-version", default=None, help="Schemas to check DIRECTORY against, e.g. 1.35.")
@click.option("--json", "form", flag_value="json", help="Findings as a JSON list.")
@click.option("--github", "form", flag_value="github", help="Findings as annotations of a GitHub workflow.")
@click.option("--sarif", "form", flag_value="sarif", help="Findings as SARIF 2.1.0, for code scanning.")
@click.option("--explain", type=click.Choice(["spot-grace"]), help="Print what a rule computes, and end.")
@click.pass_obj
def check(
    root: Path, directory: Path | None, kubernetes_version: str | None, form: str | None, explain: str | None
) -> None:
    """Check every object, and that the trees are current.

    With DIRECTORY: check the manifests in any folder, or in one file.
    """
    from generator.check import report, repository, run

    started = time.perf_counter()
    if explain:
        _explain(root)
    if directory is None:
        try:
            result = repository.check(root, date.today(), counter("environments checked"))
        except EnvironmentInvalid as error:
            invalid(error)
        except ProcessEnded:
            fail("the system ended one of the processes, for want of memory most likely")
    else:
        try:
            result = run.check_folder(directory, kubernetes_version)
        except ValueError as error:
            fail(f"--kubernetes-version: {error}")
    findings = result.findings
    match form:
        case "json":
            click.echo(json.dumps([finding.as_dict() for finding in findings], indent=2, ensure_ascii=False))
        case "sarif":
            from generator.check import manual

            click.echo(report.sarif(findings, manual.summaries()))
        case "github":
            for line in report.github(findings):
                click.echo(line)
        case _:
            for line in report.text(findings):
                click.echo(line)
            verdict = number(len(findings), "finding") if findings else "no findings"
            click.echo(f"checked {result.objects} objects: {verdict}, {time.perf_counter() - started:.2f} s")
    sys.exit(FOUND if result.failed else 0)


def _explain(root: Path) -> NoReturn:
    """The time line of every pod on Spot, by environment."""
    from generator.check.objectset import Item, ObjectSet
    from generator.check.rules import spot_grace

    made, environments = planned(root)
    for env in environments:
        below = f"rendered/{env.name}/"
        items = tuple(Item(path, obj) for path, obj in made.objects.items() if path.startswith(below))
        click.echo(f"{env.name}\n{spot_grace.table(ObjectSet(items, env))}\n")
    sys.exit(0)


@main.command(epilog="Example: python -m generator docs")
@click.pass_obj
def docs(root: Path) -> None:
    """Write schema.json and the generated pages of docs/.

    The pages on keys, rules, alerts, the network, the architecture and money.
    """
    from generator.check import manual
    from generator.components import architecture_page, monitoring_runbooks, network_page
    from generator.cost import page as cost_page
    from generator.environment import schema

    defaults = root / "environments" / f"{DEFAULTS}.yaml"
    if not defaults.is_file():
        fail(f"{defaults} is no file: run in the repository, or name it with --root; nothing was written")
    files = schema.files() | manual.files()
    _write(root, files)
    # After the schema, so that an editor knows a new key before every environment has it.
    made, environments = planned(root)
    pages = network_page.files(environments) | architecture_page.files(environments)
    pages |= monitoring_runbooks.files(environments)
    _write(root, pages | cost_page.files(made, environments))


@main.command(epilog="Example: python -m generator restore prod main, then the same with --run.")
@click.argument("name", metavar="ENVIRONMENT")
@click.argument("gateway")
@click.option("--archive", default=LATEST, show_default=True, help="Name of an archive in the gateway's folder.")
@click.option("--context", help="kubectl's context. Default: the cluster's ARN, as the AWS CLI names it.")
@click.option("--run", is_flag=True, help="Run the commands, up to the first that fails.")
@click.pass_obj
def restore(root: Path, name: str, gateway: str, archive: str, context: str | None, run: bool) -> None:
    """Print the commands that restore a gateway's state.

    The state of GATEWAY in ENVIRONMENT becomes what an archive holds. The gateway is down meanwhile; the state
    before is kept on its volume.
    """
    env = environment(root, name)
    if gateway not in env.openclaw.gateways:
        fail(f"no gateway «{gateway}» in {name}: there are {', '.join(env.openclaw.gateways)}")
    if not env.backup.enabled:
        fail(f"backup.enabled is false in {name}: the restore needs its ServiceAccount and network policy")
    if archive != LATEST and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+-]*\.tar\.gz", archive):
        fail(f"«{archive}» is not the name of an archive, such as {EXAMPLE}")
    found = steps(env, gateway, archive, context or env.cluster.arn)
    if not run:
        click.echo("\n\n".join(map(str, found)))
    elif by_hand := manual(found):
        fail("some steps are for a person, so none is run:", *map(str, by_hand))
    else:
        run_steps(found)


def _write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
        click.echo(f"wrote {path}")
