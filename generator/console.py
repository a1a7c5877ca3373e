"""What every command shares: how a program of ours ends, and how it runs the steps that it has printed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from generator.environment.load import DEFAULTS, load, names
from generator.environment.model import Environment
from generator.environment.patches import UserPatch, read_patches
from generator.environment.problem import EnvironmentInvalid, Problem
from generator.step import Step
from generator.trees.plan import Plan, plan

FOUND, UNUSABLE = 1, 2
"""Exit codes: a check found something, or a step failed; the input cannot be used, and nothing was written."""


def fail(*lines: str) -> NoReturn:
    """Ends the program: the input cannot be used."""
    for line in lines:
        click.echo(line, err=True)
    sys.exit(UNUSABLE)


def environment(root: Path, name: str, *, pending: bool = False) -> Environment:
    """One environment, or the end of the program with every problem of its files."""
    try:
        return load(root / "environments", name, pending=pending)
    except EnvironmentInvalid as error:
        fail(*map(str, error.problems))


def chosen(environments: Sequence[Environment], name: str | None) -> list[Environment]:
    """The environment of a name, or all of them without one; the end of the program where there is none."""
    found = [env for env in environments if name in (None, env.name)]
    if not found:
        fail(f"no environment «{name}»: there are {', '.join(env.name for env in environments)}")
    return found


def run(found: Sequence[Step]) -> None:
    """Runs steps in order; ends the program at the first that fails, after printing what is still to be done."""
    for index, step in enumerate(found):
        click.echo(f"# {step.what}", err=True)
        try:
            code = subprocess.run(step.argv, input=step.stdin or None, text=True, check=False).returncode
        except FileNotFoundError:
            click.echo(f"{step.argv[0]} is not installed", err=True)
            code = 127
        if code != 0:
            click.echo("this step failed; it and those after it are still to be done:\n", err=True)
            click.echo("\n\n".join(map(str, found[index:])))
            sys.exit(FOUND)


def planned(root: Path) -> tuple[Plan, list[Environment]]:
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
        fail(*map(str, error.problems), f"{number(len(error.problems), 'error')}; nothing was written")


def number(count: int, word: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
