"""A repository's environments, and what each of them yields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from generator.components import registry
from generator.environment.load import DEFAULTS, load
from generator.environment.model import Environment
from generator.environment.patches import UserPatch, read_patches

from .plan import Bases, Plan, add_bases, add_environment


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
