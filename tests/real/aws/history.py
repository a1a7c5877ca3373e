"""The life of an environment's stacks: made by `bootstrap`, deployed again, changed, and deleted."""

import json
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from generator.aws import secret_entries
from generator.aws.files import account as rendered
from generator.aws.registry import stacks
from generator.aws.stack import stack_name
from generator.bootstrap import deploy, stages
from generator.environment.model import Environment
from generator.environment.outputs import outputs_file
from generator.fill_secrets import Recipe, properties
from tests.conftest import ROOT
from tests.real.aws.account import Account, Ended, Refused
from tests.real.aws.survey import Survey, survey

VALUES = ('a"b\\Ü$x', "https://hooks.example.com/a?b=c", "pk-lf-0123456789abcdef", "Ab0.~_-z")
"""Values that people give: one that shells and JSON would spoil, then such as fit a narrower form."""
LAST = "Secrets"
"""The stages after it need a cluster."""
SPENT_MORE = 500
"""USD a month by which the change raises the ceiling."""


@dataclass
class History:
    """What was said and what existed, in order."""

    env: Environment
    said: dict[str, Ended] = field(default_factory=dict)
    """By stage of `bootstrap`."""
    physical: dict[str, str] = field(default_factory=dict)
    """Name in the template -> identifier in AWS."""
    outputs: dict[str, str] = field(default_factory=dict)
    """Of all stacks."""
    file: str = ""
    """What `import-outputs` wrote; nothing where the environment takes nothing."""
    made: Survey = field(default_factory=dict)
    given: dict[tuple[str, str], str] = field(default_factory=dict)
    """Values of secrets that only people have, by entry and property."""
    values: dict[str, Any] = field(default_factory=dict)
    """All of them, by entry."""
    versions: dict[str, Any] = field(default_factory=dict)
    versions_again: dict[str, Any] = field(default_factory=dict)
    """The same after a second run."""
    again: list[str] = field(default_factory=list)
    """What the AWS CLI said of each stack when nothing had changed."""
    unchanged: Survey = field(default_factory=dict)
    model: str = ""
    """Bedrock's id of the model that the change brings into the environment."""
    rewritten: list[str] = field(default_factory=list)
    """Stacks that the change touches."""
    changed: Survey = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    """Stacks that could not be deleted by mistake."""
    left: Survey = field(default_factory=dict)


def checkout(folder: Path) -> Path:
    """The repository as `bootstrap` and `render` change it, without what they do not read."""
    shutil.copytree(ROOT / "environments", folder / "environments")
    (folder / ".venv/bin").mkdir(parents=True)
    python = folder / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return folder


def history(here: Account, root: Path, env: Environment, *, twice: bool) -> History:
    """`twice`: the stage of the secrets is run once more, when all of them are there."""
    made, region = History(env), env.cluster.region
    names = [stack_name(env.cluster.name, stack.name) for stack in stacks(env)]
    for number, stage in enumerate(stages(env), 1):
        if stage.title == LAST:
            made.given = _give(here, root, env)
        made.said[stage.title] = done = _bootstrap(here, root, env, number)
        assert done.returncode == 0, f"bootstrap {env.name}, stage {stage.title}:\n{done.stdout}{done.stderr}"
        if stage.title == LAST:
            entries = [f"{env.secrets.prefix}/{entry}" for entry in secret_entries.entries(env)]
            made.values, made.versions = _secrets(here, env, entries)
            if twice:
                made.said[f"{LAST}, again"] = _bootstrap(here, root, env, number)
                _, made.versions_again = _secrets(here, env, entries)
            break
    for name in names:
        described = here.ask(region, "cloudformation", "describe_stacks", StackName=name)["Stacks"][0]
        made.outputs |= {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}
        listed = here.ask(region, "cloudformation", "list_stack_resources", StackName=name)
        made.physical |= {
            one["LogicalResourceId"]: one["PhysicalResourceId"] for one in listed["StackResourceSummaries"]
        }
    file = root / "environments" / outputs_file(env.name)
    made.file = file.read_text() if file.exists() else ""
    ours = set(made.physical.values())
    made.made = survey(here, region, ours)
    made.again = list(_deployed(here, root, env, [stack.name for stack in stacks(env)]))
    made.unchanged = survey(here, region, ours)
    made.model, other = changed(env)
    made.rewritten = _write(root, other)
    list(_deployed(here, root, other, made.rewritten))
    made.changed = survey(here, region, ours)
    for name in reversed(names):
        try:
            here.ask(region, "cloudformation", "delete_stack", StackName=name)
        except Refused:
            made.refused.append(name)
            words = {"StackName": name, "EnableTerminationProtection": False}
            here.ask(region, "cloudformation", "update_termination_protection", **words)
            here.ask(region, "cloudformation", "delete_stack", StackName=name)
    made.left = survey(here, region, ours)
    return made


