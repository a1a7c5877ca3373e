"""The verb that writes the trees."""

from __future__ import annotations

import time
from pathlib import Path

import click

from generator.console import counter, fail, invalid, number
from generator.environment.problem import EnvironmentInvalid
from generator.parallel import ProcessEnded
from generator.trees.lock import held
from generator.trees.write import Report

LISTED = 200
"""Files that are named one by one; of more, the folders are, with their number of files."""


@click.command(epilog="Example: python -m generator render")
@click.option("--all", "anew", is_flag=True, help="Render what is proven current, too.")
@click.pass_obj
def render(root: Path, anew: bool) -> None:
    """Write base/, overlays/ and rendered/.

    An environment is rendered where its files, the defaults or the generator changed since the last time, or what it
    yielded is not what lies there; both are told by hashes of the contents.
    """
    from generator import render as rendering

    started = time.perf_counter()
    try:
        with held(root, lambda: click.echo("waiting: another render is at work in this repository", err=True)):
            done = rendering.render(root, anew=anew, progress=counter("environments rendered or found current"))
    except EnvironmentInvalid as error:
        invalid(error)
    except OSError as error:
        fail(f"{error.filename or root}: cannot be written: {error.strerror}; the trees are as they were")
    except ProcessEnded:
        fail("the system ended one of the processes, for want of memory most likely; the trees are as they were")
    for line in _listed(done.report):
        click.echo(line)
    counted = f"{number(done.objects, 'object')} in {number(done.environments, 'environment')}"
    click.echo(f"{counted}: {_what(done.report)}{_spared(done.current)}, {time.perf_counter() - started:.2f} s")


def _listed(report: Report) -> list[str]:
    marked = [
        (mark, path)
        for mark, paths in (("+", report.created), ("~", report.changed), ("-", report.deleted))
        for path in paths
    ]
    if len(marked) <= LISTED:
        return [f"{mark} {path}" for mark, path in marked]
    folders: dict[tuple[str, str], int] = {}
    for mark, path in marked:
        key = mark, "/".join(path.split("/")[:2])
        folders[key] = folders.get(key, 0) + 1
    return [f"{mark} {folder}: {number(count, 'file')}" for (mark, folder), count in folders.items()]


def _what(report: Report) -> str:
    parts = [
        f"{len(paths)} {word}"
        for paths, word in ((report.created, "new"), (report.changed, "changed"), (report.deleted, "deleted"))
        if paths
    ]
    return f"{', '.join(parts)} files" if parts else f"all {number(report.unchanged, 'file')} were current"


def _spared(current: int) -> str:
    return f", {number(current, 'environment')} not rendered again" if current else ""
