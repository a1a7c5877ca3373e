"""rendered/<env>/aws: the templates of the stacks, and the same resources as Terraform."""

from __future__ import annotations

from dataclasses import dataclass, field

from generator.environment.model import Environment
from generator.kubernetes.emit import emit
from generator.kubernetes.objects import Obj

from . import cloudformation, registry, terraform

FOLDER = "aws"


@dataclass(frozen=True)
class Account:
    """The AWS layer of one environment: every file, and each template as an object."""

    files: dict[str, str] = field(default_factory=dict)
    templates: dict[str, Obj] = field(default_factory=dict)


def account(env: Environment) -> Account:
    stacks = registry.stacks(env)
    if not stacks:
        return Account()
    folder = f"rendered/{env.name}/{FOLDER}"
    made = cloudformation.templates(env.cluster.name, stacks)
    templates = {f"{folder}/{name}.yaml": template for name, template in made.items()}
    files = {path: emit(template) for path, template in templates.items()}
    return Account(files | {f"{folder}/terraform/main.tf.json": terraform.configuration(env, stacks)}, templates)