def changed(env: Environment) -> tuple[str, Environment]:
    """Another ceiling, and another release of a Bedrock model, whose id comes first."""
    name, model = next((name, model) for name, model in env.models.items() if model.provider == "bedrock")
    newer = replace(model, id=f"{model.id}-next")
    cost = replace(env.cost, monthly_ceiling=env.cost.monthly_ceiling + SPENT_MORE)
    return newer.id, replace(env, models={**env.models, name: newer}, cost=cost)


def _bootstrap(here: Account, root: Path, env: Environment, number: int) -> Ended:
    """One stage of the real command; whoever is asked for something says yes."""
    argv = [sys.executable, "-m", "generator", "bootstrap", env.name, "--stage", str(number), "--run"]
    return here.run(env.cluster.region, argv, cwd=root, given="y\n" * 50)


def _give(here: Account, root: Path, env: Environment) -> dict[tuple[str, str], str]:
    """What only people have, from a file."""
    wanted = [one for one in properties(env) if one.recipe.make is None]
    made = {(one.entry, one.name): _value(one.recipe) for one in wanted}
    if made:
        entries = sorted({entry for entry, _ in made})
        document = {entry: {name: made[entry, name] for e, name in made if e == entry} for entry in entries}
        argv = [sys.executable, "-m", "generator", "secrets", env.name, "--run", "--from", "-"]
        for entry in entries:
            argv += ["--only", entry]
        done = here.run(env.cluster.region, argv, cwd=root, given=json.dumps(document))
        assert done.returncode == 0, f"{' '.join(argv)}\n{done.stdout}{done.stderr}"
    return made


def _value(recipe: Recipe) -> str:
    """The first that fits."""
    return next(value for value in VALUES if re.fullmatch(recipe.pattern, value))


def _secrets(here: Account, env: Environment, names: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values and versions by entry."""
    region, values, versions = env.cluster.region, {}, {}
    for name in names:
        entry = name.removeprefix(f"{env.secrets.prefix}/")
        values[entry] = json.loads(
            here.ask(region, "secretsmanager", "get_secret_value", SecretId=name)["SecretString"]
        )
        listed = here.ask(region, "secretsmanager", "list_secret_version_ids", SecretId=name)["Versions"]
        versions[entry] = sorted(one["VersionId"] for one in listed)
    return values, versions


def _deployed(here: Account, root: Path, env: Environment, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        argv = deploy(env, name).argv
        done = here.run(env.cluster.region, argv, cwd=root)
        assert done.returncode == 0, f"{' '.join(argv)}\n{done.stderr}"
        yield done.stdout


def _write(root: Path, env: Environment) -> list[str]:
    """Renders the templates; the stacks whose template is now another."""
    found = rendered(env).files
    changed = [path for path, text in found.items() if (root / path).read_text() != text]
    for path in changed:
        (root / path).write_text(found[path])
    return [Path(path).stem for path in changed if path.endswith(".yaml")]
