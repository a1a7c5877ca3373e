"""The objects that a binding hands to its policy as `params`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from generator.check.admission.policy import Binding, Policy
from generator.check.admission.resource import is_cluster_scoped

Obj = Mapping[str, Any]


class BindingError(ValueError):
    """The binding cannot be used for this object."""


def parameters(policy: Policy, binding: Binding, namespace: str, known: Sequence[Obj]) -> list[Obj | None]:
    """The policy is evaluated once for each; None is the null of a policy or a binding that names no parameters.

    Raises BindingError where the server fails to configure the binding.
    """
    if policy.param_kind is None or binding.params is None:
        return [None]
    api_version, kind = policy.param_kind
    reference = binding.params
    where: str | None = None
    if is_cluster_scoped(api_version.rpartition("/")[0], kind):
        if reference.namespace:
            raise BindingError("paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
    else:
        where = reference.namespace or namespace
        if not where:
            message = "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources"
            raise BindingError(message)
    found: list[Obj | None] = [
        obj
        for obj in known
        if (obj.get("apiVersion"), obj.get("kind")) == policy.param_kind
        and (where is None or obj["metadata"].get("namespace") == where)
        and (
            obj["metadata"]["name"] == reference.name
            if reference.selector is None
            else reference.selector.holds(obj["metadata"].get("labels") or {})
        )
    ]
    if not found and reference.deny_if_missing:
        raise BindingError("no params found for policy binding with `Deny` parameterNotFoundAction")
    return found
