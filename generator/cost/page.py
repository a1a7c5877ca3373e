"""docs/cost-computed.md: the estimate of every environment, with the computation of each line."""

from __future__ import annotations

from collections.abc import Sequence

from generator.environment.model import Environment
from generator.trees.plan import Plan

from . import report
from .estimate import estimate
from .savings import savings

PATH = "docs/cost-computed.md"
HEAD = """# What a month costs, computed

Written by `make docs` from the environments as they stand; [cost.md](cost.md) works the same out by hand, and says what
the ranges mean and where prices come from. `make cost` prints it for the terminal.
"""


def files(made: Plan, environments: Sequence[Environment]) -> dict[str, str]:
    """The page, by its path."""
    sections = [
        report.markdown(estimate(env, made.objects, made.templates), savings(env, made.objects, made.templates))
        for env in environments
    ]
    return {PATH: "\n".join([HEAD, *sections])}
