"""A repository's environments, and what each of them yields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar

from generator import parallel
from generator.components import registry
from generator.environment.load import DEFAULTS, load
from generator.environment.model import Environment
from generator.environment.patches import UserPatch, read_patches
from generator.environment.problem import EnvironmentInvalid, Problem

from .plan import ROOTS, Bases, Plan, add_bases, add_environment, folders
from .write import Report, ownerless

Progress = Callable[[int, int], None]
"""Is told how many of how many environments are done."""


class Done(Protocol):
    """What a worker says of one unit."""

    @property
    def problems(self) -> Sequence[Problem]: ...


Answer = TypeVar("Answer", bound=Done)


def every(
    worker: Callable[..., Callable[[Any], Answer]], arguments: tuple[Any, ...], units: Sequence[Any], progress: Progress
) -> list[Answer]:
    """What a worker says of each unit, the defaults' first; raises EnvironmentInvalid with the problems of all."""
    done: list[Answer] = []
    for one in parallel.each(worker, arguments, units):
        done.append(one)
        progress(len(done) - 1, len(units) - 1)
        if one.problems and len(done) == 1:
            break  # every environment would repeat those of the defaults
    if problems := [problem for one in done for problem in one.problems]:
        raise EnvironmentInvalid(problems)
    return done


def strangers(root: Path, names: Iterable[str]) -> Report:
    """What lies in the generator's folders and belongs to none of these units."""
    return Report([], [], ownerless(root, ROOTS, [folder for name in names for folder in folders(name)]), 0)


@dataclass(frozen=True)
class Repository:
    """Each method raises EnvironmentInvalid with every problem of the files that it reads."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "environments"

    @cached_property
    def bases(self) -> Bases:
        return registry.base(load(self.folder, DEFAULTS))

    def patches(self, name: str) -> Sequence[UserPatch]:
        return read_patches(self.folder / name / "patches", f"environments/{name}/patches")

    def unit(self, name: str) -> Plan:
        """The bases for the defaults' name, else one environment."""
        if name == DEFAULTS:
            made = Plan()
            add_bases(made, self.bases)
            return made
        return self.environment(name)[0]

    def environment(self, name: str) -> tuple[Plan, Environment]:
        """What one environment yields, the bases left out."""
        env, made = load(self.folder, name), Plan()
        add_environment(made, env, self.bases, self.patches(name))
        return made, env
