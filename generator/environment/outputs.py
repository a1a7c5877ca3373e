"""What the AWS layer yields: values of environment files that nobody types.

A key that is left out, in a section that is there, comes from environments/<env>.outputs.yaml, which `import-outputs`
writes.  Who types the key keeps what he typed: then that resource is somebody else's, and the AWS layer makes none.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .convert import locate
from .nodes import Map, Scalar, Tree, find, put
from .problem import Path as FieldPath
from .problem import Place, Problem, dotted
from .spelling import did_you_mean


@dataclass(frozen=True)
class Output:
    """One value."""

    name: str
    """Its key in the file; capitalised, the output of the stack."""
    path: FieldPath
    """The key of the environment file that it stands for."""
    stack: str
    component: str
    """Which component cannot be rendered without it."""
    example: str


OUTPUTS = (
    Output(
        "userPoolArn",
        ("ingress", "signIn", "cognito", "userPoolArn"),
        "door",
        "ingress",
        "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_EXAMPLE",
    ),
    Output("userPoolClientId", ("ingress", "signIn", "cognito", "clientId"), "door", "ingress", "1example23456789"),
    Output("userPoolDomain", ("ingress", "signIn", "cognito", "domain"), "door", "ingress", "openclaw-example"),
    Output(
        "alertTopicArn",
        ("monitoring", "receivers", "sns", "topicArn"),
        "state",
        "monitoring",
        "arn:aws:sns:us-east-1:111122223333:openclaw-example",
    ),
)


def outputs_file(name: str) -> str:
    """Name of an environment's outputs in the folder of environment files."""
    return f"{name}.outputs.yaml"


def taken(tree: Tree) -> Iterator[Output]:
    """The outputs that an environment waits for: the section is there, the key is not."""
    for output in OUTPUTS:
        section = find(tree, output.path[:-1])
        if isinstance(section, Map) and output.path[-1] not in section.entries:
            yield output


def with_outputs(tree: Map, found: Map | None, name: str, folder: str, *, pending: bool) -> tuple[Map, list[Problem]]:
    """The tree with the outputs that it takes; `pending` puts an example where there is none yet.

    A missing output is a problem that names the component that needs it and the command that yields it.
    """
    problems = []
    file = f"{folder}/{outputs_file(name)}"
    known = [output.name for output in OUTPUTS]
    entries = found.entries if found else {}
    for key in entries.keys() - set(known):
        fix = did_you_mean(key, known) or f"the outputs are {', '.join(known)}"
        problems.append(Problem(found.keys[key] if found else Place(file), key, "unknown output", fix))
    for output in taken(tree):
        if output.name in entries:
            tree = put(tree, output.path, entries[output.name])
        elif pending:
            tree = put(tree, output.path, Scalar(Place(file), output.example, False, "str"))
        else:
            message = f"component {output.component} needs it, and {file} has no {output.name}"
            steps = f"make bootstrap ENV={name} prints the steps"
            fix = f"deploy stack {output.stack}, then: python -m generator import-outputs {name} ({steps})"
            problems.append(Problem(locate(tree, output.path[:-1]), dotted(output.path), message, fix))
    return tree, problems
