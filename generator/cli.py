"""The command line: the only code that prints, reads arguments and exits.

Exit codes: 0 all is well, 1 a check found something, 2 the input cannot be used (nothing was written).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

import click

from generator.environment.load import DEFAULTS, load, names
from generator.environment.model import Environment
from generator.environment.patches import UserPatch, read_patches
from generator.environment.problem import EnvironmentInvalid, Problem
from generator.restore import EXAMPLE, LATEST, Step, manual, steps
from generator.trees.plan import ROOTS, Plan, plan
from generator.trees.write import Report, compare, write

FOUND, UNUSABLE = 1, 2


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
    context.obj = root


@main.command()
@click.pass_obj
def render(root: Path) -> None:
    """Write base/, overlays/ and rendered/."""
    started = time.perf_counter()
    made, environments = _plan(root)
    try:
        report = write(root, made.files, ROOTS)
    except OSError as error:
        _fail(f"{error.filename or root}: cannot be written: {error.strerror}; the trees are as they were")
    _print_report(report)
    seconds = time.perf_counter() - started
    counted = f"{len(made.objects)} objects in {len(environments)} environments"
    click.echo(f"rendered {counted}, {_counts(report)}, {seconds:.2f} s")


@main.command()
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
    from generator.check import report, run

    started = time.perf_counter()
    if explain:
        _explain(root)
    if directory is None:
        made, environments = _plan(root)
        result = run.check_plan(root, made, environments, compare(root, made.files, ROOTS), date.today())
    else:
        try:
            result = run.check_folder(directory, kubernetes_version)
        except ValueError as error:
            _fail(f"--kubernetes-version: {error}")
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
            verdict = _number(len(findings), "finding") if findings else "no findings"
            click.echo(f"checked {result.objects} objects: {verdict}, {time.perf_counter() - started:.2f} s")
    sys.exit(FOUND if result.failed else 0)


def _explain(root: Path) -> NoReturn:
    """The time line of every pod on Spot, by environment."""
    from generator.check.objectset import Item, ObjectSet
    from generator.check.rules import spot_grace

    made, environments = _plan(root)
    for env in environments:
        below = f"rendered/{env.name}/"
        items = tuple(Item(path, obj) for path, obj in made.objects.items() if path.startswith(below))
        click.echo(f"{env.name}\n{spot_grace.table(ObjectSet(items, env))}\n")
    sys.exit(0)


@main.command()
@click.pass_obj
def docs(root: Path) -> None:
    """Write the model's schema and the pages on keys, rules, alerts and the network."""
    from generator.check import manual
    from generator.components import monitoring_runbooks, network_page
    from generator.environment import schema

    files = schema.files() | manual.files()
    _write(root, files)
    # After the schema, so that an editor knows a new key before every environment has it.
    _, environments = _plan(root)
    _write(root, network_page.files(environments) | monitoring_runbooks.files(environments))


@main.command(epilog="Example: python -m generator restore prod main, then the same with --run.")
@click.argument("environment")
@click.argument("gateway")
@click.option("--archive", default=LATEST, show_default=True, help="Name of an archive in the gateway's folder.")
@click.option("--context", help="kubectl's context. Default: the cluster's ARN, as the AWS CLI names it.")
@click.option("--run", is_flag=True, help="Run the commands, up to the first that fails.")
@click.pass_obj
def restore(root: Path, environment: str, gateway: str, archive: str, context: str | None, run: bool) -> None:
    """Print the commands that put the state of GATEWAY in ENVIRONMENT back to what an archive holds.

    The gateway is down meanwhile; the state before is kept on its volume.
    """
    try:
        env = load(root / "environments", environment)
    except EnvironmentInvalid as error:
        _fail(*map(str, error.problems))
    if gateway not in env.openclaw.gateways:
        _fail(f"no gateway «{gateway}» in {environment}: there are {', '.join(env.openclaw.gateways)}")
    if not env.backup.enabled:
        _fail(f"backup.enabled is false in {environment}: the restore needs its ServiceAccount and network policy")
    if archive != LATEST and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+-]*\.tar\.gz", archive):
        _fail(f"«{archive}» is not the name of an archive, such as {EXAMPLE}")
    found = steps(env, gateway, archive, context or env.cluster.arn)
    if not run:
        click.echo("\n\n".join(map(str, found)))
    elif by_hand := manual(found):
        _fail("some steps are for a person, so none is run:", *map(str, by_hand))
    else:
        _run(found)


def _run(found: Sequence[Step]) -> None:
    for index, step in enumerate(found):
        click.echo(f"# {step.what}", err=True)
        if subprocess.run(step.argv, input=step.stdin, text=True, check=False).returncode != 0:
            click.echo("this step failed; it and those after it are still to be done:\n", err=True)
            click.echo("\n\n".join(map(str, found[index:])))
            sys.exit(FOUND)


def _write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
        click.echo(f"wrote {path}")


def _plan(root: Path) -> tuple[Plan, list[Environment]]:
    """The plan of all environments; ends the program when any of them cannot be used."""
    folder = root / "environments"
    problems: list[Problem] = []
    environments: list[Environment] = []
    patches: dict[str, list[UserPatch]] = {}
    try:
        defaults = load(folder, DEFAULTS)
        for name in names(folder):
            try:
                environments.append(load(folder, name))
                patches[name] = read_patches(folder / name / "patches", f"environments/{name}/patches")
            except EnvironmentInvalid as error:
                problems += error.problems
        if problems:
            raise EnvironmentInvalid(problems)
        return plan(defaults, environments, patches), environments
    except EnvironmentInvalid as error:
        _fail(*map(str, error.problems), f"{_number(len(error.problems), 'error')}; nothing was written")


def _fail(*lines: str) -> NoReturn:
    for line in lines:
        click.echo(line, err=True)
    sys.exit(UNUSABLE)


def _print_report(report: Report) -> None:
    marks: Sequence[tuple[str, list[str]]] = (("+", report.created), ("~", report.changed), ("-", report.deleted))
    for mark, paths in marks:
        for path in paths:
            click.echo(f"{mark} {path}")


def _counts(report: Report) -> str:
    parts = [
        f"{len(paths)} {word}"
        for paths, word in ((report.created, "new"), (report.changed, "changed"), (report.deleted, "deleted"))
        if paths
    ]
    return ", ".join(parts) or f"all {report.unchanged} files were current"


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
