"""What the stacks yielded -> environments/<env>.outputs.yaml: from CloudFormation's answer or from Terraform's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.aws.registry import STACKS
from generator.aws.stack import stack_name
from generator.environment.model import Environment
from generator.environment.outputs import OUTPUTS, Output
from generator.kubernetes.emit import emit


class OutputsMissing(Exception):
    """The account does not yield yet what the environment waits for; says which component waits, and what to do."""


def describe(env: Environment) -> tuple[str, ...]:
    """The command whose answer `yielded` reads."""
    return ("aws", "cloudformation", "describe-stacks", "--region", env.cluster.region, "--output", "json")


def yielded(env: Environment, answer: Any) -> dict[str, str]:
    """Outputs by the names of the file, of this environment's stacks alone.

    `answer` is the JSON of `aws cloudformation describe-stacks` or of `terraform output -json`; raises ValueError when
    it is neither.
    """
    if not isinstance(answer, Mapping):
        raise ValueError("expected the JSON object of `aws cloudformation describe-stacks` or `terraform output -json`")
    if isinstance(answer.get("Stacks"), list):
        ours = {stack_name(env.cluster.name, name) for name, _, _ in STACKS}
        found = {
            one["OutputKey"]: one["OutputValue"]
            for stack in answer["Stacks"]
            if stack["StackName"] in ours
            for one in stack.get("Outputs", ())
        }
    elif all(isinstance(one, Mapping) and "value" in one for one in answer.values()):
        found = {name: one["value"] for name, one in answer.items()}
    else:
        raise ValueError("neither `aws cloudformation describe-stacks` nor `terraform output -json` answers like this")
    names = {capitalised(output.name): output.name for output in OUTPUTS}
    return {names[key]: str(value) for key, value in found.items() if key in names}


def file_text(env: Environment, found: Mapping[str, str]) -> str:
    """The file with the outputs that the environment takes; raises OutputsMissing when one is not there."""
    waited = [output for output in OUTPUTS if output.name in env.outputs]
    missing = [output for output in waited if not found.get(output.name)]
    if missing:
        raise OutputsMissing("\n".join(_missing(env, output) for output in missing))
    header = f"# What the AWS layer of {env.name} yields: written by `python -m generator import-outputs {env.name}`.\n"
    return header + emit({output.name: found[output.name] for output in waited})


def capitalised(name: str) -> str:
    """The name of an output in its stack: `userPoolArn` is UserPoolArn there."""
    return name[0].upper() + name[1:]


def _missing(env: Environment, output: Output) -> str:
    name = stack_name(env.cluster.name, output.stack)
    return (
        f"no {capitalised(output.name)} in the answer: component {output.component} needs it; "
        f"deploy stack {name} first (python -m generator bootstrap {env.name} prints how)"
    )
