"""Would the API server take a policy, and can it be evaluated offline exactly as there?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from generator.check.admission.cel.substitution import roots, written_out
from generator.check.admission.policy import Policy

_REASONS = ("Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge")


@dataclass(frozen=True)
class Examined:
    """A policy's checked expressions, and what keeps it from being evaluated.

    `validations` are the expression and the message expression of each validation, if any. `problems` forbid its use;
    `remarks` are mistakes that change no verdict. Where there are problems, expressions may be missing.
    """

    conditions: tuple[bytes, ...]
    validations: tuple[tuple[bytes, bytes | None], ...]
    problems: tuple[str, ...]
    remarks: tuple[str, ...]


def lint(policy: Policy) -> list[str]:
    """Everything that should be mended in a policy, each with the field it is in."""
    examined = examine(policy)
    return [*examined.problems, *examined.remarks]


@cache  # every environment brings the same policies
def examine(policy: Policy) -> Examined:
    examiner = _Examiner(policy)
    conditions = [
        examiner.checked(f"matchConditions[{number}].expression", condition.expression, "bool", {})
        for number, condition in enumerate(policy.conditions)
    ]
    variables: dict[str, str] = {}
    for number, variable in enumerate(policy.variables):
        where = f"variables[{number}].expression"
        if variable.name in variables:
            examiner.problems.append(f"variables[{number}].name: «{variable.name}» is there twice")
        examiner.checked(where, variable.expression, "", variables)
        variables[variable.name] = examiner.expression
    validations = []
    for number, validation in enumerate(policy.validations):
        where = f"validations[{number}]"
        verdict = examiner.checked(f"{where}.expression", validation.expression, "bool", variables)
        message = None
        if validation.message_expression:
            field = f"{where}.messageExpression"
            message = examiner.checked(field, validation.message_expression, "string", variables)
        validations.append((verdict, message))
        if validation.message != "" and not validation.message.strip():
            examiner.problems.append(f"{where}.message: blank")
        if "\n" in validation.message.strip() or "\r" in validation.message.strip():
            examiner.problems.append(f"{where}.message: has a line break")
        if validation.reason not in _REASONS:
            examiner.problems.append(f"{where}.reason: «{validation.reason}» is not one of {', '.join(_REASONS)}")
    examiner.problems += _shape(policy)
    unused = [variable.name for variable in policy.variables if variable.name not in examiner.used]
    return Examined(
        tuple(conditions),
        tuple(validations),
        tuple(examiner.problems),
        tuple(f"variables: «{name}» is not used" for name in unused),
    )


def _shape(policy: Policy) -> list[str]:
    problems = []
    if policy.audit_annotations:
        problems.append("auditAnnotations: not evaluated offline, and an error in one denies a request")
    if not policy.validations:
        problems.append("validations: there are none")
    if not policy.match.rules:
        problems.append("matchConstraints.resourceRules: there are none")
    elif not any({"CREATE", "*"} & {*rule.operations} for rule in policy.match.rules):
        problems.append("matchConstraints.resourceRules: none is about CREATE, so that nothing is checked offline")
    return problems


class _Examiner:
    """Collects what is wrong with the expressions of one policy."""

    def __init__(self, policy: Policy) -> None:
        self._params = policy.param_kind is not None
        self.problems: list[str] = []
        self.used: set[str] = set()
        self.expression = ""
        """The last expression with its variables written out."""

    def checked(self, where: str, expression: str, result: str, variables: Mapping[str, str]) -> bytes:
        """The checked expression, empty if it is not to be used; `result` is the type it must have, if any."""
        from .cel.environment import CompileError, check  # 60 ms, for those who have policies only
        from .cel.refusal import refusals
        from .cel.tree import decoded

        self.expression = expression
        try:
            if "authorizer" in roots(expression):
                raise ValueError("what the authorizer would say cannot be known offline")
            self.expression, used = written_out(expression, variables)
            self.used |= used
            checked = check(self.expression, self._params)
        except (CompileError, ValueError) as error:
            self.problems.append(f"{where}: {error}")
            return b""
        tree = decoded(checked)
        self.problems += [f"{where}: {reason}" for reason in dict.fromkeys(refusals(tree))]
        if result and tree.type != result:
            self.problems.append(f"{where}: must evaluate to {result}, not to {tree.type}")
        return checked
