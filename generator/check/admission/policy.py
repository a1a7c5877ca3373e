"""ValidatingAdmissionPolicy and its binding as values, with the defaults of the API server filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

GROUP = "admissionregistration.k8s.io"
Labels = Mapping[str, str]


@dataclass(frozen=True)
class Requirement:
    """One of matchExpressions; `operator` is In, NotIn, Exists or DoesNotExist."""

    key: str
    operator: str
    values: tuple[str, ...]

    def holds(self, labels: Labels) -> bool:
        present = self.key in labels
        if self.operator in ("Exists", "DoesNotExist"):
            return present == (self.operator == "Exists")
        return (present and labels[self.key] in self.values) == (self.operator == "In")


@dataclass(frozen=True)
class Selector:
    """Holds for labels that meet every requirement; without any, for all labels."""

    requirements: tuple[Requirement, ...]

    def holds(self, labels: Labels) -> bool:
        return all(requirement.holds(labels) for requirement in self.requirements)


@dataclass(frozen=True)
class Rule:
    """Resources by group, version and plural; * is any. `scope` is Namespaced, Cluster or *."""

    operations: tuple[str, ...]
    groups: tuple[str, ...]
    versions: tuple[str, ...]
    resources: tuple[str, ...]
    names: tuple[str, ...]
    scope: str


@dataclass(frozen=True)
class Match:
    """What a policy or a binding is about; `equivalent` takes other versions of a resource as well."""

    rules: tuple[Rule, ...]
    excluded: tuple[Rule, ...]
    namespaces: Selector
    objects: Selector
    equivalent: bool


@dataclass(frozen=True)
class Named:
    """A match condition or a variable."""

    name: str
    expression: str


@dataclass(frozen=True)
class Validation:
    expression: str
    message: str
    message_expression: str
    reason: str


@dataclass(frozen=True)
class Policy:
    """`param_kind` is apiVersion and kind of its parameters; `fails_closed` is failurePolicy: Fail."""

    name: str
    match: Match
    conditions: tuple[Named, ...]
    variables: tuple[Named, ...]
    validations: tuple[Validation, ...]
    audit_annotations: int
    param_kind: tuple[str, str] | None
    fails_closed: bool


@dataclass(frozen=True)
class ParamRef:
    """The parameters of a binding, by name or by selector; without a namespace, in that of the object."""

    name: str
    namespace: str
    selector: Selector | None
    deny_if_missing: bool


@dataclass(frozen=True)
class Binding:
    """`actions` are Deny, Warn and Audit; `match` narrows the policy's own."""

    name: str
    policy: str
    actions: tuple[str, ...]
    match: Match | None
    params: ParamRef | None


def policy(obj: Mapping[str, Any]) -> Policy:
    """A policy from its manifest, whose structure has been checked against the schema."""
    spec = obj["spec"]
    param_kind = spec.get("paramKind")
    return Policy(
        name=obj["metadata"]["name"],
        match=_match(spec.get("matchConstraints") or {}),
        conditions=_named(spec.get("matchConditions")),
        variables=_named(spec.get("variables")),
        validations=tuple(
            Validation(
                each["expression"],
                each.get("message") or "",
                each.get("messageExpression") or "",
                each.get("reason") or "Invalid",
            )
            for each in spec.get("validations") or ()
        ),
        audit_annotations=len(spec.get("auditAnnotations") or ()),
        param_kind=(param_kind["apiVersion"], param_kind["kind"]) if param_kind else None,
        fails_closed=(spec.get("failurePolicy") or "Fail") == "Fail",
    )


def binding(obj: Mapping[str, Any]) -> Binding:
    """A binding from its manifest, whose structure has been checked against the schema."""
    spec = obj["spec"]
    match, params = spec.get("matchResources"), spec.get("paramRef")
    return Binding(
        name=obj["metadata"]["name"],
        policy=spec["policyName"],
        actions=tuple(spec["validationActions"]),
        match=_match(match) if match is not None else None,
        params=ParamRef(
            params.get("name") or "",
            params.get("namespace") or "",
            _selector(params["selector"]) if params.get("selector") is not None else None,
            params.get("parameterNotFoundAction") == "Deny",
        )
        if params
        else None,
    )


def _named(items: Sequence[Mapping[str, Any]] | None) -> tuple[Named, ...]:
    return tuple(Named(item["name"], item["expression"]) for item in items or ())


def _match(spec: Mapping[str, Any]) -> Match:
    return Match(
        rules=tuple(map(_rule, spec.get("resourceRules") or ())),
        excluded=tuple(map(_rule, spec.get("excludeResourceRules") or ())),
        namespaces=_selector(spec.get("namespaceSelector") or {}),
        objects=_selector(spec.get("objectSelector") or {}),
        equivalent=(spec.get("matchPolicy") or "Equivalent") == "Equivalent",
    )


def _rule(spec: Mapping[str, Any]) -> Rule:
    return Rule(
        operations=tuple(spec.get("operations") or ()),
        groups=tuple(spec.get("apiGroups") or ()),
        versions=tuple(spec.get("apiVersions") or ()),
        resources=tuple(spec.get("resources") or ()),
        names=tuple(spec.get("resourceNames") or ()),
        scope=spec.get("scope") or "*",
    )


def _selector(spec: Mapping[str, Any]) -> Selector:
    equal = [Requirement(key, "In", (value,)) for key, value in (spec.get("matchLabels") or {}).items()]
    others = [
        Requirement(each["key"], each["operator"], tuple(each.get("values") or ()))
        for each in spec.get("matchExpressions") or ()
    ]
    return Selector((*equal, *others))
