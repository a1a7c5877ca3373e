"""What the API server's ValidatingAdmissionPolicies say to the creation of an object, without an API server.

The object is judged as it is written. The server judges it with its defaults: there fields with a default are present,
and absent structs of core kinds, such as a container's `resources`, are present and empty. A policy that asks for a
value (`has(c.resources.limits)`), not for the absence of one, gives the same verdict in both places.

Left out is the server's cost budget, which ends expressions over very large objects with an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.check.admission.lint import Examined, examine
from generator.check.admission.matching import Matcher, OtherVersion
from generator.check.admission.parameters import BindingError, parameters
from generator.check.admission.policy import GROUP, Binding, Policy, Validation
from generator.check.admission.request import Request
from generator.check.admission.resource import resource

Obj = Mapping[str, Any]

ARGO_CD: Obj = {
    "username": "system:serviceaccount:argocd:argocd-application-controller",
    "groups": ["system:serviceaccounts", "system:serviceaccounts:argocd", "system:authenticated"],
}
"""The user that applies the manifests, as `request.userInfo`."""

_MAX_MESSAGE = 5 * 1024
"""Bytes of an evaluated message above which the server falls back (MaxEvaluatedMessageExpressionSizeBytes)."""


class Refused(ValueError):
    """Policies that the API server would not take, or that cannot be evaluated offline; one line a problem."""


class EvaluationError(Exception):
    """An expression ended in an error."""


@dataclass(frozen=True)
class Denial:
    """A failed validation under one action of one binding: Deny, Warn or Audit.

    `expression_index` counts the policy's validations from 0; it is -1 where the policy or a binding itself fails.
    """

    policy: str
    binding: str
    action: str
    message: str
    reason: str
    expression_index: int


@dataclass(frozen=True)
class _Failure:
    message: str
    reason: str = "Invalid"
    index: int = -1


class Admission:
    """Policies, their bindings, the objects that paramRefs name, and the namespaces that are known.

    A namespace that is not among `namespaces` counts as one with no labels but its name. Raises Refused.
    """

    def __init__(
        self,
        policies: Iterable[Policy],
        bindings: Iterable[Binding],
        params: Iterable[Obj] = (),
        namespaces: Iterable[Obj] = (),
        user: Obj = ARGO_CD,
    ) -> None:
        by_policy: dict[str, list[Binding]] = {}
        for binding in bindings:
            by_policy.setdefault(binding.policy, []).append(binding)
        examined = [(policy, examine(policy)) for policy in policies]
        problems = [f"{policy.name}: {problem}" for policy, found in examined for problem in found.problems]
        for name in sorted(by_policy.keys() - {policy.name for policy, _ in examined}):
            problems += [f"{binding.name}: there is no policy «{name}»" for binding in by_policy[name]]
        if problems:
            raise Refused("\n".join(problems))
        self._policies = [_Bound(policy, by_policy.get(policy.name, []), found) for policy, found in examined]
        self._params = list(params)
        self._namespaces = {namespace["metadata"]["name"]: namespace for namespace in namespaces}
        self._user = user

    def verdicts(self, obj: Obj) -> list[Denial]:
        """What the policies find in an object, in their order; nothing in what is not a Kubernetes object."""
        found = resource(obj)
        if found is None or (found.group == GROUP and found.kind.startswith(("Validating", "Mutating"))):
            return []
        namespace: Obj | None = None
        if found.is_namespace:
            namespace = obj
        elif found.namespace:
            namespace = self._namespaces.get(found.namespace) or {"metadata": {"name": found.namespace}}
        request = Request(found, obj, namespace, self._user)
        return [denial for policy in self._policies for denial in policy.denials(request, self._params)]


class _Bound:
    """A policy with its bindings and programs."""

    def __init__(self, policy: Policy, bindings: list[Binding], examined: Examined) -> None:
        from .cel.environment import program  # the engine is loaded by the first policy

        self._policy = policy
        self._matcher = Matcher(policy.match)
        self._bindings = [(binding, Matcher(binding.match) if binding.match else None) for binding in bindings]
        self._conditions = [
            (condition.expression, program(checked))
            for condition, checked in zip(policy.conditions, examined.conditions, strict=True)
        ]
        self._validations = [
            (validation, program(checked), program(message) if message else None)
            for validation, (checked, message) in zip(policy.validations, examined.validations, strict=True)
        ]

    def denials(self, request: Request, known: list[Obj]) -> Iterator[Denial]:
        try:
            if not request.matched_by(self._matcher):
                return
        except OtherVersion as error:
            yield from self._misconfigured(f"failed to configure policy: {error}", "")
            return
        for binding, matcher in self._bindings:
            try:
                if matcher and not request.matched_by(matcher):
                    continue
                params = parameters(self._policy, binding, request.resource.namespace, known)
            except (BindingError, OtherVersion) as error:
                yield from self._misconfigured(f"failed to configure binding: {error}", binding.name)
                continue
            for each in params:
                for failure in self._failures(request, each):
                    for action in binding.actions:
                        yield Denial(
                            self._policy.name, binding.name, action, failure.message, failure.reason, failure.index
                        )

    def _misconfigured(self, message: str, binding: str) -> Iterator[Denial]:
        """Denied whatever the binding's actions are, unless failures are ignored."""
        if self._policy.fails_closed:
            yield Denial(self._policy.name, binding, "Deny", message, "Invalid", -1)

    def _failures(self, request: Request, params: Obj | None) -> Iterator[_Failure]:
        errors = []
        for expression, program in self._conditions:
            try:
                if _value(program, request.activation(params, with_namespace=False), expression) is False:
                    return
            except EvaluationError as error:
                errors.append(str(error))
        if errors:
            if self._policy.fails_closed:
                yield _Failure(errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]")
            return
        activation = request.activation(params, with_namespace=True)
        for index, (validation, program, message) in enumerate(self._validations):
            try:
                if _value(program, activation, validation.expression) is not True:
                    yield _Failure(_message(validation, message, activation), validation.reason, index)
            except EvaluationError as error:
                if self._policy.fails_closed:
                    yield _Failure(str(error), index=index)


def _value(program: Any, activation: Any, expression: str) -> Any:
    """Raises EvaluationError."""
    try:
        result = program.eval(activation)
        value = result.value()
        if isinstance(value, bool) or result.type().name() != "ERROR":
            return value
    except Exception as error:  # the engine throws what its C++ libraries throw
        value = error
    raise EvaluationError(f"expression '{expression}' resulted in error: {value}")


def _message(validation: Validation, program: Any, activation: Any) -> str:
    """The evaluated message if it is a line of decent length, else the fixed one, else the expression."""
    evaluated = ""
    if program is not None:
        try:
            evaluated = str(_value(program, activation, validation.message_expression)).strip()
        except EvaluationError:
            evaluated = ""
    if len(evaluated.encode()) > _MAX_MESSAGE or "\n" in evaluated:
        evaluated = ""
    return evaluated or validation.message.strip() or f"failed expression: {validation.expression.strip()}"
