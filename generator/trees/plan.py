"""All files of the three trees, computed before one is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from generator.aws import files as aws
from generator.components import registry
from generator.environment.load import DEFAULTS
from generator.environment.model import Environment
from generator.environment.patches import UserPatch
from generator.kubernetes.emit import emit
from generator.kubernetes.objects import Obj

from .base import base_files
from .files import Files
from .overlay import overlay_files
from .patching import patched
from .rendered import rendered

ROOTS = ("base", "overlays", "rendered")
"""Folders that the generator owns whole: what is not in the plan does not stay in them."""


Bases = Mapping[str, list[Obj]]
"""What the defaults yield, by folder below base/."""


def folders(name: str) -> tuple[str, ...]:
    """What an environment owns whole; the bases go by the name of the defaults."""
    return ("base",) if name == DEFAULTS else (f"overlays/{name}", f"rendered/{name}")


@dataclass
class Plan:
    """Path to text of every file, path to object of what a cluster gets, path to template of what an account gets."""

    files: Files = field(default_factory=dict)
    objects: dict[str, Obj] = field(default_factory=dict)
    templates: dict[str, Obj] = field(default_factory=dict)

    def add(self, other: Plan) -> None:
        self.files |= other.files
        self.objects |= other.objects
        self.templates |= other.templates


def plan(
    defaults: Environment, environments: Sequence[Environment], patches: Mapping[str, Sequence[UserPatch]]
) -> Plan:
    """Everything that the environments yield; `patches` holds users' patches by environment name."""
    bases = registry.base(defaults)
    made = Plan()
    add_bases(made, bases)
    for env in environments:
        add_environment(made, env, bases, patches.get(env.name, ()))
    return made


def add_bases(made: Plan, bases: Bases) -> None:
    for name, objects in bases.items():
        made.files |= base_files(f"base/{name}", objects)


def add_environment(made: Plan, env: Environment, bases: Bases, patches: Sequence[UserPatch]) -> None:
    """Adds the overlays and the objects of one environment, and its AWS layer."""
    account = aws.account(env)
    made.files |= account.files
    made.templates |= account.templates
    for part, objects, applied in patched(env, registry.render(env), patches):
        folder = f"{env.name}/{part.name}"
        base = bases.get(part.base, [])
        made.files |= overlay_files(f"overlays/{folder}", f"base/{part.base}", part.suffix, base, part.objects, applied)
        final = rendered(f"rendered/{folder}", objects)
        made.objects |= final
        made.files |= {path: emit(obj) for path, obj in final.items()}
