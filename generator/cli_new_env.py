"""The command that writes the file of a new environment."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from generator.console import fail, number
from generator.environment.problem import EnvironmentInvalid

PURPOSES = ("dev", "staging", "prod")


@click.command(
    "new-env",
    epilog="Example: python -m generator new-env qa --from staging --account 111122223333 --region eu-west-1"
    " --zones eu-west-1a,eu-west-1b,eu-west-1c --vpc-cidr 10.60.0.0/16",
)
@click.argument("name", metavar="NAME")
@click.option("--cluster", help="Name of the EKS cluster. Default: openclaw-NAME.")
@click.option("--account", help="AWS account of the cluster.")
@click.option("--region", help="AWS Region of the cluster.")
@click.option("--zones", help="Availability Zones with subnets for nodes, with commas between them.")
@click.option("--vpc-cidr", help="Address range of the VPC.")
@click.option("--vpc-id", help="Id of the VPC, which managed controllers and VPC endpoints need.")
@click.option("--from", "purpose", type=click.Choice(PURPOSES), help="What it is for, which decides its first sizes.")
@click.option("--cni", type=click.Choice(["vpc-cni", "cilium"]), default="vpc-cni", show_default=True)
@click.option("--engine", type=click.Choice(["litellm", "bifrost"]), default="litellm", show_default=True)
@click.option("--domain", help="Parent domain of the gateways. Left out, there is no load balancer.")
@click.option("--alb-subnets", help="CIDRs of the load balancer's own subnets, with commas; with --domain.")
@click.pass_obj
def new_env(root: Path, /, name: str, **given: Any) -> None:
    """Write environments/NAME.yaml, asking for what it needs.

    The file is commented. What is not given and cannot be guessed is asked for.
    """
    from generator.day2.new_env import Answers, make, require_free

    folder = root / "environments"
    with _refused():
        require_free(folder, name)
    asked = _Asked(given)
    region = asked("region", "us-east-1")
    domain = given["domain"] or ""
    answers = Answers(
        name=name,
        cluster=given["cluster"] or f"openclaw-{name}",
        account=asked("account"),
        region=region,
        zones=_listed(asked("zones", ",".join(f"{region}{letter}" for letter in "abc"))),
        vpc_cidr=asked("vpc_cidr", "10.0.0.0/16"),
        purpose=asked("purpose", "dev"),
        cni=given["cni"],
        engine=given["engine"],
        vpc_id=given["vpc_id"] or "",
        domain=domain,
        alb_subnets=_listed(asked("alb_subnets")) if domain else (),
    )
    asked.all_known()
    with _refused():
        text, env = make(folder, answers)
    (folder / f"{name}.yaml").write_text(text, "utf-8")
    click.echo(f"wrote environments/{name}.yaml")
    if env.outputs:
        click.echo(f"it waits for what its stacks yield: make bootstrap ENV={name} has the commands, then make render")
    else:
        click.echo("next: make render, make check, and the rest of its keys from docs/environment.md")


@contextmanager
def _refused() -> Iterator[None]:
    """Ends the program where there cannot be such an environment."""
    from generator.day2.new_env import Refused

    try:
        yield
    except Refused as error:
        fail(f"{error}; nothing was written")
    except EnvironmentInvalid as error:
        fail(*map(str, error.problems), f"{number(len(error.problems), 'error')}; nothing was written")


class _Asked:
    """What was given, else what somebody answers; without anybody to ask, all that is missing is named at once."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given
        self.missing: list[str] = []

    def __call__(self, field: str, suggested: str | None = None) -> str:
        if self.given[field]:
            return str(self.given[field])
        flag = "--from" if field == "purpose" else f"--{field.replace('_', '-')}"
        if not sys.stdin.isatty():
            self.missing.append(flag)
            return suggested or ""
        kind = click.Choice(PURPOSES) if field == "purpose" else None
        return str(click.prompt(flag.removeprefix("--"), default=suggested, type=kind))

    def all_known(self) -> None:
        if self.missing:
            fail(f"there is nobody to ask: give {', '.join(self.missing)}; nothing was written")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (one.strip() for one in text.split(","))))
