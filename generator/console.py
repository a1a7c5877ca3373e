"""What every command shares: how a program of ours ends, and how it runs the steps that it has printed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import NoReturn

import click

from generator.environment.load import DEFAULTS, load, names, no_environment
from generator.environment.model import Environment
from generator.environment.problem import EnvironmentInvalid, Problem
from generator.step import Step
from generator.trees.plan import Plan
from generator.trees.repository import Repository

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
        fail(no_environment(name or "", [env.name for env in environments]))
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


def planned(root: Path, *, without: Collection[str] = ()) -> tuple[Plan, list[Environment]]:
    """The plan of all environments but some; ends the program when any of them cannot be used."""
    repository, made = Repository(root), Plan()
    problems: list[Problem] = []
    environments: list[Environment] = []
    try:
        made.add(repository.unit(DEFAULTS))
        for name in (name for name in names(repository.folder) if name not in without):
            try:
                own, env = repository.environment(name)
            except EnvironmentInvalid as error:
                problems += error.problems
            else:
                made.add(own)
                environments.append(env)
        if problems:
            raise EnvironmentInvalid(problems)
    except EnvironmentInvalid as error:
        invalid(error)
    return made, environments


def invalid(error: EnvironmentInvalid) -> NoReturn:
    """Ends the program with every problem of the environments."""
    fail(*map(str, error.problems), f"{number(len(error.problems), 'error')}; nothing was written")


def counter(what: str) -> Callable[[int, int], None]:
    """Says on the error stream how far a long work is: on a terminal in one line that changes, else now and then."""
    started = time.monotonic()
    terminal = sys.stderr.isatty()
    shown = started + (0.5 if terminal else 5)

    def progress(done: int, of: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if terminal and shown > started + 0.5 and done == of:
            click.echo("\r\033[K", nl=False, err=True)
        elif now >= shown and done < of:
            text = f"{done} of {of} {what}, {now - started:.0f} s"
            click.echo(f"\r\033[K{text}" if terminal else text, nl=not terminal, err=True)
            shown = now + (0.2 if terminal else 10)

    return progress


def number(count: int, word: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
