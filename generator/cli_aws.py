"""Commands on the account: what to deploy, and what it yielded."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import click

from generator.console import environment, fail, run
from generator.environment.load import load
from generator.environment.outputs import outputs_file
from generator.environment.problem import EnvironmentInvalid
from generator.step import Step


@click.command(epilog="Example: python -m generator bootstrap staging")
@click.argument("name", metavar="ENVIRONMENT")
@click.option("--run", "running", is_flag=True, help="Run the commands, up to the first that fails or is a person's.")
@click.option("--stage", "only", type=int, help="Of all stages only this one, by its number.")
@click.pass_obj
def bootstrap(root: Path, name: str, running: bool, only: int | None) -> None:
    """Print what leads from an empty cluster to a gateway.

    Every command in its order, and what to look at after each. Writes rendered/ENVIRONMENT/aws first, which needs
    no outputs yet.
    """
    from generator.aws.files import account
    from generator.bootstrap import stages

    env = environment(root, name, pending=True)
    for path, text in account(env).files.items():
        target = root / path
        if not target.resolve().is_relative_to(root.resolve()):
            fail(f"{path}: leads out of the repository; remove the link on the way to it")
        if not target.exists() or target.read_text("utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
            click.echo(f"wrote {path}", err=True)
    found = stages(env)
    if only is not None and not 1 <= only <= len(found):
        fail(f"--stage {only}: there are stages 1 to {len(found)}")
    for number, stage in enumerate(found, 1):
        if only not in (None, number):
            continue
        click.echo(click.style(f"\n## {number}/{len(found)} {stage.title}\n", bold=True))
        if running:
            _run(stage.steps)
            run(stage.checks)
        else:
            click.echo("\n\n".join(map(str, (*stage.steps, *_looking(stage.checks)))))


def _run(steps: tuple[Step, ...]) -> None:
    """Runs the commands; a person's step is printed and waited for."""
    for step in steps:
        if step.argv:
            run((step,))
        else:
            click.confirm(f"{step.what}\nDone?", abort=True)


def _looking(checks: tuple[Step, ...]) -> list[Step]:
    return [Step(f"look: {step.what}", step.argv) for step in checks]


@click.command(
    "import-outputs",
    epilog="Example: terraform -chdir=rendered/prod/aws/terraform output -json"
    " | python -m generator import-outputs prod -",
)
@click.argument("name", metavar="ENVIRONMENT")
@click.argument("answer", required=False, type=click.File("r"))
@click.pass_obj
def import_outputs(root: Path, name: str, answer: Any) -> None:
    """Write environments/ENVIRONMENT.outputs.yaml.

    It holds what the stacks in the account yield: ids and ARNs that nobody types.

    ANSWER is the JSON of `aws cloudformation describe-stacks` or of `terraform output -json`, - for standard input.
    Left out, CloudFormation is asked.
    """
    from generator.import_outputs import OutputsMissing, describe, file_text, yielded

    env = environment(root, name, pending=True)
    if not env.outputs:
        click.echo(f"{name} takes nothing from the account: environments/{outputs_file(name)} is not needed")
        return
    asked = answer.read() if answer else _ask(describe(env))
    try:
        text = file_text(env, yielded(env, json.loads(asked)))
    except json.JSONDecodeError as error:
        fail(f"the answer is no JSON: line {error.lineno}: {error.msg}")
    except (OutputsMissing, ValueError) as error:
        fail(*str(error).splitlines())
    path = root / "environments" / outputs_file(name)
    before = path.read_text("utf-8") if path.exists() else None
    path.write_text(text, "utf-8")
    try:
        load(root / "environments", name)
    except EnvironmentInvalid as error:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, "utf-8")
        fail(*map(str, error.problems), f"{path.name} is as it was")
    click.echo(f"environments/{path.name} is as before" if before == text else f"wrote environments/{path.name}")


def _ask(argv: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        fail("the AWS CLI is not installed: install it, or give the answer as a file")
    if done.returncode != 0:
        fail(*done.stderr.strip().splitlines(), "CloudFormation could not be asked")
    return done.stdout
